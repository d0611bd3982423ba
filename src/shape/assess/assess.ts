/** Rows of a grid held to fields and rules. */
import type { AssessTask } from '../../domain/run.ts';
import { matchColumns, type Matching } from '../../rules/matching.ts';
import type { SchemaFile } from '../../rules/schema-file.ts';
import { openSets } from '../../rules/sets.ts';
import type { Duck, FileRef } from '../../sdk/index.ts';
import { columnBlocks, dataBlocks, type Block, type Counts } from './blocks.ts';
import { layered, partsOf, type FedField, type Part } from './cells.ts';
import { emptyColumns, keepRows, openGrid, type Grid } from './grid.ts';
import { rowJson } from './json.ts';
import { cellsOf, foundSql, verdicts, type Verdict } from './verdicts.ts';

export interface CellError {
  readonly rowIndex: number;
  readonly fieldKey: string;
  readonly message: string;
  readonly value: string;
  /** Which of the columns of a field of many. */
  readonly part?: number;
}

export interface Assessed {
  readonly headers: readonly string[];
  /** Key of a field → its columns. */
  readonly columns: Readonly<Record<string, readonly number[]>>;
  readonly blocks: readonly Block[];
  readonly counts: Counts & { readonly dropped: number; readonly errors: number };
  /** The first ones. */
  readonly invalidRows: readonly number[];
  readonly errors: readonly CellError[];
  /** A query of one column: each row that is delivered as a JSON object, in order; undefined where a person has to decide first. */
  readonly rows: string | undefined;
}

export interface Assessing {
  readonly file: FileRef;
  readonly schema: SchemaFile;
  readonly task: AssessTask;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
}

const mostErrors = 1000;
const mostRows = 10_000;
const noCounts = { rows: 0, invalid: 0, delivered: 0, dropped: 0, errors: 0 };

/** Throws `file.format`, `rule.timeout`. */
export async function assess(duck: Duck, { file, schema, task, scratch }: Assessing): Promise<Assessed> {
  const names = schema.fields.flatMap(({ name, from }) => [name, ...from]);
  const grid = await openGrid(duck, file, names, task.header);
  const nothingYet = { columns: {}, counts: noCounts, invalidRows: [], errors: [], rows: undefined };
  if (grid.header === undefined) {
    const message = 'It is not clear which row has the names of the columns';
    return { ...nothingYet, headers: grid.headers, blocks: [{ code: 'HEADER_ROW_UNKNOWN', message }] };
  }
  const matching = matchFields(grid, schema, task);
  const columns = Object.fromEntries(
    schema.fields.map(({ name }) => [name, matching.matches.flatMap(({ key, column }) => (key === name ? [column] : []))]),
  );
  const blocks = columnBlocks(schema, matching, task.needed);
  const found = { ...nothingYet, headers: grid.headers, columns };
  if (blocks.length > 0) return { ...found, blocks };
  return { ...found, ...(await judge(duck, { grid, schema, task, scratch, columns })) };
}

export function matchFields({ headers }: Pick<Grid, 'headers'>, { fields, match }: SchemaFile, { many }: AssessTask): Matching {
  const matchable = fields.map(({ name, from }) => ({ key: name, names: [name, ...from], many: many.includes(name) }));
  return matchColumns(headers, matchable, { normalised: match !== undefined, fuzzy: match === 'fuzzy' });
}

interface Judging extends Omit<Assessing, 'file'> {
  readonly grid: Grid;
  readonly columns: Assessed['columns'];
}

export interface Judged {
  readonly fields: readonly FedField[];
  readonly parts: readonly Part[];
  readonly verdicts: readonly Verdict[];
  /** Rows behind the most. */
  readonly dropped: number;
}

/** Fields that have columns, in order. Pure. */
export function fedFields(schema: SchemaFile, columns: Assessed['columns'], many: readonly string[]): readonly FedField[] {
  return schema.fields.flatMap(({ from: _names, ...field }): readonly FedField[] => {
    const fed = columns[field.name] ?? [];
    return fed.length === 0 ? [] : [{ field, columns: fed, many: many.includes(field.name) }];
  });
}

