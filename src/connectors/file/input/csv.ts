/** A csv file as its readers need it: its dialect settled over all of its bytes, its records ended alike. */
import { HeadgateError } from '../../../domain/error.ts';
import type { Context, CsvDialect } from '../../../sdk/index.ts';
import { lineOfRecord } from '../../../sdk/record-lines.ts';
import type { FileConfig } from '../location.ts';
import { apostrophe, candidates, columnsOf, type Columns } from './dialect.ts';
import { headOf } from './inspect.ts';
import { settleMarks, type Surveyed } from './marks.ts';
import type { Plain } from './plain.ts';
import { bytesOf, glances } from './spool.ts';
import { Survey, type Marks } from './survey.ts';
import { grouped } from '../../../domain/count.ts';

export interface SettledCsv {
  readonly dialect: CsvDialect;
  readonly names: readonly string[];
  readonly notes: readonly string[];
  /** Every reader of csv takes its quotes and line ends alike. */
  readonly clean: boolean;
  /** Its quotes add up: where a record ends is beyond doubt. */
  readonly regular: boolean;
  /** Its records end in several ways, or with carriage returns: they must be made even before anyone reads them. */
  readonly uneven: boolean;
}

const cr = 0x0d;
const apostropheByte = apostrophe.charCodeAt(0);

/** A header or first record longer than this is cut. */
const longestHeader = 64 * 1024 * 1024;

/**
 * Reads the file once, or not at all where its location says everything: then a mistake in it ends the run when it is met.
 * Again where its quotes do not add up, to see whether a backslash escapes them, or where apostrophes may be its quotes.
 * Throws `file.format` where a quote is never closed: what stands behind it would be one record, whatever it is.
 */
export async function settleCsv(file: Plain, config: FileConfig, { signal }: Pick<Context, 'signal'>): Promise<SettledCsv> {
  const { path, head, size } = file;
  const given = asGiven(config);
  if (given && head.includes('\n')) {
    const columns = columnsOf(head.toString('utf8'), head.length >= size, given, config);
    const dialect = { ...given, header: columns.header, asGiven: true };
    return { dialect, names: columns.names, notes: columns.notes, clean: true, regular: true, uneven: false };
  }
  const best = await settleMarks(file, config, signal);
  const { marks, found } = best;
  if (found.open) throw await openQuote(file, marks, signal);
  const start = found.firstEnd > head.length ? await headOf(path, Math.min(found.firstEnd, longestHeader)) : head;
  const columns = columnsOf(start.toString('utf8'), start.length >= size, marks, config);
  const kinds = Object.values(found.ends).filter((count) => count > 0).length;
  return {
    dialect: { ...marks, header: columns.header, ...(found.zeros > 0 && { zeros: true }) },
    names: columns.names,
    notes: notesOf(columns, best, kinds),
    // Behind a lone carriage return a blank line may go unseen.
    clean: found.stray + found.malformed + found.zeros + found.blanks + found.ends.cr === 0,
    regular: found.malformed === 0,
    uneven: kinds > 1 || found.ends.cr > 0,
  };
}

/**
 * The dialect of the beginning, where it leaves no choice and all of the file has one kind of line ends: a reader that knows what to
 * do with every record proves it. Undefined where the rest could say something else. Costs a tenth of `settleCsv`.
 */
export async function guessDialect(
  file: Plain,
  config: FileConfig,
  { signal }: Pick<Context, 'signal'>,
): Promise<SettledCsv | undefined> {
  const guess = dialectOfHead(file, config);
  if (!guess || guess.found.ends.crlf > 0) return undefined;
  // Where nothing is in quotes, apostrophes may be quotes.
  const others = [0, cr, ...(config.quote === undefined && guess.found.opened === 0 ? [apostropheByte] : [])];
  for await (const chunk of glances(file.path, signal)) if (others.some((byte) => chunk.includes(byte))) return undefined;
  return guess.settled;
}

interface HeadGuess {
  readonly settled: SettledCsv;
  readonly found: Survey;
}

/** The dialect of the first bytes, where they leave no choice and there are more. Pure. */
export function dialectOfHead({ head, size }: Pick<Plain, 'head' | 'size'>, config: FileConfig): HeadGuess | undefined {
  const [marks, ...more] = candidates(head.toString('utf8'), config);
  if (!marks || more.length > 0 || head.length >= size || asGiven(config)) return undefined;
  const found = new Survey(marks);
  found.push(head);
  const odd =
    found.malformed + found.stray + found.zeros + found.blanks + found.ends.cr + (found.ends.lf > 0 ? found.ends.crlf : 0);
  if (found.records < 2 || found.width < 2 || found.agreeing < found.records || odd > 0) return undefined;
  const { header, names, notes } = columnsOf(head.toString('utf8'), false, marks, config);
  const dialect = { ...marks, header, guessed: true };
  return { settled: { dialect, names, notes, clean: true, regular: true, uneven: false }, found };
}

async function openQuote({ name, path, lines }: Plain, marks: Marks, signal: AbortSignal): Promise<HeadgateError> {
  const line = lines && (await lineOfRecord(bytesOf(path, signal), marks, 0));
  const where = line === undefined ? '' : ` of the record on line ${line + (lines?.before ?? 0)}`;
  return new HeadgateError('file.format', `reading ${name}: a quote${where} is never closed`, {
    hint: 'close it; where nothing of the file is quoted, say so with quote= in its location',
  });
}

/** The dialect of a location that leaves nothing to find out, where it is the one that is checked on the way to a database. */
function asGiven({ delimiter, quote = '"', escape = quote, header, infer }: FileConfig): Marks | undefined {
  const said = delimiter === ',' && quote === '"' && escape === '"' && header !== undefined && !infer;
  return said ? { delimiter, quote, escape } : undefined;
}

function notesOf({ notes }: Columns, { marks, found }: Surveyed, kinds: number): readonly string[] {
  const amount = (count: number, one: string, many: string): string => `${grouped(count)} ${count === 1 ? one : many}`;
  return [
    ...(marks.quote === apostrophe ? ['apostrophes quote its values'] : []),
    ...(marks.escape === '\\' ? ['a backslash escapes its quotes'] : []),
    ...(kinds > 1 ? ['its lines end in several ways; each of them ends a record'] : []),
    ...(found.zeros > 0 ? [`it holds ${amount(found.zeros, 'zero byte', 'zero bytes')}: values with one are refused`] : []),
    ...notes,
  ];
}

/** The same records, each with a line feed behind it. What stands in quotes stays. */
export async function* evenLines(chunks: AsyncIterable<Buffer>, marks: Marks): AsyncGenerator<Buffer> {
  const lf = 0x0a;
  let chunk: Buffer = Buffer.alloc(0);
  let dropped: number[] = [];
  const lineEnds = {
    onReturn: (at: number) => void (chunk[at] = lf),
    onPair: (at: number) => void dropped.push(at),
  };
  const survey = new Survey(marks, { lineEnds });
  for await (const next of chunks) {
    chunk = next;
    dropped = [];
    survey.push(chunk);
    let from = 0;
    for (const at of dropped) {
      if (at > from) yield chunk.subarray(from, at);
      from = at + 1;
    }
    if (from < chunk.length) yield chunk.subarray(from);
  }
}
