/** An uploaded file of any format as csv in UTF-8; nothing is guessed about its values. */
import { HeadgateError } from '../../domain/error.ts';
import type { AssessTask } from '../../domain/run.ts';
import type { Context, FileRef } from '../../sdk/index.ts';
import { loadConnector } from '../connections/connection.ts';

const empty = (): HeadgateError => new HeadgateError('file.format', 'reading a file: there is nothing in it');

/** `path` = as the context's files know it. The csv stays where it is until `use` has ended. Throws `file.format`. */
export async function fileAsCsv<T>(
  path: string,
  { sheet, delimiter }: Pick<AssessTask, 'sheet' | 'delimiter'>,
  context: Context,
  use: (file: FileRef) => Promise<T>,
): Promise<T> {
  const { source } = (await loadConnector('file')).configure({
    path,
    format: 'csv',
    infer: false,
    header: false,
    ...(sheet !== null && { sheet }),
    ...(delimiter !== null && { delimiter }),
  });
  if (!source) throw new Error('files are a source');
  await using from = await source.open(context);
  const [info] = await from.discover();
  if (!info) throw empty();
  const columns = info.schema.fields.map(({ name }) => ({ from: name, as: name }));
  const flow = { stream: info.stream, schema: info.schema, projection: { columns } };
  for await (const event of from.read({ flows: [flow], mode: 'snapshot', format: 'csv' })) {
    if (event.type === 'file') return await use(event.file);
  }
  throw empty();
}
