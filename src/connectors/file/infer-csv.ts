/** The types of csv columns, found over all of their values. */
import type { Field } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import type { Context, Duck } from '../../sdk/index.ts';
import { readCsvFiles } from '../../sdk/duck-sql.ts';
import { evidence, evidenceAt, isLocalDate, isText, shortcutOf, typeOf, type Evidence } from '../../sdk/text-types.ts';
import { proveTypes } from './prove-types.ts';
import { columnsPerPass, field, unreadable, type FileContent } from './schema.ts';

/** The sample says where to look closely, never what the types are: any records will do. */
const sampleRecords = 10_000;

const text: LogicalType = { kind: 'text' };

/** What is asked beside the types. */
interface Asking {
  readonly lengths?: boolean;
}

type Place = Pick<Context, 'duck' | 'signal'>;

/** The content with the types of its columns; `lengths`: and how long their texts are. Throws `file.format`, `run.cancelled`. */
export async function inferCsv(
  content: FileContent,
  { duck, signal }: Place,
  { lengths = false }: Asking = {},
): Promise<FileContent> {
  const names = content.schema.fields.map(({ name }) => name);
  await using open = await duck();
  try {
    return withTypes(content, await inferColumns(open, content, { names, lengths, signal }), lengths);
  } catch (error) {
    throw unreadable(content.files[0]?.name ?? '', 'csv', error);
  }
}

/**
 * The same for content of which only the beginning was looked at, by one look at each byte of it; undefined where that does not show
 * that all of it is so. Throws `run.cancelled`.
 */
export async function proveCsv(
  content: FileContent,
  { duck, signal }: Place,
  { lengths = false }: Asking = {},
): Promise<FileContent | undefined> {
  const names = content.schema.fields.map(({ name }) => name);
  await using open = await duck();
  const sample = await inspectSample(open, content, names, lengths).catch(() => undefined);
  if (!sample || sample.rows < sampleRecords) return undefined;
  const proof = await proveTypes(content.files, names, sample.found, { signal, utf8: true });
  return proof && withTypes(content, { ...proof, found: sample.found }, lengths);
}

function withTypes(content: FileContent, { rows, found, longest }: Inferred, lengths: boolean): FileContent {
  const names = content.schema.fields.map(({ name }) => name);
  const local = names.filter((_, at) => isLocalDate(found[at]));
  return {
    ...content,
    schema: { fields: names.map((name, at) => field(name, found[at] ? typeOf(found[at]) : text)) },
    rows,
    ...(lengths && { longest }),
    notes: [
      ...content.notes,
      ...local.map((name) => `${name} holds dates like 01/02/2024, whose day and month cannot be told apart: it stays text`),
    ],
  };
}

/**
 * The content with the types of a sample, for whoever looks at every value anyway; undefined where a sample would not do: it is
 * all of the file, or what it holds cannot be told from the values of one column alone.
 */
export async function guessCsv(content: FileContent, { duck }: Pick<Context, 'duck'>): Promise<FileContent | undefined> {
  const names = content.schema.fields.map(({ name }) => name);
  // Rows with zero bytes are refused, but their values count for the types.
  if (names.length > columnsPerPass || content.files.some(({ csv }) => csv?.zeros)) return undefined;
  await using open = await duck();
  try {
    const { rows, found } = await inspectSample(open, content, names);
    if (rows < sampleRecords || found.some(isLocalDate)) return undefined;
    const fields = names.map((name, at): Field => {
      const one = found[at];
      return one && isText(one) ? field(name, text) : { ...field(name, one ? typeOf(one) : text), guessed: true };
    });
    return { ...content, schema: { fields } };
  } catch (error) {
    throw unreadable(content.files[0]?.name ?? '', 'csv', error);
  }
}

const places = (names: readonly string[]): readonly string[] => names.map((_, at) => `c${at}`);

/** Rows that do not fit the columns are not evidence; they are refused, or stop the run, when the file is loaded. */
const recordsOf = (content: FileContent, names: readonly string[]): string =>
  readCsvFiles(content.files, names, 'c', { rejects: { table: 'inference_errors', scan: 'inference_scans' } });

async function inspectSample(duck: Duck, content: FileContent, names: readonly string[], lengths = false): Promise<Inferred> {
  const asked = places(names).map((name): Asked => ({ name, sample: undefined }));
  return await inspectColumns(duck, `(select * from ${recordsOf(content, names)} limit ${sampleRecords})`, asked, lengths);
}

interface Inferred {
  readonly rows: number;
  /** Of each column. */
  readonly found: readonly Evidence[];
  /** Bytes of the longest value of each column, where that was asked for. */
  readonly longest: readonly number[];
}

interface Inference {
  readonly names: readonly string[];
  readonly lengths: boolean;
  readonly signal: AbortSignal;
}

/** What the values of each column are, over all rows: a column that is text in a sample is text. */
async function inferColumns(duck: Duck, content: FileContent, { names, lengths, signal }: Inference): Promise<Inferred> {
  const sample = await inspectSample(duck, content, names, lengths);
  if (sample.rows < sampleRecords) return sample;
  const proof = await proveTypes(content.files, names, sample.found, { signal });
  if (proof) return { ...proof, found: sample.found };
  const open = places(names).flatMap((name, at) => {
    const found = sample.found[at];
    const known = found !== undefined && isText(found);
    return known && !lengths ? [] : [{ name, sample: found, known, at }];
  });
  const { rows, found, longest } = await inspectColumns(duck, recordsOf(content, names), open, lengths);
  const later = new Map(open.map(({ at }, i) => [at, i]));
  const newest = <T>(all: readonly T[], before: readonly T[]): T[] => before.map((one, at) => all[later.get(at) ?? -1] ?? one);
  return { rows, found: newest(found, sample.found), longest: newest(longest, sample.longest) };
}

interface Asked {
  readonly name: string;
  readonly sample: Evidence | undefined;
  /** It is text, whatever its values are. */
  readonly known?: boolean;
}

const ofText: Evidence = { bits: '0', whole: null, fraction: null };

async function inspectColumns(duck: Duck, source: string, asked: readonly Asked[], lengths: boolean): Promise<Inferred> {
  const found: Evidence[] = [];
  const longest: number[] = [];
  let rows = 0;
  let from = 0;
  do {
    const some = asked.slice(from, from + columnsPerPass);
    const shortcuts = some.map(({ name, sample, known }) => (sample && !known ? shortcutOf(name, sample) : undefined));
    // Named, so that it is asked once for all three aggregates.
    const tests = shortcuts.flatMap((shortcut, at) => (shortcut ? [`, ${shortcut.test} as s${at}`] : []));
    const aggregates = some.flatMap(({ name, known }, at) => {
      const shortcut = shortcuts[at];
      const types = known ? ['null', 'null', 'null'] : evidence(name, shortcut && { ...shortcut, test: `s${at}` });
      return [...types, lengths ? `max(strlen(${name}))` : 'null'];
    });
    const [row = []] = await duck.rows(
      `select ${['count(*)', ...aggregates].join(', ')} from (select *${tests.join('')} from ${source})`,
    );
    rows = Number(row[0] ?? 0);
    for (const [at, { known }] of some.entries()) {
      found.push(known ? ofText : evidenceAt(row, 1 + 4 * at));
      longest.push(Number(row[4 + 4 * at] ?? 0));
    }
    await duck.run('drop table if exists inference_errors; drop table if exists inference_scans');
    from += columnsPerPass;
  } while (from < asked.length);
  return { rows, found, longest };
}
