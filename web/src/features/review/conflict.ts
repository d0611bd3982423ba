/** Two people in one cell: what each of them wrote. */
import type { CellEdit, Column, Edit, Row } from '../../api/wire.ts';

/** What was seen in each cell of an edit, in the order of its cells. */
export type SeenEdit = readonly string[];

export interface ConflictCell extends CellEdit {
  readonly label: string;
  readonly line: number | undefined;
  /** What the other person left there. */
  readonly theirs: string;
}

export interface Conflict {
  readonly cells: readonly ConflictCell[];
  readonly edit: Extract<Edit, { kind: 'cells' }>;
}

/** `undefined`: the edit is not about cells of its own. No cells: nothing differs from what the person saw. */
export function conflictsOf(
  edit: Edit | undefined,
  seen: SeenEdit,
  rows: readonly Row[],
  columns: readonly Column[],
): Conflict | undefined {
  if (edit?.kind !== 'cells') return undefined;
  const byId = new Map(rows.map((row) => [String(row.id), row]));
  const places = new Map(columns.map(({ id }, index) => [id, index]));
  const cells = edit.cells.flatMap((cell, index) => {
    const row = byId.get(String(cell.row));
    const place = places.get(cell.column);
    const theirs = place === undefined ? undefined : row?.cells[place]?.v;
    if (place === undefined || theirs === undefined || theirs === seen[index] || theirs === cell.text) return [];
    return [{ ...cell, label: columns[place]?.label ?? cell.column, line: row?.n ?? undefined, theirs }];
  });
  return { cells, edit };
}

/** The edit without the cells that somebody else keeps. */
export function withoutConflicts({ cells, edit }: Conflict): Extract<Edit, { kind: 'cells' }> {
  const theirs = new Set(cells.map(({ row, column }) => JSON.stringify([row, column])));
  return { kind: 'cells', cells: edit.cells.filter(({ row, column }) => !theirs.has(JSON.stringify([row, column]))) };
}

/** Does the row have all texts that the edit gives it? Then the edit, which is there as a whole or not at all, has been done. */
export function isDone({ cells }: Extract<Edit, { kind: 'cells' }>, row: Row, columns: readonly Column[]): boolean {
  const ours = cells.filter((cell) => String(cell.row) === String(row.id));
  return ours.every(({ column, text }) => row.cells[columns.findIndex(({ id }) => id === column)]?.v === text);
}
