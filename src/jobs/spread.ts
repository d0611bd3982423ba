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
    const over = new AbortController();
    const signal = AbortSignal.any([this.#signal, over.signal]);
    const watched = this.#watch(signal).finally(() => over.abort());
    const works = Array.from({ length: places }, async () => {
      await this.#work(stage, signal).catch((error: unknown) => over.abort(error));
    });
    // What went wrong is told once all of this process's readers have let go of what they held.
    await Promise.all([...works, watched.catch(() => undefined)]);
    await watched;
    return await stagedPartitions(this.#shop.db, this.#run.workspace_id, this.#id);
  }

  /** Resolves when all of it is staged, here or elsewhere; throws what one of them failed with, and why `signal` fired. */
  async #watch(signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted();
      using said = this.#hears(signal);
      if (requireSound(await patiently(signal, async () => await this.#list()), this.#size)) return;
      await said.heard;
    }
  }

  /** Stages what is free until `signal` fires. */
  async #work(stage: StagePartition<object>, signal: AbortSignal): Promise<void> {
    const { db, owner } = this.#shop;
    const shop = { ...this.#shop, ending: signal };
    while (!signal.aborted) {
      using said = this.#hears(signal);
      const taken = await patiently(signal, async () => await claimPartition(db, this.#run.id, owner));
      if (taken) await carryOutPartition(taken, shop, async (partition, stop) => await stage(partition, stop));
      else await said.heard;
    }
  }

  async #list(): Promise<readonly PartitionRow[]> {
    return await listPartitions(this.#shop.db, this.#run.workspace_id, this.#id);
  }

  /** Resolves when something is said about the run from now on, after a while, or when `signal` fires. */
  #hears(signal: AbortSignal): Disposable & { readonly heard: Promise<unknown> } {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = new AbortController();
    const forget = this.#shop.looks.add(this.#run.id, resolve);
    const later = wait(lookMs, undefined, { signal: AbortSignal.any([signal, done.signal]) }).catch(() => undefined);
    return {
      heard: Promise.race([promise, later]),
      [Symbol.dispose]() {
        forget();
        done.abort();
      },
    };
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
