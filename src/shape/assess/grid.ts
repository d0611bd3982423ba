/** A file as a grid of texts, as it stands: rows may be of any length, and the names of columns anywhere. */
import { createReadStream } from 'node:fs';
import { HeadgateError } from '../../domain/error.ts';
import { headerRow } from '../../rules/header-row.ts';
import type { Duck, FileRef } from '../../sdk/index.ts';
import { quoteName, quoteText } from '../../sdk/duck-sql.ts';
import { ndjsonDocuments, ndjsonText } from '../../sdk/ndjson-sql.ts';
import { heldSql, shownSql } from '../../sdk/two-texts.ts';
import { blank } from '../../rules/blank.ts';
import { blankLines, passedAbove, type Passed } from './blank-lines.ts';
import { columnName } from './cells.ts';

export interface Grid {
  /** The row of names, from 0; undefined = none is likely to be. */
  readonly header: number | undefined;
  readonly headers: readonly string[];
  /** Columns that hold neither a name nor a value, once that is known. */
  readonly empty: ReadonlySet<number>;
  /** The first rows as people see them. */
  readonly first: readonly (readonly (string | null)[])[];
  /** The same as they are held: what looks like a value in the one may look like a name in the other. */
  readonly held: Grid['first'];
  /** Columns whose cells have both texts. */
  readonly twofold: readonly number[];
}

/** Enough to find the names. */
const looked = 25;
/** Rows that people are shown before anybody knows what they are. */
const shown = 50;
const widest = 32 * 1024 * 1024;

/**
 * Fills `grid`, a row's number `n` and its texts `c0`, `c1`, … as people see them (a view of the table `lines`), and `first_rows` with its
 * beginning. Throws `file.format`.
 */
export async function openGrid(duck: Duck, file: FileRef, names: readonly string[], given: number | null): Promise<Grid> {
  await (file.csv ? csvLines(duck, file) : jsonLines(duck, file));
  const columns = await duck.rows(`select column_name from duckdb_columns() where table_name = 'lines' order by column_index`);
  // Renamed, not copied.
  const renamed = columns.map(([name], at) => `alter table lines rename column ${quoteName(name ?? '')} to ${columnName(at)}`);
  // A table in memory keeps its order, and its rows have numbers of their own: counting them would take one thread all the way.
  const twofold = file.twofold ?? [];
  const grid = `create or replace temp view grid as ${rowsSql(twofold, shownSql)}`;
  await duck.run(
    [...renamed, grid, `create or replace temp table first_rows as select * from grid where n < ${shown}`].join('; '),
  );
  // A row of a single column may be blank; of several, the reader takes it for none.
  const above = file.lines?.of === 'file' ? file.lines.before : 0;
  const isPassed = file.csv !== undefined && columns.length > 1;
  await countBlankLines(duck, isPassed ? await blankLines(file.path, file.csv.delimiter, above) : passedAbove(above));
  await countAsPeople(duck, 'first_rows');
  const filled = columns.map((_, at) => `not coalesce(${blank(columnName(at))}, true)`).join(' or ');
  const [some] = await duck.rows(`select 1 from grid where ${filled} limit 1`);
  if (!some) throw new HeadgateError('file.format', 'reading a file: there is nothing in it');
  const first = await duck.rows(`select * exclude n from grid order by n limit ${looked}`);
  const held =
    twofold.length === 0
      ? first
      : await duck.rows(`select * exclude n from (${rowsSql(twofold, heldSql)}) order by n limit ${looked}`);
  const nameless = { header: undefined, headers: columns.map(() => ''), empty: new Set<number>(), first, held, twofold };
  return await withHeader(duck, nameless, names, file.csv ? given : 0);
}

/** All rows with their numbers, these columns as one of their texts. */
function rowsSql(columns: readonly number[], text: (name: string, at: number) => string): string {
  const replaced = columns.map((at) => `${text(columnName(at), at)} as ${columnName(at)}`);
  return `select rowid as n, *${replaced.length === 0 ? '' : ` replace (${replaced.join(', ')})`} from lines`;
}

/** Fills `passed`. */
async function countBlankLines(duck: Duck, passed: readonly Passed[]): Promise<void> {
  const [before, lines] = [passed.map((place) => place.before).join(), passed.map((place) => place.lines).join()];
  await duck.run(
    `create or replace temp table passed as select unnest([${before}]::BIGINT[]) as before, unnest([${lines}]::BIGINT[]) as lines`,
  );
}

