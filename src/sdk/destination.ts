import type { Json } from '../domain/json.ts';
import type { DerivedCounts, RejectCode } from '../domain/derivation.ts';
import type { Brake, WritePolicy } from '../domain/policy.ts';
import type { ColumnChange } from '../domain/receipt.ts';
import type { Field, Schema, TableInfo, TableRef } from '../domain/schema.ts';
import { typeName } from '../domain/types.ts';
import type { Duck } from './context.ts';
import type { Derivation } from './derivation.ts';
import type { FileRef, Finding, FormatName } from './source.ts';

/** What a table will be after the publish, decided by the planner. */
export interface Target {
  readonly table: TableRef;
  /** The columns that arrive, in the order of the bytes, each with the native type of this destination. `key` = the key of a new table. */
  readonly schema: Schema;
  readonly policy: WritePolicy;
  /** The table as the planner saw it; absent = the publish creates it. */
  readonly existing?: TableInfo;
  /** Columns that the publish adds to the existing table. */
  readonly add: readonly Field[];
  /** Columns of the existing table that get a wider type before rows are written: each as it will be. */
  readonly widen: readonly Field[];
  /** 'changes' = the bytes are led by _op, _seq, _unchanged. */
  readonly content: 'rows' | 'changes';
  /**
   * Incremental append: rows read again are removed. By `key` and `cursor` where there is a key, else by comparing
   * whole rows as a multiset, so that true duplicates stay.
   */
  readonly overlap?: { readonly cursor: string; readonly key?: readonly string[] };
  /** What the publish makes of the rows beside the table, in the same transaction. */
  readonly derive?: Derivation;
}

/** What a publish of this target changes about the columns of its table: each destination records it in its ledger. */
export function columnChanges({ existing, add, widen }: Target): { readonly columns?: readonly ColumnChange[] } {
  const was = (name: string): string | undefined => existing?.schema.fields.find((field) => field.name === name)?.native?.type;
  const change = (field: Field, from?: string): ColumnChange => ({
    column: field.name,
    ...(from !== undefined && { from }),
    to: field.native?.type ?? typeName(field.type),
  });
  const columns = existing ? [...add.map((field) => change(field)), ...widen.map((field) => change(field, was(field.name)))] : [];
  return columns.length === 0 ? {} : { columns };
}

export interface WriteRequest {
  readonly target: Target;
  readonly format: FormatName;
  readonly pipeline: string;
  /** `run.attempt`, unique: names what this attempt stages. */
  readonly attempt: string;
  /** Several writers of one attempt may stage the same table; each has its own number. */
  readonly ordinal: number;
  /** Only where `prepare` made the stage (`SharesStages`): an ordinal that somebody has flushed before is not staged again. */
  readonly once?: boolean;
}

