/** An uploaded file held to fields and rules: its rows as a JSON file, and what was found, as outputs of the run. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HeadgateError } from '../../domain/error.ts';
import type { AssessTask } from '../../domain/run.ts';
import type { FileRef } from '../../sdk/index.ts';
import { parseSchemaFile, type SchemaFile } from '../../rules/schema-file.ts';
import { assess } from '../../shape/assess/assess.ts';
import type { NewOutput } from '../../store/run-outputs.ts';
import { fileAsCsv } from '../files/as-csv.ts';
import { storeFile } from '../files/store.ts';
import { loadFlows } from '../pipelines/flows.ts';
import type { TaskWork } from './replay-rows.ts';

/** What the outputs are called: what was found, and the rows. */
const findingsName = 'findings';
const rowsName = 'rows.json';

export async function assessFile(task: AssessTask, work: TaskWork): Promise<readonly NewOutput[]> {
  const schema = parseSchemaFile(JSON.stringify(task.definition), 'the fields of this import');
  const file = await fileAsCsv(await pathOf(work), task, work.context);
  return await outputsOf(file, schema, task, work);
}

/** Throws `usage.mode`. */
async function pathOf({ execution, opened }: TaskWork): Promise<string> {
  const [loaded] = await loadFlows({ db: execution.db, workspace: opened.workspace }, opened.pipeline);
  const path = loaded?.spec.files?.ids[0];
  if (path === undefined) throw new HeadgateError('usage.mode', 'reading a file: the pipeline has none');
  return path;
}

async function outputsOf(file: FileRef, schema: SchemaFile, task: AssessTask, work: TaskWork): Promise<readonly NewOutput[]> {
  const { execution, opened, context } = work;
  await using duck = await context.duck();
  const { rows, ...found } = await assess(duck, { file, schema, task, scratch: join(context.scratch, 'assess') });
  const { counts, blocks } = found;
  execution.log.info(`${counts.rows} rows were looked at`, { invalid: counts.invalid, delivered: counts.delivered });
  for (const { code, message } of blocks) execution.log.warn(message, { code });
  const findings = { name: findingsName, file_id: null, value: JSON.parse(JSON.stringify(found)) as NewOutput['value'] }; // plain data
  if (rows === undefined) return [findings];
  const path = join(context.scratch, rowsName);
  const { batches } = await duck.stream(rows);
  await pipeline(Readable.from(arrayOf(batches)), createWriteStream(path), { signal: execution.signal });
  return [
    findings,
    {
      name: rowsName,
      file_id: await storeFile(execution, opened, { name: rowsName, path, type: 'application/json' }),
      value: {},
    },
  ];
}

async function* arrayOf(batches: AsyncIterable<readonly (readonly (string | null)[])[]>): AsyncGenerator<string> {
  let before = '[';
  for await (const batch of batches) {
    for (const [row] of batch) {
      yield `${before}${row ?? 'null'}`;
      before = ',\n';
    }
  }
  yield before === '[' ? '[]' : ']';
}
