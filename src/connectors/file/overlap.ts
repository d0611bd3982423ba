/**
 * Incremental append: which staged rows an earlier run has not written to the file yet. Rows are compared as the text
 * that stands in the files: we wrote both. With a key, a row is known by key and cursor; without one, each stored row
 * takes one equal staged row away, so that true duplicates stay.
 */
import { quoteName, quoteText, readCsv } from '../../sdk/duck-sql.ts';
import type { Context, Target } from '../../sdk/index.ts';
import { ndjsonColumns, ndjsonDocuments } from '../../sdk/ndjson-sql.ts';
import type { FileFormat } from './location.ts';

export interface Overlap {
  readonly format: FileFormat;
  readonly existing: string;
  readonly staged: readonly string[];
  readonly target: Target;
  readonly context: Pick<Context, 'duck'>;
}

/** Writes the new rows as a document without preamble; resolves to their number. */
export async function withoutOverlap(to: string, overlap: Overlap): Promise<number> {
  await using duck = await overlap.context.duck();
  return await duck.run(copyFresh(to, overlap));
}

/** Names that no field has. */
const line = '"$line"';
const placed = '"$place"';
const copy = '"$copy"';

/** Pure: the statement of `withoutOverlap`. */
export function copyFresh(to: string, { format, existing, staged, target }: Overlap): string {
  const { overlap, schema } = target;
  const names = schema.fields.map(({ name }) => name);
  const known = overlap?.key && [...overlap.key, overlap.cursor];
  const same = (columns: readonly string[]): string =>
    columns.map((name) => `s.${quoteName(name)} is not distinct from e.${quoteName(name)}`).join(' and ');
  const copies = (from: string): string =>
    `(select *, row_number() over (partition by ${names.map(quoteName).join(', ')}) as ${copy} from ${from})`;
  const [left, right] = known
    ? [rows(format, staged, target), rows(format, [existing], target)]
    : [copies(rows(format, staged, target)), copies(rows(format, [existing], target))];
  const match = known ? same(known) : `${same(names)} and s.${copy} = e.${copy}`;
  const fresh = `${left} as s where not exists (select 1 from ${right} as e where ${match}) order by s.${placed}`;
  if (format === 'ndjson') {
    const plain = String.raw`format csv, header false, delimiter E'\x01', quote '', escape '', nullstr ''`;
    return `copy (select ${line} from ${fresh}) to ${quoteText(to)} (${plain})`;
  }
  // A byte order mark or a `\.` must not stand bare at the start of a line.
  const quotes = schema.fields[0]?.type.kind === 'text' ? `, force_quote (${quoteName(names[0] ?? '')})` : '';
  const csv = `format csv, header false, delimiter ',', quote '"', escape '"', nullstr ''${quotes}`;
  return `copy (select ${names.map(quoteName).join(', ')} from ${fresh}) to ${quoteText(to)} (${csv})`;
}

/** The fields as text, the order of the rows as `n`, and for ndjson the line itself. */
function rows(format: FileFormat, paths: readonly string[], { schema }: Target): string {
  if (format === 'ndjson') {
    const documents = ndjsonDocuments(paths);
    return `(select ${ndjsonColumns(schema)}, ${line}, row_number() over () as ${placed} from ${documents})`;
  }
  const dialect = { delimiter: ',', quote: '"', escape: '"', header: true };
  return `(select *, row_number() over () as ${placed} from ${readCsv(paths, schema, { dialect })})`;
}
