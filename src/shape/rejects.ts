/** The second look at a document that did not fit: which rows, which fields, why. */
import type { Duck } from '../sdk/index.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Column } from '../domain/policy.ts';
import { broken, fileName, raw, refs, rowNumber, type Document, type Lenient } from './document.ts';
import { judgedWords, type Judged } from './judge.ts';

export interface FirstRejected {
  /** Is it a row at all? */
  readonly code: 'value.invalid' | 'file.format';
  /** Where it is and what is wrong with it, without its value. */
  readonly words: string;
}

/** Its column `rule` = which of `judged`; NULL for records that are no rows, which have words of their own. */
export const table = 'refused';

/** True for a row that is refused. */
export function refusal(judged: readonly Judged[], lenient: Lenient | undefined): string {
  const found = [...(lenient ? [broken] : []), ...judged.map(({ foundAmongFits: is }) => `(${is})`)];
  return found.length === 0 ? 'false' : `coalesce(${found.join(' or ')}, false)`;
}

/** Refused rows as they came, where somebody keeps them: every field by name, but for those that nobody may see. */
export function recordSql({
  input,
  columns,
  rejects,
}: {
  readonly input: Document;
  readonly columns: readonly Column[];
  readonly rejects: { readonly records?: boolean };
}): string | undefined {
  if (!rejects.records) return undefined;
  const masked = new Set(columns.filter(({ mask }) => mask).map(({ from }) => from));
  const pairs = input.schema.fields.flatMap(({ name }, at) => (masked.has(name) ? [] : [`${quoteText(name)}, ${raw(at)}`]));
  return `cast(json_object(${pairs.join(', ')}) as VARCHAR)`;
}

/** A refused row with everything that is wrong with it. `record` = what it looked like, where somebody wants to know. */
function refused(judged: readonly Judged[], lenient: Lenient | undefined, record = 'cast(null as VARCHAR)'): string {
  const found = judged.map(({ found: is, value }, at) => `case when ${is} then {'rule': ${at}, 'value': ${value}} end`);
  const noRow = `case when ${broken} then {'rule': null, 'value': null} end`;
  const all = [...(lenient ? [noRow] : []), ...found].join(', ');
  const file = lenient ? fileName : 'cast(null as VARCHAR)';
  const whole = lenient ? `case when not coalesce(${broken}, false) then ${record} end` : record;
  return `{'row': ${rowNumber}, 'file': ${file}, 'bad': list_filter([${all}], lambda item: item is not null), 'record': ${whole}}`;
}

/** The same as one line of JSON. */
export const refusedJson = (judged: readonly Judged[], lenient: Lenient | undefined, record?: string): string =>
  `cast(to_json(${refused(judged, lenient, record)}) as VARCHAR)`;

const jsonColumns = `{line: 'BIGINT', row: 'BIGINT', file: 'VARCHAR', bad: 'STRUCT(rule INTEGER, value VARCHAR)[]', record: 'VARCHAR'}`;

/** The refused rows of a relation with row numbers: they are looked for. */
export function refusedIn(from: string, judged: readonly Judged[], lenient: Lenient | undefined, record?: string): string {
  // The list is made for refused rows only: made for all, it would cost more than judging them.
  const found = `select ${refused(judged, lenient, record)} as one from ${from} where ${refusal(judged, lenient)}`;
  return `(select cast(null as BIGINT) as line, one.row as row, one.file as file, one.bad as bad, one.record as record from (${found}))`;
}

/** Refused rows that a scan has set aside: lines of `refusedJson`, and the length of the longest in bytes. */
export interface Aside {
  readonly path: string;
  readonly longest: number;
}

/** The reader takes memory for the longest line that it is told to expect. */
const usualLine = 1 << 20;

export const refusedLines = ({ path, longest }: Aside): string =>
  `read_ndjson(${quoteText(path)}, columns = ${jsonColumns}, maximum_object_size = ${Math.max(usualLine, longest + 1)})`;

/**
 * Collects refused rows into a table: what is wrong with each (by row, counted among well-formed records) and, where `lenient`,
 * records that are no rows (by their number in the file, blank lines and header among them). `from` is one of the two relations
 * above, of `document`. Resolves to the number of rows.
 */
