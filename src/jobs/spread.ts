/** The owner's side of partitions that all workers share: opens them, stages some itself, joins them. */
import { setTimeout as wait } from 'node:timers/promises';
import type { ErrorCode } from '../domain/codes.ts';
import { HeadgateError } from '../domain/error.ts';
import type { Spread, Spreading, StagePartition, StagedPartition } from '../domain/partition.ts';
import { claimPartition, listPartitions, stagedPartitions, type PartitionRow } from '../store/partitions.ts';
import type { RunRow } from '../store/runs.ts';
import { deleteSpreads, insertSpread } from '../store/spreads.ts';
import { carryOutPartition, patiently, type PartitionShop } from './partitions.ts';
import { wakePartitions } from './queue.ts';

/** What was said while nobody could hear it is seen as late as this. */
const lookMs = 1_000;

export interface SpreadShop extends PartitionShop {
  readonly owner: string;
}

export interface SpreadLimits {
  /** Bytes from which on a table is spread. */
  readonly fromBytes: number;
  /** Most partitions of a run at the same time. */
  readonly readers: number;
}

/** For one run that this process owns; `signal` = the run must stop. */
export function spreadingOf(run: RunRow, limits: SpreadLimits, shop: SpreadShop, signal: AbortSignal): Spreading<object, object> {
  const { fromBytes, readers } = limits;
  return {
    fromBytes,
    readers,
    async open(job, ranges) {
      const spread = await shop.db.tx(async (tx) => {
        const id = await insertSpread(tx, run, { job, ranges, readers });
        if (id !== undefined) await wakePartitions(tx, run.id);
        return id;
      });
      if (spread === undefined) throw takenOver();
      return new SharedSpread(run, spread, ranges.length, shop, signal);
    },
  };
}

const takenOver = (): HeadgateError => new HeadgateError('run.cancelled', 'another worker has taken over');

class SharedSpread implements Spread<object> {
  readonly #run: RunRow;
  readonly #id: string;
  readonly #size: number;
  readonly #shop: SpreadShop;
  readonly #signal: AbortSignal;

  constructor(run: RunRow, id: string, size: number, shop: SpreadShop, signal: AbortSignal) {
    this.#run = run;
    this.#id = id;
    this.#size = size;
    this.#shop = shop;
    this.#signal = signal;
  }

  async join(stage: StagePartition<object>, places: number): Promise<readonly StagedPartition<object>[]> {
    const failure = new AbortController();
    const signal = AbortSignal.any([this.#signal, failure.signal]);
    const works = Array.from({ length: places }, async () => {
      try {
        await this.#work(stage, signal);
      } catch (error) {
        failure.abort(error);
      }
    });
    await Promise.all(works);
    // The first failure is told once all of this process's readers have let go of what they held.
    failure.signal.throwIfAborted();
    return await patiently(signal, async () => await stagedPartitions(this.#shop.db, this.#run.workspace_id, this.#id));
  }

  /** Stages what is free, and waits for what others have, until all is staged. */
  async #work(stage: StagePartition<object>, signal: AbortSignal): Promise<void> {
    const { db, owner } = this.#shop;
    const shop = { ...this.#shop, ending: signal };
    for (;;) {
      signal.throwIfAborted();
      using said = this.#hears();
      const taken = await patiently(signal, async () => await claimPartition(db, this.#run.id, owner));
      if (taken) await carryOutPartition(taken, shop, async (partition, stop) => await stage(partition, stop));
      else if (requireSound(await patiently(signal, async () => await this.#list()), this.#size)) return;
      else await Promise.race([said.heard, wait(lookMs, undefined, { signal, ref: false }).catch(() => undefined)]);
    }
  }

  async #list(): Promise<readonly PartitionRow[]> {
    return await listPartitions(this.#shop.db, this.#run.workspace_id, this.#id);
  }

  #hears(): Disposable & { readonly heard: Promise<void> } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const forget = this.#shop.looks.add(this.#run.id, resolve);
    return { heard: promise, [Symbol.dispose]: forget };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Where the database is away, the next owner finds what is left.
    await deleteSpreads(this.#shop.db, this.#run).catch(() => undefined);
  }
}

/** Is all of it staged? Throws what one of them failed with, and `run.cancelled` where the spread is no longer ours. Pure. */
export function requireSound(partitions: readonly PartitionRow[], size: number): boolean {
  const error = partitions.find(({ state }) => state === 'failed')?.error;
  // A code of ours, written by `endPartition`.
  if (error) throw new HeadgateError(error.code as ErrorCode, error.message, { hint: error.hint });
  if (partitions.length !== size) throw takenOver();
  return partitions.every(({ state }) => state === 'staged');
}
