/** Uploaded files made plain, each as a file of its own, with what was found out about it. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HeadgateError } from '../../domain/error.ts';
import type { Uploads } from '../../domain/pipeline.ts';
import type { PrepareTask } from '../../domain/run.ts';
import type { StreamInfo } from '../../domain/schema.ts';
import { typeName } from '../../domain/types.ts';
import { rewrite } from '../../engine/convert.ts';
import { infersTypes, type Context, type FileRef, type Source } from '../../sdk/index.ts';
import type { NewOutput } from '../../store/run-outputs.ts';
import { storeFile } from '../files/store.ts';
import { csvText } from './export-rows.ts';
import { loadFlows } from '../pipelines/flows.ts';
import { uploadsAsSource } from '../pipelines/uploads.ts';
import type { TaskWork } from './replay-rows.ts';

const delimiters: Readonly<Record<string, string>> = { ',': 'comma', '\t': 'tab', '|': 'pipe' };

export async function prepareFiles({ types }: PrepareTask, work: TaskWork): Promise<readonly NewOutput[]> {
  const { execution, opened, context } = work;
  const [loaded] = await loadFlows({ db: execution.db, workspace: opened.workspace }, opened.pipeline);
  const files = loaded?.spec.files;
  if (!loaded || !files?.ids) throw new HeadgateError('usage.mode', 'preparing files: the pipeline reads none');
  const outputs: NewOutput[] = [];
  for (const id of files.ids) {
    const { size } = await stat(await context.files.open(id));
    if (size === 0) throw new HeadgateError('file.format', `preparing files: ${nameOf(id)} is empty`);
    const { source } = await uploadsAsSource(loaded.spec, { ...files, ids: [id] }, opened.ends, context);
    await using from = await source.open(context);
    const name = nameOf(id);
    const info = await look(from, types).catch((error: unknown) => {
      if (!(error instanceof HeadgateError) || error.code !== 'file.format' || !id.endsWith(name)) throw error;
      // The load says in which line: whoever prepares a file is told nothing but that there is no output.
      execution.log.warn(error.message, { code: error.code });
      return undefined;
    });
    if (info === undefined) {
      const file = await storeFile(execution, opened, { name, path: await context.files.open(id) });
      outputs.push({ name, file_id: file, value: asItCame(files) });
      continue;
    }
    for await (const event of from.read({ flows: [flowOf(info)], mode: 'snapshot', format: 'csv' })) {
      if (event.type !== 'file') continue;
      const path = nameable(event.file.csv) ? event.file.path : await withCommas(event.file, info, context);
      const file = await storeFile(execution, opened, { name, path });
      outputs.push({ name, file_id: file, value: told(event.file, info, types) });
      execution.log.info(`${name}: ${info.schema.fields.length} columns`, { notes: (info.notes ?? []).join('; ') });
    }
  }
  return outputs;
}

/** Throws `file.format`. */
async function look(from: Source, types: boolean): Promise<StreamInfo> {
  if (types && infersTypes(from)) return await from.infer({ lengths: true });
  const [found] = await from.discover();
  if (!found) throw new HeadgateError('file.format', 'preparing files: there is nothing to read');
  return found;
}

/** A file that cannot be read as csv, by what was said about it. */
const asItCame = ({ header = true, delimiter = 'comma', escape }: Uploads): NewOutput['value'] => ({
  header,
  delimiter,
  compression: 'none',
  escaped: escape === 'backslash',
  columns: [],
});

const flowOf = ({ stream, schema }: StreamInfo) => ({
  stream,
  schema,
  projection: { columns: schema.fields.map(({ name }) => ({ from: name, as: name })) },
});

/** Its own name, without what said how it was packed. */
const nameOf = (id: string): string => (id.split('/')[1] ?? id).replace(/\.(?:gz|zst|zip)$/i, '') || 'file.csv';

/** Can a load name what separates its values? */
const nameable = (csv: FileRef['csv']): boolean => Object.hasOwn(delimiters, csv?.delimiter ?? ',');

/** Written anew, with the same values. Resolves to its path. */
async function withCommas(file: FileRef, { schema }: StreamInfo, context: Context): Promise<string> {
  await using duck = await context.duck();
  const names = schema.fields.map(({ name }) => name);
  const folder = await mkdtemp(join(context.scratch, 'commas-'));
  const rows = await rewrite(duck, [file], { format: 'csv', columns: names.map((name) => ({ from: name, as: name })) }, folder);
  const path = join(folder, 'named.csv');
  const header = file.csv?.header ? csvText([names], { delimiter: 'comma', quoted: true }) : '';
  await writeFile(path, header);
  await pipeline(createReadStream(rows), createWriteStream(path, { flags: 'a' }), { signal: context.signal });
  return path;
}

function told({ csv }: FileRef, { schema, longest = [] }: StreamInfo, types: boolean): NewOutput['value'] {
  const delimiter = delimiters[csv?.delimiter ?? ','] ?? 'comma';
  const columns = schema.fields.map(({ name, type }, at) => {
    const length = type.kind === 'text' ? longest[at] : undefined;
    return { name, type: typeName(type), ...(length !== undefined && { length }) };
  });
  return {
    header: csv?.header ?? false,
    delimiter,
    compression: 'none',
    escaped: nameable(csv) && csv?.escape === '\\',
    columns: types ? columns : [],
  };
}
