/** A file as a grid of texts, as it stands: rows may be of any length, and the names of columns anywhere. */
import { HeadgateError } from '../../domain/error.ts';
import { headerRow } from '../../rules/header-row.ts';
import type { Duck, FileRef } from '../../sdk/index.ts';
import { quoteName, quoteText } from '../../sdk/duck-sql.ts';
import { ndjsonDocuments, ndjsonText } from '../../sdk/ndjson-sql.ts';
import { blank } from '../../rules/blank.ts';
import { columnName } from './cells.ts';

export interface Grid {
  /** The row of names, from 0; undefined = none is likely to be. */
  readonly header: number | undefined;
  readonly headers: readonly string[];
  /** The first rows as they stand. */
  readonly first: readonly (readonly (string | null)[])[];
}

/** Enough to find the names. */
const looked = 25;
const widest = 32 * 1024 * 1024;

/** Fills the table `grid`: a row's number `n`, and its texts `c0`, `c1`, … Throws `file.format`. */
export async function openGrid(duck: Duck, file: FileRef, names: readonly string[], given: number | null): Promise<Grid> {
  await (file.csv ? csvLines(duck, file) : jsonLines(duck, file));
  const columns = await duck.rows(`select column_name from duckdb_columns() where table_name = 'lines' order by column_index`);
  // Renamed, not copied.
  const renamed = columns.map(
    ([name], at) => `alter table lines rename column ${quoteName(name ?? '')} to ${columnName(at - 1)}`,
  );
  await duck.run(`drop table if exists grid; ${renamed.slice(1).join('; ')}; alter table lines rename to grid`);
  const filled = columns
    .slice(1)
    .map((_, at) => `not coalesce(${blank(columnName(at))}, true)`)
    .join(' or ');
  const [some] = await duck.rows(`select 1 from grid where ${filled} limit 1`);
  if (!some) throw new HeadgateError('file.format', 'reading a file: there is nothing in it');
  const first = await duck.rows(`select * exclude n from grid order by n limit ${looked}`);
  return await withHeader(
    duck,
    { header: undefined, headers: columns.slice(1).map(() => ''), first },
    names,
    file.csv ? given : 0,
  );
}

async function csvLines(duck: Duck, { path, csv }: FileRef): Promise<void> {
  const delimiter = csv?.delimiter ?? ',';
  const settings =
    `header = false, all_varchar = true, null_padding = true, strict_mode = false, auto_detect = true, sample_size = -1, parallel = false, ` +
    `delim = ${quoteText(delimiter)}, quote = '"', escape = ${quoteText(csv?.escape ?? '"')}, max_line_size = ${widest}, buffer_size = ${2 * widest}`;
  await duck.run(
    `create or replace temp table lines as select row_number() over () - 1 as n, * from read_csv(${quoteText(path)}, ${settings})`,
  );
}

/** JSON objects have their names in every row; here they stand once, above the rows. */
async function jsonLines(duck: Duck, { path, schema: { fields } }: FileRef): Promise<void> {
  const columns = fields.map(({ name }, at) => `${quoteText(name)} as ${columnName(at)}`);
  await duck.run(`create or replace temp table lines as select cast(0 as BIGINT) as n, ${columns.join(', ')}`);
  const texts = fields.map(({ name }) => ndjsonText(name));
  await duck.run(`insert into lines select row_number() over (), ${texts.join(', ')} from ${ndjsonDocuments([path])}`);
}

/** The row of names as it is given, however far below the first ones, or else found. */
export async function withHeader(duck: Duck, grid: Grid, names: readonly string[], given: number | null): Promise<Grid> {
  const header = given ?? headerRow(grid.first, names)?.row;
  const row = header === undefined ? undefined : (grid.first[header] ?? (await rowAt(duck, header)));
  const headers = (row ?? grid.headers.map(() => '')).map((name) => (name ?? '').trim());
  return { ...grid, header: row && header, headers };
}

async function rowAt(duck: Duck, n: number): Promise<readonly (string | null)[] | undefined> {
  const [row] = await duck.rows(`select * exclude n from grid where n = ${n}`);
  return row;
}

/** Columns that hold neither a name nor a value. */
export async function emptyColumns(duck: Duck, { headers, header = -1 }: Grid): Promise<ReadonlySet<number>> {
  const nameless = headers.flatMap((name, at) => (name === '' ? [at] : []));
  if (nameless.length === 0) return new Set();
  const filled = nameless.map((at) => `bool_or(not coalesce(${blank(columnName(at))}, true))`);
  const [row = []] = await duck.rows(`select ${filled.join(', ')} from grid where n > ${header}`);
  return new Set(nameless.filter((_, at) => row[at] !== 'true' && row[at] !== 't'));
}

/**
 * Fills the table `texts`: rows below the names that hold anything, numbered from 0 by `i`, each with the number `n` that it has in the
 * grid. Resolves to how many were dropped.
 */
export async function keepRows(duck: Duck, { headers, header = -1 }: Grid, most: number | null): Promise<number> {
  const filled = headers.map((_, at) => `not coalesce(${blank(columnName(at))}, true)`).join(' or ');
  const rows = `select row_number() over () - 1 as i, * from grid where n > ${header} and (${filled})`;
  await duck.run(`create or replace temp table texts as ${rows}`);
  return await dropRows(duck, most);
}

/** Those of `texts` behind so many. Resolves to how many there were. */
export const dropRows = async (duck: Duck, most: number | null): Promise<number> =>
  most === null ? 0 : await duck.run(`delete from texts where i >= ${most}`);
