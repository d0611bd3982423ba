/** What people do to cells and rows, as edits of the session: shown at once, then as the server answers. */
import type { Cell, CellEdit, Row } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { block, cellsIn, type Block, type Selection } from '../grid/selection.ts';
import { fromTsv, toTsv } from '../grid/tsv.ts';
import type { Session } from './session.ts';

/** What the server takes in one edit. */
export const mostCells = 10_000;
const windowRows = 200;

export interface Change {
  /** Position in the view, and of the column in the table. */
  readonly row: number;
  readonly col: number;
  readonly text: string;
}

/** The rows from `first` to `last`; those that are not here are asked for. */
export async function rowsBetween(session: Session, first: number, last: number): Promise<readonly (Row | undefined)[]> {
  const { view } = session.snapshot;
  const found = Array.from({ length: last - first + 1 }, (_, index) => session.rows.row(first + index));
  for (let offset = first; view && offset <= last; offset += windowRows) {
    const part = found.slice(offset - first, offset - first + windowRows);
    if (part.every(Boolean)) continue;
    const { rows } = await session.client.rows(view.id, offset, Math.min(windowRows, last - offset + 1));
    rows.forEach((row, index) => (found[offset - first + index] ??= row));
  }
  return found;
}

export function isFixed(session: Session, col: number): boolean {
  const { state } = session.snapshot;
  const column = session.columnAt(col);
  return state?.settings.edit === false || (state?.fields.find(({ key }) => key === column?.field)?.readOnly ?? false);
}

/** What stands at a place of the table. */
export function cellAt(session: Session, row: Row | undefined, col: number): Cell | undefined {
  return row?.cells[session.places[col] ?? -1];
}

/** `texts`: by their places in the row. */
function ahead(session: Session, row: Row, texts: ReadonlyMap<number, string>): void {
  const cells = row.cells.map((cell, place) => ({ ...cell, v: texts.get(place) ?? cell.v, e: cell.e ?? texts.has(place) }));
  session.rows.put({ ...row, cells });
}

/** Changes cells, as far as their rows are there. Resolves to how many. */
export async function changeCells(session: Session, changes: readonly Change[]): Promise<number> {
  if (changes.length === 0) return 0;
  if (changes.length > mostCells) return (session.say('error', texts.acts.tooMany(mostCells)), 0);
  const byRow = Map.groupBy(changes, ({ row }) => row);
  const positions = [...byRow.keys()];
  const first = Math.min(...positions);
  const rows = await rowsBetween(session, first, Math.max(...positions));
  return await write(
    session,
    [...byRow].map(([position, wanted]) => [rows[position - first], wanted]),
  );
}

/** Changes one cell of a row, wherever the row is by now. `seen`: what stood there when the person began. */
export async function changeCell(session: Session, row: Row, col: number, text: string, seen: string): Promise<void> {
  await write(session, [[session.rows.newest(row), [{ col, text }]]], seen);
}

/** A row that is not there stays as it is. */
type Wanted = readonly [Row | undefined, readonly Pick<Change, 'col' | 'text'>[]];

async function write(session: Session, rows: readonly Wanted[], seen?: string): Promise<number> {
  const cells: CellEdit[] = [];
  const before: string[] = [];
  for (const [row, wanted] of rows) {
    if (!row || row.removed) continue;
    const here = wanted.flatMap(({ col, text }) => {
      const now = cellAt(session, row, col)?.v;
      return now === undefined || isFixed(session, col) || (now === text && seen === undefined) ? [] : [{ col, text, now }];
    });
    for (const { col, text, now } of here) {
      cells.push({ row: row.id, column: session.columnAt(col)?.id ?? '', text });
      before.push(seen ?? now);
    }
    // Somebody else wrote here while the editor was open: shown as theirs until it is decided.
    const stale = seen !== undefined && here.some(({ now }) => now !== seen);
    if (stale) return (session.dispute({ kind: 'cells', cells }, before, [row]), 0);
    ahead(session, row, new Map(here.map(({ col, text }) => [session.places[col] ?? -1, text])));
  }
  if (cells.length === 0) return 0;
  session.touch();
  return (await session.edit({ kind: 'cells', cells }, before)) === 'done' ? cells.length : 0;
}

const colsOf = ({ left, right }: Pick<Block, 'left' | 'right'>): number[] =>
  Array.from({ length: right - left + 1 }, (_, across) => left + across);

const spots = ({ top, bottom, left, right }: Block, text: (row: number, col: number) => string): Change[] =>
  Array.from({ length: bottom - top + 1 }, (_, down) =>
    Array.from({ length: right - left + 1 }, (_unused, across) => ({
      row: top + down,
      col: left + across,
      text: text(down, across),
    })),
  ).flat();

