/** Rows in memory, as an import keeps them elsewhere. */
import type { Cell, Change, Identity, Rows } from './cells.ts';

type Row = Record<string, Cell>;

export interface Sheet extends Rows {
  readonly rows: readonly Row[];
  readonly changes: readonly Change[];
  /** How many cells were asked for, by field. */
  readonly read: Readonly<Record<string, number>>;
}

/** A change of a value becomes the whole cell, its result included; of anything else, a property. */
function changed(cell: Cell, { value, info, selectOptions }: Change): Cell {
  if (value !== undefined && info === undefined && (typeof value === 'string' || value === null)) return value;
  const before = cell !== null && typeof cell === 'object' ? cell : { value: cell, resultValue: cell };
  return {
    ...before,
    ...(value !== undefined && { value, resultValue: value }),
    ...(info && { info }),
    ...(selectOptions && { selectOptions }),
  };
}

/** `first`: the index of the first row. */
export function sheetOf(given: readonly Row[], { first = 0, manyToOne = [] as readonly string[] } = {}): Sheet {
  const rows = given.map((row) => ({ ...row }));
  const changes: Change[] = [];
  const read: Record<string, number> = {};
  return {
    rows,
    changes,
    read,
    count: rows.length,
    fields: Object.keys(rows[0] ?? {}),
    manyToOne: new Set(manyToOne),
    identities: async (from, to): Promise<readonly Identity[]> =>
      rows.slice(from, to).map((_, at) => ({ index: first + from + at, rowId: `r${first + from + at}` })),
    cells: async (field, from, to) => {
      read[field] = (read[field] ?? 0) + to - from;
      return rows.slice(from, to).map((row) => row[field] ?? null);
    },
    write: async (given) => {
      for (const change of given) {
        changes.push(change);
        const row = rows[change.row - first];
        if (row && change.part === undefined) row[change.field] = changed(row[change.field] ?? null, change);
      }
    },
  };
}
