/** Partitions of one stream: who stages them, and what becomes of one that went wrong. */
import type { HeadgateError } from './error.ts';
import type { Json } from './json.ts';

export interface Partition {
  /** From 1. */
  readonly number: number;
  /** One of the answers of `Partitionable.partition`. */
  readonly range: Json;
}

/** `by` names the process that did it. */
export interface StagedPartition<R> {
  readonly result: R;
  readonly by: string;
}

export type StagePartition<R> = (partition: Partition, signal: AbortSignal) => Promise<R>;

/** The partitions of one stream, open to whoever may take part. Disposing it stops those that are still at work. */
export interface Spread<R> extends AsyncDisposable {
  /**
   * Resolves when all of them are staged, each once, in their order. Up to `places` at the same time are staged by `stage`, in this
   * process. Throws the error of the first that failed, or `run.cancelled`.
   */
  join(stage: StagePartition<R>, places: number): Promise<readonly StagedPartition<R>[]>;
}

/** The way to other processes. `J`, which is plain data, is all that they need to know of the stream; `R` is plain data too. */
export interface Spreading<J, R> {
  /** A table of this size or more, as the source estimates it, is worth their while. */
  readonly fromBytes: number;
  /** Most partitions at the same time, over all processes. */
  readonly readers: number;
  /** When it resolves, others may have begun. */
  open(job: J, ranges: readonly Json[]): Promise<Spread<R>>;
}

/** How often a partition is read under its snapshot before the run fails with it. */
const tries = 3;

/** After `failures` of them, this one included: is it staged again? Pure. */
export function triesAgain({ code, retry }: HeadgateError, failures: number): boolean {
  return retry === 'later' && code !== 'run.cancelled' && failures < tries;
}

/** What a partition comes to when staging it threw. Pure. */
export type PartitionFailure =
  | { readonly state: 'open'; readonly failures: number }
  | {
      readonly state: 'failed';
      readonly failures: number;
      readonly error: { readonly code: string; readonly message: string; readonly hint: string };
    };

/** `stopped` = whoever staged it was told to let go: that says nothing about the partition. */
export function afterFailure(error: HeadgateError, before: number, stopped: boolean): PartitionFailure {
  if (stopped) return { state: 'open', failures: before };
  const failures = before + 1;
  if (triesAgain(error, failures)) return { state: 'open', failures };
  const { code, message, hint } = error;
  return { state: 'failed', failures, error: { code, message, hint } };
}
