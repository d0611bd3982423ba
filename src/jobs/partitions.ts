/** Stages a partition that this process has taken, and says what became of it. */
import { setTimeout as wait } from 'node:timers/promises';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { afterFailure } from '../domain/partition.ts';
import type { OpenDb } from '../store/db.ts';
import { endPartition, renewPartition, type PartitionEnd, type TakenPartition } from '../store/partitions.ts';
import { hold, type HoldWith } from './hold.ts';
import { wakePartitions } from './queue.ts';

export interface PartitionShop extends HoldWith {
  readonly db: OpenDb;
}

/** Plain data comes of it. */
export type StageTaken = (taken: TakenPartition, signal: AbortSignal) => Promise<object>;

/** Never throws for what is wrong with the partition: its row says it, to the owner of the run. */
export async function carryOutPartition(taken: TakenPartition, shop: PartitionShop, stage: StageTaken): Promise<void> {
  const { db } = shop;
  const held = hold(taken.run.id, async () => await renewPartition(db, taken), shop);
  try {
    const end = await stage(taken, held.signal).then(
      (result): PartitionEnd => ({ state: 'staged', result }),
      (error: unknown) => afterFailure(asHeadgateError(error, 'reading a partition'), taken.failures, held.signal.aborted),
    );
    await patiently(held.signal, async () => {
      await db.tx(async (tx) => {
        await endPartition(tx, taken, end);
        await wakePartitions(tx, taken.run.id);
      });
    });
  } finally {
    held.release();
  }
}

const againMs = 1_000;

/** What has been staged is worth waiting for a database that is away, until somebody else may have taken over. */
export async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !(error instanceof HeadgateError) || error.code !== 'state.unreachable') throw error;
      await wait(againMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
