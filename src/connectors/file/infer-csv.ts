/** The types of csv columns, found over all of their values. */
import type { Field } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import type { Context, Duck } from '../../sdk/index.ts';
import { readCsvFiles } from '../../sdk/duck-sql.ts';
import { evidence, evidenceAt, isLocalDate, isText, shortcutOf, typeOf, type Evidence } from '../../sdk/text-types.ts';
import { columnsPerPass, field, unreadable, type FileContent } from './schema.ts';

/** The sample says where to look closely, never what the types are: any records will do. */
const sampleRecords = 10_000;

const text: LogicalType = { kind: 'text' };

/** The content with the types of its columns. Throws `file.format`. */
export async function inferCsv(content: FileContent, { duck }: Pick<Context, 'duck'>): Promise<FileContent> {
  await using open = await duck();
  const names = content.schema.fields.map(({ name }) => name);
  try {
    const { rows, found } = await inferColumns(open, content, names);
    const local = names.filter((_, at) => isLocalDate(found[at]));
    return {
      ...content,
      schema: { fields: names.map((name, at) => field(name, found[at] ? typeOf(found[at]) : text)) },
      rows,
      notes: [
        ...content.notes,
        ...local.map((name) => `${name} holds dates like 01/02/2024, whose day and month cannot be told apart: it stays text`),
      ],
    };
  } catch (error) {
    throw unreadable(content.files[0]?.name ?? '', 'csv', error);
  }
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

async function inspectSample(duck: Duck, content: FileContent, names: readonly string[]): Promise<Inferred> {
  const asked = places(names).map((name): Asked => ({ name, sample: undefined }));
  return await inspectColumns(duck, `(select * from ${recordsOf(content, names)} limit ${sampleRecords})`, asked);
}

interface Inferred {
  readonly rows: number;
  /** Of each column. */
  readonly found: readonly Evidence[];
}

/** What the values of each column are, over all rows: a column that is text in a sample is text. */
async function inferColumns(duck: Duck, content: FileContent, names: readonly string[]): Promise<Inferred> {
  const sample = await inspectSample(duck, content, names);
  if (sample.rows < sampleRecords) return sample;
  const open = places(names).flatMap((name, at) => {
    const found = sample.found[at];
    return found && isText(found) ? [] : [{ name, sample: found, at }];
  });
  const { rows, found } = await inspectColumns(duck, recordsOf(content, names), open);
  const later = new Map(open.map(({ at }, i) => [at, found[i]]));
  return { rows, found: sample.found.map((one, at) => later.get(at) ?? one) };
}

interface Asked {
  readonly name: string;
  readonly sample: Evidence | undefined;
}

async function inspectColumns(duck: Duck, source: string, asked: readonly Asked[]): Promise<Inferred> {
  const found: Evidence[] = [];
  let rows = 0;
  let from = 0;
  do {
    const some = asked.slice(from, from + columnsPerPass);
    const shortcuts = some.map(({ name, sample }) => sample && shortcutOf(name, sample));
    // Named, so that it is asked once for all three aggregates.
    const tests = shortcuts.flatMap((shortcut, at) => (shortcut ? [`, ${shortcut.test} as s${at}`] : []));
    const aggregates = some.flatMap(({ name }, at) => {
      const shortcut = shortcuts[at];
      return evidence(name, shortcut && { ...shortcut, test: `s${at}` });
    });
    const [row = []] = await duck.rows(
      `select ${['count(*)', ...aggregates].join(', ')} from (select *${tests.join('')} from ${source})`,
    );
    rows = Number(row[0] ?? 0);
    for (const at of some.keys()) found.push(evidenceAt(row, 1 + 3 * at));
    await duck.run('drop table if exists inference_errors; drop table if exists inference_scans');
    from += columnsPerPass;
  } while (from < asked.length);
  return { rows, found };
}