/** Fills the tables `texts`, `cells` (with what the texts mean) and `said`: the row `i`, and `o`: which verdict, on what text. */
export async function judgeRows(duck: Duck, { grid, schema, task, scratch, columns }: Judging): Promise<Judged> {
  const fields = fedFields(schema, columns, task.many);
  const parts = partsOf(fields);
  const dropped = await keepRows(duck, grid, task.most);
  await fill(duck, parts);
  const setOf = await openSets(duck, schema.rules, { from: 'cells', cellOf: cellsOf(parts), scratch });
  const said = verdicts(parts, schema.rules, setOf);
  await duck.run(
    `create or replace temp table said as select i, unnest(found) as o from (select i, ${foundSql(said)} as found from cells)`,
  );
  return { fields, parts, verdicts: said, dropped };
}

async function judge(
  duck: Duck,
  judging: Judging,
): Promise<Pick<Assessed, 'blocks' | 'counts' | 'invalidRows' | 'errors' | 'rows'>> {
  const { grid, task } = judging;
  const { fields, parts, verdicts: said, dropped } = await judgeRows(duck, judging);
  const errors = said.flatMap(({ level }, at) => (level === 'error' ? [at] : []));
  const isError = errors.length === 0 ? 'false' : `o.v in (${errors.join(', ')})`;
  const keeps = task.deliver === 'valid' ? ` where i not in (select i from said where ${isError})` : '';
  const counts = await countRows(duck, isError, keeps);
  const taken = new Set(parts.map(({ column }) => column));
  const empty = await emptyColumns(duck, grid);
  const left = grid.headers.flatMap((_, at) => (taken.has(at) || empty.has(at) ? [] : [at]));
  const json = rowJson(fields, parts, { raw: task.deliver === 'raw', unmapped: task.unmapped ? left : undefined });
  const blocks = dataBlocks(counts, task.hold);
  return {
    blocks,
    counts: { ...counts, dropped },
    ...(await firstErrors(duck, said, isError)),
    rows: blocks.length > 0 ? undefined : `select ${json} from cells${keeps} order by i`,
  };
}

async function fill(duck: Duck, parts: readonly Part[]): Promise<void> {
  for (const { fact } of parts) {
    if (fact) await duck.run(`create or replace temp table ${fact.table} as select ${fact.sql} as yes from texts`);
  }
  await duck.run(`create or replace temp table cells as select * from ${layered('texts', parts)}`);
}

async function countRows(duck: Duck, isError: string, keeps: string): Promise<Counts & { readonly errors: number }> {
  const [row = []] = await duck.rows(
    `select (select count(*) from cells), (select count(distinct i) from said where ${isError}), ` +
      `(select count(*) from cells${keeps}), (select count(*) from said where ${isError})`,
  );
  const [rows = 0, invalid = 0, delivered = 0, errors = 0] = row.map(Number);
  return { rows, invalid, delivered, errors };
}

async function firstErrors(
  duck: Duck,
  said: readonly Verdict[],
  isError: string,
): Promise<Pick<Assessed, 'errors' | 'invalidRows'>> {
  const found = await duck.rows(
    `select i, o.v, coalesce(o.x, '') from said where ${isError} order by i, o.v limit ${mostErrors}`,
  );
  const rows = await duck.rows(`select distinct i from said where ${isError} order by i limit ${mostRows}`);
  const errors = found.flatMap(([row, at, value]): readonly CellError[] => {
    const verdict = said[Number(at)];
    if (!verdict) return [];
    const { fed, column } = verdict.part;
    const part = fed.many ? { part: fed.columns.indexOf(column) } : {};
    return [{ rowIndex: Number(row), fieldKey: fed.field.name, message: verdict.message, value: value ?? '', ...part }];
  });
  return { errors, invalidRows: rows.map(([row]) => Number(row)) };
}
