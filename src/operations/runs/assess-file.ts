/** An uploaded file held to fields and rules: its rows as a JSON file, and what was found, as outputs of the run. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';
import { hasHooks } from '../../domain/fields/hooks.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { AssessTask } from '../../domain/run.ts';
import { HookError } from '../../hooks/failure.ts';
import type { Duck, FileRef } from '../../sdk/index.ts';
import { parseSchemaFile, type SchemaFile } from '../../rules/schema-file.ts';
import { assess, nothingFound } from '../../shape/assess/assess.ts';
import { setExpiry } from '../../store/files.ts';
import { listOutputs, replaceOutputs, type NewOutput } from '../../store/run-outputs.ts';
import { plainSheet } from '../files/plain-file.ts';
import { discardFile, storeFile } from '../files/store.ts';
import { loadFlows } from '../pipelines/flows.ts';
import { keepRows } from '../reviews/keep.ts';
import { hooksOf, openSandbox } from '../schemas/check-hooks.ts';
import { jsonArray } from './json-array.ts';
import { deliverAssessed } from './deliver-assessed.ts';
import type { TaskWork } from './replay-rows.ts';

/** What the outputs are called: what was found, and the rows. */
const findingsName = 'findings';
const rowsName = 'rows.json';
/** Of a hook that was not run to its end. */
const failureName = 'failure';

/** `run`: its id. The receipt is that of rows that went into a table. */
export async function assessFile(run: string, task: AssessTask, work: TaskWork): Promise<Receipt | undefined> {
  await discardEarlier(run, work);
  const schema = parseSchemaFile(JSON.stringify(task.definition), 'the fields of this import');
  return await plainSheet(await pathOf(work), task, work.context, async (file, isNamed) =>
    !isNamed && isAmbiguous(file, task)
      ? await hold(run, ambiguous(file), work)
      : await look(file, { run, schema, task, isNamed }, work),
  );
}

/** The rows of an attempt that was cut off. */
async function discardEarlier(run: string, { execution, opened: { workspace } }: TaskWork): Promise<void> {
  for (const { file_id } of await listOutputs(execution.db, workspace, run))
    if (file_id !== null) await discardFile(execution, workspace, file_id);
}

/** What was found waits for somebody: there are no rows yet. */
async function hold(run: string, findings: NewOutput, { execution, opened }: TaskWork): Promise<undefined> {
  await replaceOutputs(execution.db, opened.workspace, run, [findings]);
}

const isAmbiguous = ({ sheets = [] }: FileRef, { hold }: AssessTask): boolean => hold.sheets && sheets.length > 1;

/** Somebody has to say which one is meant. */
function ambiguous({ sheets = [] }: FileRef): NewOutput {
  const block = {
    code: 'SHEET_AMBIGUOUS',
    message: `The workbook has ${sheets.length} sheets, and it is not clear which one is meant`,
  };
  return findingsOf({ ...nothingFound, blocks: [block] });
}

/** Throws `usage.mode`. */
async function pathOf({ execution, opened }: TaskWork): Promise<string> {
  const [loaded] = await loadFlows({ db: execution.db, workspace: opened.workspace }, opened.pipeline);
  const path = loaded?.spec.files?.ids?.[0];
  if (path === undefined) throw new HeadgateError('usage.mode', 'reading a file: the pipeline has none');
  return path;
}

interface Asked {
  readonly run: string;
  readonly schema: SchemaFile;
  readonly task: AssessTask;
  /** Its sheet, where it has any. */
  readonly isNamed: boolean;
}

async function look(file: FileRef, { run, schema, task, isNamed }: Asked, work: TaskWork): Promise<Receipt | undefined> {
  const { execution, opened, context } = work;
  await using duck = await context.duck();
  await using sandbox = openSandbox(execution, execution.signal);
  const hooking = hasHooks(task.hooks) ? { hooking: { sandbox, hooks: hooksOf(task.hooks) } } : {};
  const scratch = join(context.scratch, 'assess');
  const asked = { file, schema, task, scratch, ...hooking };
  const { rows, prepared, ...found } = await assess(duck, asked).catch(async (error: unknown) => {
    if (error instanceof HookError) await replaceOutputs(execution.db, opened.workspace, run, [failureOf(error)]);
    throw error;
  });
  const { counts, blocks } = found;
  execution.log.info(`${counts.rows} rows were looked at`, { invalid: counts.invalid, delivered: counts.delivered });
  for (const { code, message } of blocks) execution.log.warn(message, { code });
  const findings = findingsOf({ ...found, sheets: file.sheets ?? [] });
  if (rows === undefined) {
    await keepForReview(run, duck, { ...asked, isNamed, prepared }, work);
    return await hold(run, findings, work);
  }
  const path = join(context.scratch, rowsName);
  const { batches } = await duck.stream(rows);
  await pipeline(Readable.from(jsonArray(batches)), createWriteStream(path), { signal: execution.signal });
  const file_id = await storeFile(execution, opened, { name: rowsName, path, type: 'application/json' });
  try {
    // Now, so that it is known whose file that is, whatever becomes of this attempt.
    await replaceOutputs(execution.db, opened.workspace, run, [findings, { name: rowsName, file_id, value: {} }]);
    await setExpiry(execution.db, opened.workspace, file_id, null); // until the import is deleted
    return task.load ? await deliverAssessed(run, duck, rows, work) : undefined;
  } catch (error) {
    await discardFile(execution, opened.workspace, file_id).catch(() => undefined);
    throw error;
  }
}

/** Rows that cannot be kept are made again by whoever opens the review. */
async function keepForReview(
  run: string,
  duck: Duck,
  building: Parameters<typeof keepRows>[2],
  { execution, opened }: TaskWork,
): Promise<void> {
  const { id } = building.task.about;
  // It becomes the name of a file.
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) return;
  const { dataDir, signal, log } = execution;
  await keepRows(duck, { dataDir, workspace: opened.workspace, id, run }, building).catch((error: unknown) => {
    signal.throwIfAborted();
    log.info(`the rows for the review are not kept: ${asHeadgateError(error, 'keeping rows').message}`);
  });
}

const findingsOf = (found: object): NewOutput => ({
  name: findingsName,
  file_id: null,
  value: JSON.parse(JSON.stringify(found)) as NewOutput['value'], // plain data
});

/** What the hook has said is for those who may see the rows, and no part of the run's error. */
function failureOf({ hook, row, said }: HookError): NewOutput {
  const { kind, index, field, step } = hook;
  const value = { hook: kind, index, field: field ?? null, step: step ?? null, row: row ?? null, said: said ?? null };
  return { name: failureName, file_id: null, value };
}
