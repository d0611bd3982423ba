/** Rows and columns that hooks add or take away. */
import type { Json } from '../../domain/json.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { columnName } from './cells.ts';
import { columnsOf, type Layout } from './layout.ts';
import type { Work } from './work.ts';

export interface NewRow {
  /** Of the row in front of which it comes; absent = at the end. */
  readonly index?: number | null;
  readonly row: Readonly<Record<string, Json>>;
}

/** For the columns of `layout` that `texts` does not have yet. */
export async function addColumns({ duck }: Work, layout: Layout): Promise<Layout> {
  const there = await duck.rows(`select column_name from duckdb_columns() where table_name = 'texts'`);
  const names = new Set(there.map(([name]) => name));
  for (const column of Object.values(layout.columns).flat()) {
    const name = columnName(column);
    if (!names.has(name.slice(1, -1))) await duck.run(`alter table texts add column ${name} VARCHAR`);
  }
  return layout;
}

/** `ids`: one for each. */
export async function addRows(
  { duck, layout, ids, changed }: Work,
  rows: readonly NewRow[],
  given: readonly string[],
): Promise<void> {
  await changed?.flush();
  const [[count = '0', least = '0'] = []] = await duck.rows('select count(*), least(coalesce(min(n), 0), 0) from texts');
  const before = Number(least);
  for (const [at, { index, row }] of rows.entries()) {
    const n = before - 1 - at;
    ids.set(n, given[at] ?? `row-${n}`);
    const cells = Object.entries(row).flatMap(([key, cell]) => cellsOf(columnsOf(layout, key), cell));
    const names = ['i', 'n', ...cells.map(({ column }) => columnName(column))];
    const values = [index ?? count, n, ...cells.map(({ text }) => (text === null ? 'null' : quoteText(text)))];
    await duck.run(`insert into texts (${names.join(', ')}) values (${values.join(', ')})`);
    for (const { column } of cells) changed?.written.add(column);
  }
  // Of one place, those that were there come behind those that are new.
  await renumber(duck, `i, case when n < ${before} then 0 else 1 end, n < 0, case when n < 0 then -n else n end`);
}

function cellsOf(columns: readonly number[], cell: Json): readonly { readonly column: number; readonly text: string | null }[] {
  const many = isObject(cell) ? cell['manyToOne'] : undefined;
  const parts: readonly Json[] = Array.isArray(many) ? (many as readonly Json[]) : [isObject(cell) ? cell : { value: cell }]; // of JSON
  return columns.flatMap((column, at) => {
    const part = parts[at];
    const value = part !== undefined && isObject(part) ? part['value'] : part;
    if (value === undefined) return [];
    return [{ column, text: value === null || typeof value === 'string' ? value : JSON.stringify(value) }];
  });
}

const isObject = (value: Json): value is { readonly [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export async function removeRows({ duck, ids, changed }: Work, given: readonly string[]): Promise<void> {
  await changed?.flush();
  const own = new Map([...ids].map(([n, id]) => [id, n]));
  const places = given.flatMap((id) => own.get(id) ?? (/^row-\d{1,15}$/.test(id) ? Number(id.slice(4)) : []));
  if (places.length === 0) return;
  await duck.run(`delete from texts where n in (${places.join(', ')}); delete from hooked where n in (${places.join(', ')})`);
  await renumber(duck, 'i');
}

async function renumber(duck: Work['duck'], order: string): Promise<void> {
  await duck.run(
    `create or replace temp table texts as select row_number() over (order by ${order}) - 1 as i, * exclude i from texts`,
  );
}
