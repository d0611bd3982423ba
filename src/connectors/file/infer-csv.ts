/** The types of csv columns, found over all of their values. */
import type { LogicalType } from '../../domain/types.ts';
import type { Context, Duck } from '../../sdk/index.ts';
import { readCsvFiles } from '../../sdk/duck-sql.ts';
import { evidence, evidenceAt, isLocalDate, isText, shortcutOf, typeOf, type Evidence } from './infer.ts';
import { columnsPerPass, field, unreadable, type FileContent } from './schema.ts';

/** The sample says where to look closely, never what the types are: any records will do. */
const sampleRecords = 10_000;

const text: LogicalType = { kind: 'text' };

/** The content with the types of its columns. Throws `file.format`. */
export async function inferCsv(content: FileContent, { duck }: Pick<Context, 'duck'>): Promise<FileContent> {
  await using open = await duck();
  const names = content.schema.fields.map(({ name }) => name);
  try {
    // Rows that do not fit the columns are not evidence; they are refused, or stop the run, when the file is loaded.
    const source = readCsvFiles(content.files, names, 'c', {
      rejects: { table: 'inference_errors', scan: 'inference_scans' },
    });
    const { rows, found } = await inferColumns(
      open,
      source,
      names.map((_, at) => `c${at}`),
    );
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

interface Inferred {
  readonly rows: number;
  /** Of each column. */
  readonly found: readonly Evidence[];
}

/** What the values of each column are, over all rows of `source`: a column that is text in a sample is text. */
async function inferColumns(duck: Duck, source: string, columns: readonly string[]): Promise<Inferred> {
  const asked = (names: readonly string[]): readonly Asked[] => names.map((name) => ({ name, sample: undefined }));
  const sample = await inspectColumns(duck, `(select * from ${source} limit ${sampleRecords})`, asked(columns));
  if (sample.rows < sampleRecords) return sample;
  const open = columns.flatMap((name, at) => {
    const found = sample.found[at];
    return found && isText(found) ? [] : [{ name, sample: found, at }];
  });
  const { rows, found } = await inspectColumns(duck, source, open);
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
