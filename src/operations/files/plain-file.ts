/** An uploaded file of any format as csv or JSON lines in UTF-8; nothing is guessed about its values. */
import { HeadgateError } from '../../domain/error.ts';
import type { AssessTask } from '../../domain/run.ts';
import type { Context, FileRef } from '../../sdk/index.ts';
import { loadConnector } from '../connections/connection.ts';

type Told = Pick<AssessTask, 'sheet' | 'delimiter' | 'xml' | 'about'>;

const empty = (): HeadgateError => new HeadgateError('file.format', 'reading a file: there is nothing in it');

/** By the end of its name. */
const isJson = ({ about: { filename } }: Told): boolean =>
  typeof filename === 'string' && /\.(?:json|ndjson|jsonl|xml)$/i.test(filename);

/** `path` = as the context's files know it. What is made stays where it is until `use` has ended. Throws `file.format`. */
export async function plainFile<T>(path: string, told: Told, context: Context, use: (file: FileRef) => Promise<T>): Promise<T> {
  const { source } = (await loadConnector('file')).configure(settingsOf(path, told));
  if (!source?.asShown) throw new Error('files are a source');
  await using from = await source.asShown('beside').open(context);
  const [info] = await from.discover();
  if (!info) throw empty();
  const columns = info.schema.fields.map(({ name }) => ({ from: name, as: name }));
  const flow = { stream: info.stream, schema: info.schema, projection: { columns } };
  const format = isJson(told) ? 'ndjson' : 'csv';
  for await (const event of from.read({ flows: [flow], mode: 'snapshot', format })) {
    if (event.type === 'file') return await use(event.file);
  }
  throw empty();
}

/** The sheet by its name; a workbook of one sheet needs none, and one that has no such sheet is opened without: `isNamed` says so. */
export async function plainSheet<T>(
  path: string,
  told: Told,
  context: Context,
  use: (file: FileRef, isNamed: boolean) => Promise<T>,
): Promise<T> {
  const nameless = async (): Promise<T> =>
    await plainFile(path, { ...told, sheet: null }, context, async (file) => await use(file, false));
  if (told.sheet === null) return await nameless();
  try {
    return await plainFile(path, told, context, async (file) => await use(file, true));
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'file.missing') throw error;
    return await nameless();
  }
}

function settingsOf(path: string, told: Told): object {
  const { sheet, delimiter, xml } = told;
  if (isJson(told)) return { path, format: 'ndjson', ...(xml && { xml }) };
  const more = { ...(sheet !== null && { sheet }), ...(delimiter !== null && { delimiter }) };
  return { path, format: 'csv', infer: false, header: false, ...more };
}
