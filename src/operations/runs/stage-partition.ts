/** A partition of a large table, staged for the run of another worker. */
import type { Partition } from '../../domain/partition.ts';
import { createContext } from '../../engine/context.ts';
import type { Batch } from '../../engine/deliver.ts';
import { stagePartition, type PartitionJob } from '../../engine/partitions.ts';
import type { RunRow } from '../../store/runs.ts';
import { openRun, type Execution } from './session.ts';

/** `job` is the owner's, who has planned and checked it. Throws what reading and loading throw. */
export async function stageTaken(run: RunRow, job: object, partition: Partition, execution: Execution): Promise<Batch> {
  const { room, ends } = await openRun(run, execution);
  await using context = await createContext({ ...room, signal: execution.signal, log: execution.log });
  await using source = await ends.source.source.open(context);
  await using destination = await ends.destination.destination.open(context);
  // The engine of the run's owner wrote it.
  return await stagePartition(job as PartitionJob, partition, { source, destination, context, moved: () => undefined });
}
