/** The second look at a document that did not fit: which rows, which fields, why. */
import type { Duck } from '../sdk/index.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import { broken, fileName, raw, rowNumber, type Lenient } from './document.ts';

/** One field that can refuse a value. */
export interface Judged {
  readonly at: number;
  readonly name: string;
  /** Words for the type: `decimal(12,2)`. */
  readonly type: string;
  /** True where the value does not fit. */
  readonly refused: string;
}

export interface Judgement {
  readonly judged: readonly Judged[];
  /** All fields of the document, in order. */
  readonly names: readonly string[];
}

export interface Rejected {
  readonly rows: number;
  /** Where the first one is and what is wrong with it, without its value. */
  readonly first: string;
}

const table = 'refused';

/**
 * Collects the refused rows of `from`, a lenient `relation` with row numbers, into a table: values that do not fit (by row,
 * counted among well-formed records) and records that are no rows (by line of the file). `names` = the fields of the document.
 */
export async function collectRejects(
  duck: Duck,
  from: string,
  lenient: Lenient,
  { judged, names }: Judgement,
): Promise<Rejected> {
  const found = judged.map(
    ({ at, name, type, refused }) =>
      `case when ${refused} then {'field': ${quoteText(name)}, 'reason': ${quoteText(`not a ${type}`)}, 'value': ${raw(at)}} end`,
  );
  const noRow = `{'field': cast(null as VARCHAR), 'reason': 'not a JSON object with distinct keys', 'value': cast(null as VARCHAR)}`;
  const all = [`case when ${broken} then ${noRow} end`, ...found].join(', ');
  await duck.run(
    `create or replace temp table ${table} as select cast(null as BIGINT) as line, row, unnest(bad) as bad, file from ` +
      `(select ${rowNumber} as row, ${fileName} as file, list_filter([${all}], lambda item: item is not null) as bad from ${from})`,
  );
  if (await hasTable(duck, lenient.errors)) {
    const fieldName = `case column_name ${names.map((name, at) => `when '$${at}' then ${quoteText(name)}`).join(' ')} end`;
    await duck.run(
      `insert into ${table} select e.line, null, {'field': any_value(${fieldName}), 'reason': any_value(lower(error_type::VARCHAR)), ` +
        `'value': any_value(csv_line)}, any_value(parse_filename(s.file_path)) ` +
        `from ${lenient.errors} e join ${lenient.scans} s using (scan_id, file_id) group by e.file_id, e.line`,
    );
    await duck.run(`drop table ${lenient.errors}; drop table ${lenient.scans}`);
  }
  const [counts = []] = await duck.rows(
    `select count(distinct row) + count(distinct (file, line)) filter (line is not null) from ${table}`,
  );
  const [first = []] = await duck.rows(
    `select coalesce('line ' || line, 'row ' || row) || case when line is null and bad.field is not null then ': the field ' || bad.field || ' is ' ` +
      `else ': ' end || bad.reason from ${table} order by coalesce(line, row) limit 1`,
  );
  return { rows: Number(counts[0] ?? 0), first: first[0] ?? '' };
}

/** One line per refused field: line, row, field, code, reason, value; of several files, the file first. Throws `disk.full`. */
export async function writeRejects(duck: Duck, path: string, several: boolean): Promise<void> {
  await duck.run(
    `copy (select ${several ? 'file, ' : ''}line, row, bad.field as field, case when line is null then 'value.invalid' else 'file.format' end as code, ` +
      `bad.reason as reason, bad.value as value from ${table} order by coalesce(line, row)) to ${quoteText(path)} (format csv, header true)`,
  );
}

async function hasTable(duck: Duck, name: string): Promise<boolean> {
  const rows = await duck.rows(`select 1 from duckdb_tables() where table_name = ${quoteText(name)}`);
  return rows.length > 0;
}