export async function collectRejects(
  duck: Duck,
  from: string,
  lenient: Lenient | undefined,
  document: Document,
): Promise<number> {
  await duck.run(
    `create or replace temp table ${table} as select line, cast(row as BIGINT) as row, cast(bad.rule as INTEGER) as rule, ` +
      `cast(null as VARCHAR) as field, case when bad.rule is null then 'not a JSON object with distinct keys' end as reason, ` +
      `cast(bad.value as VARCHAR) as value, file, record from (select line, row, file, unnest(bad) as bad, record from ${from})`,
  );
  if (lenient && (await hasTable(duck, lenient.errors))) {
    const fieldName = `case column_name ${document.schema.fields.map(({ name }, at) => `when '$${at}' then ${quoteText(name)}`).join(' ')} end`;
    await duck.run(
      `insert into ${table} select e.line, null, null, any_value(${fieldName}), any_value(lower(error_type::VARCHAR)), any_value(${lineSql(document)}), ` +
        `any_value(s.file_path), null from ${lenient.errors} e join ${lenient.scans} s using (scan_id, file_id) group by e.file_id, e.line`,
    );
    await forgetErrors(duck, lenient);
  }
  const [counts = []] = await duck.rows(
    `select count(distinct row) + count(distinct (file, line)) filter (row is null) from ${table}`,
  );
  return Number(counts[0] ?? 0);
}

/** A record of which the reader can make no row, as its file has it. */
function lineSql(document: Document): string {
  const cases = refs(document).flatMap(({ path, csv }) =>
    csv?.stands === undefined
      ? []
      : [`when ${quoteText(path)} then replace(csv_line, ${quoteText(csv.delimiter)}, ${quoteText(csv.stands)})`],
  );
  return cases.length === 0 ? 'csv_line' : `case s.file_path ${cases.join(' ')} else csv_line end`;
}

/** The first of those that were collected. */
export async function firstRejected(duck: Duck, judged: readonly Judged[]): Promise<FirstRejected> {
  const [[place, rule, reason] = []] = await duck.rows(
    `select coalesce('row ' || row, 'line ' || line), rule, reason from ${table} order by coalesce(line, row), rule limit 1`,
  );
  const found = rule == null ? undefined : judged[Number(rule)];
  const words = `${place ?? ''}: ${found ? judgedWords(found) : (reason ?? '')}`;
  return { code: rule == null ? 'file.format' : 'value.invalid', words };
}

/** The reader adds to these tables with every read. */
export async function forgetErrors(duck: Duck, lenient: Lenient): Promise<void> {
  await duck.run(`drop table if exists ${lenient.errors}; drop table if exists ${lenient.scans}`);
}

export interface RejectsFile {
  readonly path: string;
  /** The file comes first. */
  readonly several: boolean;
  /** The whole row comes last, as a JSON object of texts. */
  readonly records: boolean;
}

/** One line per thing that is wrong: line, row, field, code, reason, value. Throws `disk.full`. */
export async function writeRejects(
  duck: Duck,
  { path, several, records }: RejectsFile,
  judged: readonly Judged[],
): Promise<void> {
  const word = (pick: (one: Judged) => string, otherwise: string): string =>
    judged.length === 0
      ? otherwise
      : `case rule ${judged.map((one, at) => `when ${at} then ${quoteText(pick(one))}`).join(' ')} else ${otherwise} end`;
  const code = word((one) => one.code, `'file.format'`);
  await duck.run(
    `copy (select ${several ? 'parse_filename(file) as file, ' : ''}line, row, ${word(({ name }) => name, 'field')} as field, ${code} as code, ` +
      `${word(({ reason }) => reason, 'reason')} as reason, value${records ? ', record' : ''} from ${table} order by ${several ? 'file, ' : ''}coalesce(line, row), rule) ` +
      `to ${quoteText(path)} (format csv, header true)`,
  );
}

/** Has the reader met a record that is no row? */
export async function hasErrors(duck: Duck, { errors }: Lenient): Promise<boolean> {
  return (await hasTable(duck, errors)) && (await duck.rows(`select 1 from ${errors} limit 1`)).length > 0;
}

async function hasTable(duck: Duck, name: string): Promise<boolean> {
  const rows = await duck.rows(`select 1 from duckdb_tables() where table_name = ${quoteText(name)}`);
  return rows.length > 0;
}
