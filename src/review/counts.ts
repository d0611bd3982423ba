/** What is wrong with the rows of a review, in numbers. */
import type { Duck } from '../sdk/index.ts';
import { states } from './changes.ts';
import { columnId, type Plan } from './plan.ts';

// A type, not an interface: plain JSON.
type Levels = { readonly error: number; readonly warning: number };

export interface ReviewCounts {
  /** Those that are there. */
  readonly rows: number;
  readonly invalid: number;
  readonly warned: number;
  readonly edited: number;
  readonly removed: number;
  /** Cells, by column. */
  readonly byColumn: Readonly<Record<string, Levels>>;
}

/** Column and level → cells. */
export type CellCounts = ReadonlyMap<string, number>;

/** All but `byColumn`, which is kept up by what each edit changes of it: `cells`. */
export async function countRows(duck: Duck, plan: Plan, cells: CellCounts): Promise<ReviewCounts> {
  const live = `state = ${states.live}`;
  const [row = []] = await duck.rows(
    `select count(*) filter (${live}), count(*) filter (${live} and errs > 0), count(*) filter (${live} and warns > 0),
       count(*) filter (${live} and edited), count(*) filter (state = ${states.removed}) from rows`,
  );
  const [rows = 0, invalid = 0, warned = 0, edited = 0, removed = 0] = row.map(Number);
  return { rows, invalid, warned, edited, removed, byColumn: shownCells(plan, cells) };
}

/** `where` = a condition on `id`. */
export async function cellsSaid(duck: Duck, where: string): Promise<CellCounts> {
  const found = await duck.rows(
    `select d.col, d.level, count(distinct s.id) from (select * from said where ${where}) s join verdict d on d.v = s.v group by all`,
  );
  return new Map(found.map(([col, level, count]) => [`${columnId(Number(col))} ${level}`, Number(count)]));
}

/** `all` after some of them have changed from `before` to `after`. Pure. */
export function recounted(all: CellCounts, before: CellCounts, after: CellCounts): CellCounts {
  const found = new Map(all);
  for (const [key, count] of before) found.set(key, (found.get(key) ?? 0) - count);
  for (const [key, count] of after) found.set(key, (found.get(key) ?? 0) + count);
  return found;
}

const shownCells = ({ shown }: Plan, counts: CellCounts): ReviewCounts['byColumn'] =>
  Object.fromEntries(
    shown.map(({ column }) => {
      const of = (level: string): number => counts.get(`${columnId(column)} ${level}`) ?? 0;
      return [columnId(column), { error: of('error'), warning: of('warning') }];
    }),
  );