function fits(session: Session, area: Block): boolean {
  const few = cellsIn(area) <= mostCells;
  if (!few) session.say('error', texts.acts.tooMany(mostCells));
  return few;
}

export async function clear(session: Session, selection: Selection): Promise<void> {
  const area = block(selection);
  if (fits(session, area))
    await changeCells(
      session,
      spots(area, () => ''),
    );
}

/** The first row of the selection into all others; of one row alone, what stands above it. */
export async function fillDown(session: Session, selection: Selection): Promise<void> {
  const chosen = block(selection);
  const area = chosen.top === chosen.bottom ? { ...chosen, top: Math.max(0, chosen.top - 1) } : chosen;
  if (area.top === area.bottom || !fits(session, area)) return;
  const [from, ...below] = await rowsBetween(session, area.top, area.bottom);
  const wanted = colsOf(area).map((col) => ({ col, text: cellAt(session, from, col)?.v ?? '' }));
  if (from)
    await write(
      session,
      below.map((row) => [row, wanted]),
    );
}

/** The chosen cells as a spreadsheet takes them, below the names of their columns where these are wanted; `undefined` = some are not here. */
export function copied(session: Session, selection: Selection, named = false): string | undefined {
  const { top, bottom, left, right } = block(selection);
  if (cellsIn({ top, bottom, left, right }) > mostCells) return undefined;
  const rows = Array.from({ length: bottom - top + 1 }, (_, down) => session.rows.row(top + down));
  if (!rows.every((row) => row !== undefined)) return undefined;
  const cols = colsOf({ left, right });
  const names = named ? [cols.map((col) => session.columnAt(col)?.label ?? '')] : [];
  return toTsv([...names, ...rows.map((row) => cols.map((col) => cellAt(session, row, col)?.v ?? ''))]);
}

/** Puts a block at the selection; one single text fills all that is chosen. Resolves to the block that was written to. */
export async function paste(session: Session, selection: Selection, text: string): Promise<Block | undefined> {
  const { view, state } = session.snapshot;
  const pasted = fromTsv(text);
  const chosen = block(selection);
  if (!view || !state) return undefined;
  const single = pasted.length === 1 && pasted[0]?.length === 1;
  const wanted = {
    top: chosen.top,
    left: chosen.left,
    bottom: single ? chosen.bottom : chosen.top + pasted.length - 1,
    right: single ? chosen.right : chosen.left + Math.max(...pasted.map(({ length }) => length)) - 1,
  };
  const area = {
    ...wanted,
    bottom: Math.min(wanted.bottom, view.total - 1),
    right: Math.min(wanted.right, session.places.length - 1),
  };
  if (!fits(session, area)) return undefined;
  if (area.bottom < wanted.bottom || area.right < wanted.right) session.say('info', texts.acts.clipped);
  const known = spots(area, () => '').flatMap(({ row, col }) => {
    const cell = single ? pasted[0]?.[0] : pasted[row - area.top]?.[col - area.left];
    return cell === undefined ? [] : [{ row, col, text: cell }];
  });
  const changed = await changeCells(session, known);
  if (changed > 1) session.say('done', texts.acts.pasted(changed), { label: texts.acts.undo, run: () => void session.undo() });
  return area;
}

/** A copy of a row behind the last one, without what nobody may write. */
export async function duplicateRow(session: Session, position: number): Promise<boolean> {
  const [row] = await rowsBetween(session, position, position);
  const { state } = session.snapshot;
  if (!row || !state) return false;
  const fixed = new Set(state.fields.flatMap(({ key, readOnly }) => (readOnly ? [key] : [])));
  const cells = state.columns.flatMap(({ id, field }, place) => {
    const text = row.cells[place]?.v ?? '';
    return fixed.has(field) || text === '' ? [] : [[id, text] as const];
  });
  return (await session.edit({ kind: 'add', cells: Object.fromEntries(cells) })) === 'done';
}

/** Removes the chosen rows, or brings them back where the first of them is removed. */
export async function toggleRows(session: Session, selection: Selection): Promise<void> {
  const { view } = session.snapshot;
  const { top, bottom } = block(selection);
  if (!view || view.total === 0) return;
  const all = top === 0 && bottom === view.total - 1;
  if (!all && bottom - top >= mostCells) return session.say('error', texts.acts.tooMany(mostCells));
  const known = await rowsBetween(session, top, all ? top : bottom);
  const kind = known[0]?.removed ? 'restore' : 'delete';
  const rows = known.flatMap((row) => row?.id ?? []);
  const outcome = await session.edit(all ? { kind, view: view.id } : { kind, rows });
  if (outcome !== 'done') return;
  if (all) await session.refresh('all');
  const count = bottom - top + 1;
  session.say('done', kind === 'delete' ? texts.acts.removed(count) : texts.acts.restored(count), {
    label: texts.acts.undo,
    run: () => void session.undo(),
  });
}
