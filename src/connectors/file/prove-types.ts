/** The types of a sample, held against all of the files by one look at each byte: several times sooner than by asking for evidence again. */
import type { CsvDialect } from '../../sdk/index.ts';
import { isLocalDate, isText, typeOf, type Evidence } from '../../sdk/text-types.ts';
import { emptyColumn, patternOf, textColumn, typedColumn, type Written } from './input/grammar.ts';
import { walk, type Walked, type WalkedColumn } from './input/walk.ts';
import type { OpenedFile } from './schema.ts';

export interface Proof {
  readonly rows: number;
  /** Bytes of the longest value of each column that is text; 0 for the others. */
  readonly longest: readonly number[];
}

interface Looking {
  readonly signal: AbortSignal;
  /** As `Expected.utf8`. */
  readonly utf8?: boolean;
}

/** What values of types are written with. */
const ofValues = /[\dA-Za-z .:+-]/;

/**
 * `found` = what a sample shows of the columns `names`. Undefined where the rest could say something else of any of them, or of where
 * records and values end. Throws `run.cancelled`.
 */
export async function proveTypes(
  files: readonly OpenedFile[],
  names: readonly string[],
  found: readonly Evidence[],
  { signal, utf8 = false }: Looking,
): Promise<Proof | undefined> {
  // Of one column a blank line may be a record.
  if (names.length < 2) return undefined;
  const longest = names.map(() => 0);
  let rows = 0;
  for (const file of files) {
    const walked = await walkFile(file, new Map(names.map((name, at) => [name, found[at]])), { signal, utf8 });
    if (!walked) return undefined;
    rows += walked.records;
    for (const [at, { name }] of file.schema.fields.entries()) {
      const place = names.indexOf(name);
      longest[place] = Math.max(longest[place] ?? 0, walked.longest[at] ?? 0);
    }
  }
  return { rows, longest };
}

async function walkFile(
  { path, head, csv, schema }: OpenedFile,
  found: ReadonlyMap<string, Evidence | undefined>,
  { signal, utf8 = false }: Looking,
): Promise<Walked | undefined> {
  if (!csv || !isPlain(csv)) return undefined;
  const crlf = head[head.indexOf('\n') - 1] === 0x0d;
  const written = { ...csv, crlf };
  const text = textColumn(written);
  const tables = new Tables(written);
  const columns: WalkedColumn[] = [];
  for (const { name } of schema.fields) {
    const evidence = found.get(name);
    const column = evidence && columnOf(evidence, tables, text);
    if (!column) return undefined;
    columns.push(column);
  }
  return await walk(path, { columns, crlf, utf8, quoted: csv.quote !== '', ...(csv.header && { header: text }) }, signal);
}

/** Written so that a byte at a time tells what stands where. */
const isPlain = ({ delimiter, quote, escape, zeros }: CsvDialect): boolean =>
  !zeros && /^[\x01-\x7f]$/.test(delimiter) && !ofValues.test(delimiter) && (quote === '"' ? escape === quote : quote === '');

function columnOf(evidence: Evidence, tables: Tables, text: Uint16Array): WalkedColumn | undefined {
  if (isText(evidence)) return { table: text, measured: true };
  if (evidence.bits === null) return { table: tables.empty, measured: false };
  const pattern = isLocalDate(evidence) ? undefined : patternOf(typeOf(evidence));
  const table = pattern === undefined ? undefined : tables.of(pattern);
  return table && { table, measured: false };
}

/** One of each kind, however many columns are alike: each takes 128 KiB. */
class Tables {
  readonly empty: Uint16Array;
  readonly #written: Written;
  readonly #known = new Map<string, Uint16Array | undefined>();

  constructor(written: Written) {
    this.#written = written;
    this.empty = emptyColumn(written);
  }

  of(pattern: string): Uint16Array | undefined {
    if (!this.#known.has(pattern)) this.#known.set(pattern, typedColumn(pattern, this.#written));
    return this.#known.get(pattern);
  }
}
