/** What the engine is given for one run of a service. */
import { mkdir } from 'node:fs/promises';
import { HeadgateError } from '../../domain/error.ts';
import type { Spreading } from '../../domain/partition.ts';
import type { Batch } from '../../engine/deliver.ts';
import type { PartitionJob } from '../../engine/partitions.ts';
import { partitionBytes, usualReaders } from '../../engine/readers.ts';
import type { Session } from '../../engine/flow.ts';
import { sided } from '../../engine/sided.ts';
import type { Log } from '../../sdk/index.ts';
import { findPipeline, type PipelineRow } from '../../store/pipelines.ts';
import type { RunRow } from '../../store/runs.ts';
import type { Ports } from '../operation.ts';
import { endsOf, type Ends } from '../pipelines/ends.ts';
import { roomOf, type Room } from '../room.ts';
import { rejectPlace, rejectsKeeper } from './keep-rejects.ts';

export interface Execution extends Ports {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** When its connections may be used again; undefined = now. */
  closedUntil?(): Promise<Date | undefined>;
  /** Most readers that they bear. */
  readonly readers?: number | undefined;
  /** Workers that read one large table together; undefined = there are none. */
  readonly spreading?: Spreading<object, object> | undefined;
}

export interface Opened {
  readonly workspace: number;
  readonly pipeline: PipelineRow;
  readonly room: Room;
  readonly ends: Ends;
  readonly session: Session;
}

/** Throws `object.missing`, `usage.mode`. */
export async function openRun(run: RunRow, execution: Execution): Promise<Opened> {
  const { db, signal } = execution;
  const workspace = Number(run.workspace_id);
  const room = roomOf(execution, workspace);
  await mkdir(room.stateDir, { recursive: true });
  const pipeline = await findPipeline(db, workspace, run.pipeline_id);
  if (!pipeline) throw new HeadgateError('object.missing', 'the pipeline of this run is gone');
  const { source, destination } = await endsOf({ ...execution, workspace }, pipeline);
  const ends: Ends = { source: { ...source, source: sided(source.source) }, destination };
  const log = withoutStacks(execution.log);
  const session: Session = {
    ...ends,
    ...room,
    parallel: Math.min(usualReaders(), execution.readers ?? Infinity),
    partitionBytes,
    signal,
    log,
    onProgress: () => undefined,
    keepRejects: rejectsKeeper(db, (flow) => rejectPlace(workspace, run.id, flow), log),
    // What comes back as a `Batch` went out as one: `stageTaken` and the engine make no others.
    ...(execution.spreading && { spreading: execution.spreading as Spreading<PartitionJob, Batch> }),
    run: { id: run.id, attempt: run.attempt, fromStart: run.from_start || run.restart_at !== null },
  };
  return { workspace, pipeline, room, ends, session };
}

/** A stack ends with the words of drivers, which may be anything: they are for whoever runs the engine by hand. */
function withoutStacks(log: Log): Log {
  const without = (fields: Parameters<Log['info']>[1]): Parameters<Log['info']>[1] =>
    fields && Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'stack'));
  return {
    info: (message, fields) => log.info(message, without(fields)),
    warn: (message, fields) => log.warn(message, without(fields)),
  };
}