/** Numbers rows as people count them, who see blank lines as well. */
async function countAsPeople(duck: Duck, table: 'first_rows' | 'texts'): Promise<void> {
  const [some] = await duck.rows('select 1 from passed limit 1');
  if (!some) return;
  const far = `select t.n, p.lines from ${table} t asof join passed p on t.n >= p.before`;
  await duck.run(`update ${table} set n = ${table}.n + far.lines from (${far}) far where far.n = ${table}.n`);
}

/** All that is needed of it is in `texts`. */
export const dropGrid = async (duck: Duck): Promise<void> =>
  void (await duck.run('drop view grid; drop table lines; drop table passed'));

async function csvLines(duck: Duck, { path, csv }: FileRef): Promise<void> {
  const delimiter = csv?.delimiter ?? ',';
  // Where no text may hold a line break, several threads know where lines begin.
  const settings =
    `header = false, all_varchar = true, null_padding = true, strict_mode = false, auto_detect = true, sample_size = -1, parallel = ${!(await hasQuotes(path))}, ` +
    `delim = ${quoteText(delimiter)}, quote = '"', escape = ${quoteText(csv?.escape ?? '"')}, max_line_size = ${widest}, buffer_size = ${2 * widest}`;
  await duck.run(`create or replace temp table lines as select * from read_csv(${quoteText(path)}, ${settings})`);
}

async function hasQuotes(path: string): Promise<boolean> {
  for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) {
    if ((bytes as Buffer).includes(0x22)) return true; // without an encoding
  }
  return false;
}

/** JSON objects have their names in every row; here they stand once, above the rows. */
async function jsonLines(duck: Duck, { path, schema: { fields } }: FileRef): Promise<void> {
  const columns = fields.map(({ name }, at) => `${quoteText(name)} as ${columnName(at)}`);
  await duck.run(`create or replace temp table lines as select ${columns.join(', ')}`);
  const texts = fields.map(({ name }) => ndjsonText(name));
  await duck.run(`insert into lines select ${texts.join(', ')} from ${ndjsonDocuments([path])}`);
}

/** The row of names as it is given, however far below the first ones, or else found. */
export async function withHeader(duck: Duck, grid: Grid, names: readonly string[], given: number | null): Promise<Grid> {
  const header = given ?? headerRow(grid.held, names, grid.first)?.row;
  const row = header === undefined ? undefined : (grid.first[header] ?? (await rowAt(duck, header)));
  const headers = (row ?? grid.headers.map(() => '')).map((name) => (name ?? '').trim());
  return { ...grid, header: row && header, headers };
}

async function rowAt(duck: Duck, n: number): Promise<readonly (string | null)[] | undefined> {
  const [row] = await duck.rows(`select * exclude n from grid where n = ${n}`);
  return row;
}

/** Reads all rows. */
export async function emptyColumns(duck: Duck, { headers, header = -1 }: Grid): Promise<ReadonlySet<number>> {
  const nameless = headers.flatMap((name, at) => (name === '' ? [at] : []));
  if (nameless.length === 0) return new Set();
  const filled = nameless.map((at) => `bool_or(not coalesce(${blank(columnName(at))}, true))`);
  const [row = []] = await duck.rows(`select ${filled.join(', ')} from grid where n > ${header}`);
  return new Set(nameless.filter((_, at) => row[at] !== 'true' && row[at] !== 't'));
}

/**
 * Fills the table `texts`: rows below the names that hold anything, numbered from 0 by `i`, each with the number `n` that it has in the
 * file, from 0, blank lines included; columns of which only what they hold is wanted have that. Resolves to how many were dropped.
 */
export async function keepRows(
  duck: Duck,
  { headers, header = -1, twofold }: Grid,
  most: number | null,
  held: ReadonlySet<number>,
): Promise<number> {
  const text = (name: string, at: number): string => (held.has(at) ? heldSql(name) : shownSql(name));
  const filled = headers.map((_, at) => `not coalesce(${blank(columnName(at))}, true)`).join(' or ');
  const rows = `select n - ${header + 1} as i, * from (${rowsSql(twofold, text)}) where n > ${header} and (${filled})`;
  const all = await duck.run(`create or replace temp table texts as ${rows}`);
  const [[last = null] = []] = await duck.rows('select max(i) from texts');
  // Blank ones were among them.
  if (Number(last ?? -1) !== all - 1)
    await duck.run(
      `create or replace temp table texts as select row_number() over (order by n) - 1 as i, * exclude i from texts`,
    );
  await countAsPeople(duck, 'texts');
  return await dropRows(duck, most);
}

/** Those of `texts` behind so many. Resolves to how many there were. */
export const dropRows = async (duck: Duck, most: number | null): Promise<number> =>
  most === null ? 0 : await duck.run(`delete from texts where i >= ${most}`);