/** Durable, not yet visible rows: plain JSON, so that another worker could publish it. */
export interface Staged {
  readonly table: TableRef;
  /** Where they are, in the destination's own terms. */
  readonly ref: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface TablePublish {
  readonly target: Target;
  readonly staged: readonly Staged[];
  /** Absent = the person allowed deletes, or the policy never deletes. */
  readonly brake?: Brake;
  /**
   * Told of the rows that the derivation refuses, inside the publish and before anything of it is visible. Reads all of them before it
   * resolves, or, where they were told before, none. Absent = nobody keeps them.
   */
  readonly refused?: (rows: AsyncIterable<RefusedRow>) => Promise<void>;
}

/** A row that goes nowhere, with its values as text in the order of `Target.schema`. */
export interface RefusedRow {
  readonly code: RejectCode;
  readonly values: readonly (string | null)[];
}

export interface PublishRequest {
  /** Equal tokens publish once: the second one answers `already`. */
  readonly token: string;
  readonly pipeline: string;
  readonly run: string;
  readonly fence: number;
  /** Position per reader or stream after this publish. */
  readonly positions: Readonly<Record<string, Json>>;
  readonly tables: readonly TablePublish[];
  readonly checksums: readonly string[];
}

/** What happened to one table. `staged = added + changed + deduplicated + rejected`, except in `changes`, where keys are counted. */
export interface TableResult {
  readonly table: string;
  readonly staged: number;
  readonly added: number;
  readonly changed: number;
  readonly deduplicated: number;
  readonly deleted: number;
  /** Rows that the derivation refused; absent = none. They are not in the table. */
  readonly rejected?: number;
  readonly derived?: DerivedCounts;
  /** How the publish changed the table's columns; absent = it did not. */
  readonly columns?: readonly ColumnChange[];
}

export interface PublishResult {
  /** 'held' = the brake stopped it; nothing was written, the staged rows are gone. */
  readonly status: 'published' | 'already' | 'held';
  readonly tables: readonly TableResult[];
  /** `held`: rows in the table and rows that would go. */
  readonly held?: { readonly table: string; readonly before: number; readonly deleted: number; readonly incoming: number };
}

/** One row of the ledger. */
export interface Publish {
  readonly token: string;
  readonly pipeline: string;
  readonly run: string;
  readonly fence: number;
  readonly at: string;
  readonly positions: Readonly<Record<string, Json>>;
  readonly tables: readonly TableResult[];
  readonly checksums: readonly string[];
}

/** Events that went, profiles that lost properties (or got back what another pipeline had written), identities that lead nowhere now. */
export interface Forgotten {
  readonly events: number;
  readonly profiles: number;
  readonly identities: number;
}

export interface Claim {
  readonly fence: number;
  readonly last?: Publish;
}

/** The table that a writer fills: its quoted name, the DuckDB type of each column that arrives, and a connection to its database. */
export interface StageTable {
  readonly duck: Duck;
  readonly table: string;
  readonly types: readonly string[];
}

export interface TableWriter extends AsyncDisposable {
  /**
   * One whole document of the format. Pulls at the destination's pace, and is done with a chunk before it asks for the next, which may
   * overwrite it. Called once, unless `load` is.
   */
  write(data: AsyncIterable<Uint8Array>): Promise<void>;
  /** A whole file, where the destination can read it by itself (`destination.loads`). */
  load?(file: FileRef): Promise<void>;
  /** Where the destination is a DuckDB database: rows that DuckDB shapes are inserted by `fill`, without a document in between. */
  table?<F extends { readonly rows: number }>(fill: (table: StageTable) => Promise<F>): Promise<F>;
  /** After it the rows survive the loss of this process. Disposing a writer without flush removes what it staged. */
  flush(): Promise<Staged>;
}

export interface Destination extends AsyncDisposable {
  check(): Promise<readonly Finding[]>;
  /** The table as it stands; absent = there is none. */
  describe(table: TableRef): Promise<TableInfo | undefined>;
  /** Newest first. Writes nothing; empty where no ledger exists yet. Throws `ledger.newer`. */
  ledger(pipeline: string): Promise<readonly Publish[]>;
  /**
   * Takes the pipeline over: creates the ledger where missing, raises the fence (to `fence`, or by one) and removes what
   * earlier attempts left staged. From then on every older fence is refused. Throws `publish.fenced` when ours is old.
   */
  claim(pipeline: string, fence?: number): Promise<Claim>;
  open(request: WriteRequest): Promise<TableWriter>;
  /**
   * Everything in one transaction: fence checked under lock, staged rows counted again (`publish.counts`), tables written,
   * ledger row added. All of it is visible afterwards, or nothing is.
   */
  publish(request: PublishRequest): Promise<PublishResult>;
  /** The statements that `publish` would run for this table, for `headgate plan`. */
  explain(target: Target): readonly string[];
}

/** What goes back to what it was: everything that `run` published of this pipeline into the table. */
export interface UndoRequest {
  readonly pipeline: string;
  readonly run: string;
  readonly fence: number;
  readonly table: TableRef;
}

export interface Undone {
  /** Rows that are in the table again; absent = there was no table before. */
  readonly rows?: number;
  /** From where the next run continues; absent = from the beginning. */
  readonly positions?: Publish['positions'];
}

/**
 * Facet: keeps earlier versions of a table (`WritePolicy.undo`), hidden beside it. Going back puts one in its place and takes the
 * publishes out of the ledger, in one transaction. Throws `undo.gone` where none is kept, `undo.overtaken` where somebody published
 * since, `undo.changed` where the table is no longer what the run left, `publish.fenced`.
 */
export interface Undoes {
  undo(request: UndoRequest): Promise<Undone>;
}

/**
 * Facet: drops a table with all that is kept of it, what was derived from it, and what the ledger says of these pipelines, in one
 * transaction.
 */
export interface Forgets {
  forget(table: TableRef, pipelines: readonly string[]): Promise<Forgotten>;
}

/**
 * Facet: writers of several processes fill one stage. What is flushed of an ordinal is there once, however often and by whomever it is
 * tried; the others answer what the first one staged.
 */
export interface SharesStages {
  /** Makes the stage. Writers with `once` do not: where a later attempt has removed it they throw `publish.fenced`. */
  prepare(request: Omit<WriteRequest, 'ordinal'>): Promise<void>;
}

/** Facet: runs statements of a person, one after the other, in one session. Throws `query.invalid`, `stream.query`. */
export interface Executes {
  execute(statements: readonly string[]): Promise<void>;
}

export const canExecute = (destination: Destination): destination is Destination & Executes => 'execute' in destination;
export const sharesStages = (destination: Destination): destination is Destination & SharesStages => 'prepare' in destination;
export const canUndo = (destination: Destination): destination is Destination & Undoes => 'undo' in destination;
export const canForget = (destination: Destination): destination is Destination & Forgets => 'forget' in destination;
