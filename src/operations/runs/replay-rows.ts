/** Corrected rows into the table of the flow that refused them: the flow's own shape, a file for a source, and no position. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadgateError } from '../../domain/error.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { refName, type TableRef } from '../../domain/schema.ts';
import type { TableTask } from '../../domain/run.ts';
import { buildFlow } from '../../engine/build-flow.ts';
import type { Flow, Session } from '../../engine/flow.ts';
import { flowRequest } from '../../engine/pipeline-flow.ts';
import type { FlowRequest } from '../../engine/request.ts';
import { runFlow } from '../../engine/run.ts';
import { discoverStreams, readStreamName } from '../../engine/streams.ts';
import { targetOf } from '../../engine/targets.ts';
import type { Connection, Context } from '../../sdk/index.ts';
import { findReplay } from '../../store/replays.ts';
import { findRun, type RunRow } from '../../store/runs.ts';
import { loadConnector } from '../connections/connection.ts';
import { sidesOf, type Ends } from '../pipelines/ends.ts';
import { loadFlows, type LoadedFlow } from '../pipelines/flows.ts';
import { rejectsKeeper } from './keep-rejects.ts';
import type { Execution, Opened } from './session.ts';

export interface TaskWork {
  readonly execution: Execution;
  readonly opened: Opened;
  readonly context: Context;
}

/** Throws what keeps it from beginning. */
export async function replayRows(run: RunRow, task: TableTask, work: TaskWork): Promise<Receipt> {
  const { execution, opened, context } = work;
  const { workspace, ends, session } = opened;
  const rows = await findReplay(execution.db, workspace, run.id);
  const receipt = await receiptOf(task, work);
  if (!rows) throw new HeadgateError('object.missing', 'the rows of this replay are gone');
  const { loaded, into } = await flowOf(receipt, task, work);
  // Below the workspace's own folder, the one place whose files it may read.
  const folder = join(execution.dataDir, 'files', String(workspace), '.replays', run.id);
  const path = join(folder, `replay.${rows.format}`);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(path, rows.content);
    const source = await fileSource(path, rows.format, receipt);
    const flow = await replayFlow({ loaded, into, receipt, ends }, source, context);
    const place = { workspace, run: run.id, stream: receipt.stream, table: task.table };
    const own: Session = {
      ...session,
      source,
      run: { id: run.id, attempt: run.attempt },
      keepRejects: rejectsKeeper(execution.db, () => place, session.log),
    };
    return { ...(await runFlow(flow, own)), stream: receipt.stream };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Of the run whose rows were refused. Throws `object.missing`. */
export async function receiptOf({ of, table }: TableTask, { execution, opened }: TaskWork): Promise<Receipt> {
  const run = await findRun(execution.db, opened.workspace, of);
  const found = run?.receipts.find((one) => one.table === table);
  if (!found) throw new HeadgateError('object.missing', `the run has written nothing into ${table}`);
  return found;
}

/** The flow that the pipeline has for this stream and table now. Throws `object.missing`. */
async function flowOf(
  { stream }: Receipt,
  { table }: TableTask,
  { execution, opened: { workspace, pipeline, ends } }: TaskWork,
): Promise<{ readonly loaded: LoadedFlow; readonly into: TableRef }> {
  const sides = sidesOf(ends);
  for (const loaded of await loadFlows({ db: execution.db, workspace }, pipeline)) {
    const { query, stream: named = '', into } = loaded.spec;
    const fits = query ? query.name === stream : namesStream(named, stream, sides.sourceNamespace);
    if (!fits) continue;
    const target = targetOf(query ? { name: stream } : readStreamName(stream, sides.sourceNamespace), into, sides);
    if (refName(target) === table) return { loaded, into: target };
  }
  throw new HeadgateError('object.missing', `the pipeline has no flow into ${table} any more`);
}

/** Does a name or pattern of a flow mean this stream? */
function namesStream(pattern: string, stream: string, defaultNamespace: string | undefined): boolean {
  const full = (text: string): string => {
    const { namespace, name } = readStreamName(text, defaultNamespace);
    return `${namespace ?? defaultNamespace ?? ''}.${name}`;
  };
  const pieces = full(pattern)
    .split('*')
    .map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(full(stream));
}

type FileConnection = Connection & Required<Pick<Connection, 'source'>>;

/** Its identity is that of what is replayed: the same in every attempt on every machine, and no position of the pipeline's own. */
async function fileSource(path: string, format: string, receipt: Receipt): Promise<FileConnection> {
  const csv = { encoding: 'utf-8', delimiter: ',', header: true };
  const { source } = (await loadConnector('file')).configure({ path, format, ...(format === 'csv' && csv) });
  if (!source) throw new Error('files are a source');
  return { connector: 'file', identity: `replay:${receipt.pipeline}`, source };
}

interface Replayed {
  readonly loaded: LoadedFlow;
  readonly into: TableRef;
  readonly receipt: Receipt;
  readonly ends: Ends;
}

async function replayFlow(of: Replayed, { source }: FileConnection, context: Context): Promise<Flow> {
  const { loaded, into, receipt } = of;
  const [info] = await discoverStreams(source, context);
  if (!info) throw new HeadgateError('stream.missing', 'the rows of this replay cannot be read');
  const asked = flowRequest(loaded.spec, join(context.scratch, 'replay.rejects.csv'));
  const appends = receipt.mode.endsWith('append');
  const key = appends ? undefined : await keyOf(of, context);
  const { key: _key, cursor: _cursor, ...kept } = asked;
  const { where: _where, ...shape } = asked.shape;
  const request: FlowRequest = {
    ...kept,
    read: 'snapshot',
    // A few rows must not take the place of a table.
    write: key ? 'merge' : 'append',
    ...(key && { key }),
    // What people add to a file to find their way is no column.
    policy: { ...asked.policy, existing: 'any', evolution: 'freeze' },
    shape,
    allowDelete: false,
    // What is right goes in; what is still wrong is refused again.
    rejects: { ...asked.rejects, limit: 100, unit: 'percent' },
  };
  return buildFlow(request, info, into, loaded.schema);
}

/** The fields that identify a row: as the flow says, or as the table's own key says. */
async function keyOf(
  { loaded: { spec, schema }, into, ends }: Replayed,
  context: Context,
): Promise<readonly string[] | undefined> {
  if (spec.key) return spec.key;
  await using destination = await ends.destination.destination.open(context);
  const columns = (await destination.describe(into))?.schema.key;
  if (!columns?.length) return undefined;
  const renamed = new Map(Object.entries(spec.rename).map(([from, as]) => [as, from]));
  const fields = new Map(schema?.fields.map(({ name, from }) => [name, from[0] ?? name]));
  return columns.map((column) => fields.get(column) ?? renamed.get(column) ?? column);
}
