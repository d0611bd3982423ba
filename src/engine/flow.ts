import type { Brake, CursorPolicy, RejectLimit, WritePolicy } from '../domain/policy.ts';
import type { RowRules } from '../domain/rules.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { StreamInfo, TableRef } from '../domain/schema.ts';
import type { LogicalType } from '../domain/types.ts';
import type { Connection, FormatName, Log } from '../sdk/index.ts';
import type { Spreading } from '../domain/partition.ts';
import type { OpenDuck, Reach } from './context.ts';
import type { Batch } from './deliver.ts';
import type { PartitionJob } from './partitions.ts';

/** The mapping that a person asked for, before the planner decides who does which step. */
export interface ShapeRequest {
  /** Fields to keep, in order; absent = all. */
  readonly select?: readonly string[];
  /** A filter in the source's own SQL (DuckDB's for files). */
  readonly where?: string;
  readonly rename: Readonly<Record<string, string>>;
  readonly cast: Readonly<Record<string, LogicalType>>;
  /** Fields whose values must not leave the source: hashed there, or not read at all. */
  readonly mask: Readonly<Record<string, 'hash' | 'drop'>>;
  /** What every row is held to, under the names of the columns: `select`, `rename` and `cast` name the same fields. */
  readonly rules?: RowRules;
}

/** One stream → shape → one table, with its read and write policy. */
export interface Flow {
  readonly stream: StreamInfo;
  readonly into: TableRef;
  readonly mode: 'snapshot' | 'incremental' | 'changes';
  /** `incremental` only. */
  readonly cursor?: CursorPolicy;
  readonly policy: WritePolicy;
  readonly shape: ShapeRequest;
  /** Absent = deletes were allowed. */
  readonly brake?: Brake;
  /** About how many rows of a whole table one partition has; absent = as many as are read best. */
  readonly sliceRows?: number;
  /** How long staged rows wait before the first publish; absent = not at all. */
  readonly publishAfterMs?: number;
  /**
   * `file` = where refused rows are written; with `records`, each with all of its fields. `named` = a load that fails is tried once
   * more with a look at every row, to say which one is wrong; `judged` = that is this try.
   */
  readonly rejects: RejectLimit & {
    readonly file?: string;
    readonly records?: boolean;
    readonly named?: boolean;
    readonly judged?: boolean;
  };
}

/** What stays the same for all flows of one command. */
export interface Session {
  /** Absent = whatever the person who runs the process may. */
  readonly reach?: Reach;
  readonly source: Connection;
  readonly destination: Connection;
  /** Embedded warehouse, run journal, parts and scratch. */
  readonly stateDir: string;
  /** Readers at the same time, over streams and partitions. */
  readonly parallel: number;
  /** A table of this size or more, as the source estimates it, is read in partitions. */
  readonly partitionBytes: number;
  /** Other processes that take part in reading one large table; absent = there are none. */
  readonly spreading?: Spreading<PartitionJob, Batch>;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Absent = DuckDB runs in this process. */
  readonly openDuck?: OpenDuck;
  readonly onProgress: (progress: Progress) => void;
  /**
   * Told before anything is published that the file of `flow.rejects` is there, also where the flow then fails. `beside` = what was
   * there when it was told before counts as well.
   */
  readonly keepRejects?: (flow: Flow, beside: boolean) => Promise<void>;
  /** Where somebody else keeps the books of runs; absent = a journal in `stateDir` does. */
  readonly run?: RunIdentity;
}

/** What a publish is recognised by after a crash: the same run in every attempt. */
export interface RunIdentity {
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
  /** Reads from the beginning, whatever position the ledger has. */
  readonly fromStart?: boolean;
}

export interface Progress {
  readonly stream: string;
  readonly phase: 'connecting' | 'reading' | 'publishing' | 'comparing' | 'done';
  readonly rows: number;
  readonly bytes: number;
  /** Estimates, where the source has them. */
  readonly totalRows?: number;
  readonly totalBytes?: number;
}

/** Why a step is where it is: printed by `headgate plan`, one line each. */
export interface Reason {
  readonly about: 'lane' | 'format' | 'types' | 'table' | 'window' | 'guarantee' | 'step' | 'rule';
  readonly text: string;
}

export interface PlannedColumn {
  readonly from: string;
  readonly as: string;
  readonly sourceType: string;
  readonly nativeType: string;
}

/** What a run would do: the printed part of the plan. */
export interface FlowPlan {
  readonly stream: string;
  readonly table: string;
  readonly mode: Receipt['mode'];
  readonly lane: Receipt['lane'];
  /** What the source sends, and what the destination loads. */
  readonly format: FormatName;
  readonly loadFormat: FormatName;
  readonly columns: readonly PlannedColumn[];
  readonly reasons: readonly Reason[];
  readonly sourceSql: readonly string[];
  readonly destinationSql: readonly string[];
  /** Computed by comparing both sides by key, for merge and mirror; counts only for append and replace. */
  readonly changes?: ChangeCounts;
}

export interface ChangeCounts {
  readonly add: number;
  readonly change: number;
  readonly delete: number;
  readonly same: number;
  readonly samples: readonly ChangeSample[];
  /** Set when the brake would hold this publish. */
  readonly held?: string;
}

/** Values as text, NULL as null. `before` is absent for an added row, `after` for a deleted one. */
export interface ChangeSample {
  readonly kind: 'add' | 'change' | 'delete';
  readonly key: Readonly<Record<string, string | null>>;
  readonly before?: Readonly<Record<string, string | null>>;
  readonly after?: Readonly<Record<string, string | null>>;
}

export interface Verification {
  readonly stream: string;
  readonly table: string;
  readonly equal: boolean;
  readonly sourceRows: number;
  readonly destinationRows: number;
  readonly same: number;
  /** Keys only at the source, only at the destination, and on both sides with different values, after the re-check. */
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
  /** The first 20 of each, with the names of the columns that differ. */
  readonly samples: readonly {
    readonly kind: 'missing' | 'extra' | 'different';
    readonly key: Readonly<Record<string, string | null>>;
    readonly columns: readonly string[];
  }[];
  /** Digest over the sorted row digests of each side: equal sides, equal digests. */
  readonly sourceDigest: string;
  readonly destinationDigest: string;
  /** Mismatches of the first pass that a second look found equal: the source was being written to. */
  readonly settled: number;
}
