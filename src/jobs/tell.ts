/** What is said about a run, in the transaction in which it comes to that state. */
import { importKind, kindsOfEnd, type EventKind } from '../domain/notification.ts';
import type { Json } from '../domain/json.ts';
import { importTopics } from '../domain/run.ts';
import type { Db } from '../store/db.ts';
import { happen } from '../store/events.ts';
import { listOutputs } from '../store/run-outputs.ts';
import { findPipeline } from '../store/pipelines.ts';
import type { RunRow } from '../store/runs.ts';

type ToldRun = Pick<RunRow, 'id' | 'workspace_id' | 'pipeline_id' | 'state' | 'attempt' | 'receipts' | 'error' | 'task'>;

/** Tables of one event; the run itself has all of them. */
const mostTables = 100;

export async function tellEnd(tx: Db, run: ToldRun, now: Date): Promise<void> {
  const rejected = run.receipts.reduce((sum, one) => sum + one.rejected, 0);
  await tell(tx, run, kindsOfEnd(run.state, rejected), now);
  await tellImport(tx, run, now);
}

/** What a run found out about a file stands among its outputs. */
async function tellImport(tx: Db, run: ToldRun, now: Date): Promise<void> {
  const { task, state, workspace_id } = run;
  if (task?.kind !== 'assess' && task?.kind !== 'deliver') return;
  const workspace = Number(workspace_id);
  const [found] = (await listOutputs(tx, workspace, run.id)).filter(({ name }) => name === 'findings');
  const value = objectOf(found?.value);
  const { blocks = [], told } = value;
  const kind = importKind(state, Array.isArray(blocks) && blocks.length > 0);
  if (!kind) return;
  const { id = null, filename = null, importIdentifier = null } = task.about;
  const data = { workspace, run: run.id, import: id, filename, identifier: importIdentifier };
  const topics = task.kind === 'assess' ? importTopics(task, objectOf(told)) : task.topics;
  await happen(tx, { workspace, kind, pipeline: run.pipeline_id, run: run.id, data, topics }, now);
}

type Named = { readonly [name: string]: Json };

const objectOf = (value: Json | undefined): Named =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Named) : {}; // all that is left of JSON

/** `only` = the one subscription that hears of it; absent = all that want it. */
export async function tell(tx: Db, run: ToldRun, kinds: readonly EventKind[], now: Date, only?: string): Promise<void> {
  if (kinds.length === 0) return;
  const workspace = Number(run.workspace_id);
  const data = await dataOf(tx, workspace, run);
  const about = { workspace, pipeline: run.pipeline_id, run: run.id, data, ...(only !== undefined && { only }) };
  for (const kind of kinds) await happen(tx, { ...about, kind }, now);
}

async function dataOf(tx: Db, workspace: number, run: ToldRun): Promise<{ readonly [name: string]: Json }> {
  const { receipts } = run;
  const pipeline = await findPipeline(tx, workspace, run.pipeline_id);
  const sum = (count: 'read' | 'written' | 'rejected' | 'deleted'): number => receipts.reduce((all, one) => all + one[count], 0);
  return {
    workspace,
    run: run.id,
    pipeline: { id: run.pipeline_id, slug: pipeline?.slug ?? null, name: pipeline?.name ?? null },
    state: run.state,
    attempt: run.attempt,
    rows_read: sum('read'),
    rows_written: sum('written'),
    rows_rejected: sum('rejected'),
    rows_deleted: sum('deleted'),
    tables: receipts.slice(0, mostTables).map(({ stream, table, state }) => ({ stream, table, state })),
    error: run.error,
  };
}
