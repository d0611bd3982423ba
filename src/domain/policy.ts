import type { DerivationSpec } from './derivation.ts';
import type { LogicalType } from './types.ts';

export type ReadMode = 'snapshot' | 'incremental' | 'changes' | 'push';
/**
 * What a table does when its stream changes: 'evolve' adds new columns and widens those that became too narrow, 'freeze'
 * stops the run, 'discard' leaves new fields out. What would lose values stops the run under each of them.
 */
export type Evolution = 'evolve' | 'freeze' | 'discard';

export type WriteMode = 'append' | 'replace' | 'merge' | 'mirror';

/**
 * How rows become visible in a table.
 * - `key` identifies a row (merge, mirror; append removes re-read rows by it).
 * - `version` picks the newest of several rows with one key inside one read: the first column decides, where it is equal the next
 *   one, and so on; without it, that is `key.duplicate`.
 * - `stale`: 'skip' = where there is a `version`, what is stored with a greater one stays; NULL is less than all others.
 * - `nulls`: 'keep' = an incoming NULL leaves the stored value in place.
 * - `deletes` (mirror, changes): 'soft' sets `_deleted_at` instead of deleting; 'ignore' leaves rows alone.
 * - `derive`: what the publish makes of the rows beside the table. There `nulls` 'keep' leaves a property, 'write' unsets it.
 * - `existing`: what a table that is already there means; 'recreate' (replace only) drops its structure.
 */
export interface WritePolicy {
  readonly mode: WriteMode;
  readonly key?: readonly string[];
  readonly version?: readonly string[];
  readonly stale?: 'skip';
  readonly nulls: 'write' | 'keep';
  readonly deletes: 'hard' | 'soft' | 'ignore';
  readonly existing: 'any' | 'fail' | 'recreate';
  readonly evolution: Evolution;
  readonly derive?: DerivationSpec;
  /** Earlier versions of the table that are kept beside it; absent = none. */
  readonly undo?: number;
}

/**
 * The range of an incremental read, as text of the cursor's type. Absent `from` = the saved position;
 * absent `to` = everything visible. `lookback` is an amount in the cursor's own unit: `10 minutes`, `500`.
 */
export interface Window {
  readonly from?: string;
  readonly fromInclusive: boolean;
  readonly to?: string;
  readonly toInclusive: boolean;
  readonly lookback?: string;
  readonly advance: 'max-read' | 'range-end';
}

export interface CursorPolicy {
  readonly field: string;
  readonly window: Window;
  /** Rows whose cursor is NULL: read every time, left out, or a reason to stop (`cursor.null`). */
  readonly nulls: 'include' | 'skip' | 'fail';
  /** Also read rows that the saved snapshot could not see, whatever their cursor says. */
  readonly strict: boolean;
}

export interface Column {
  /** Name in the stream. */
  readonly from: string;
  /** Name in the table. */
  readonly as: string;
  /** Type to convert to at the source; absent = as it is. */
  readonly cast?: LogicalType;
  /** The source sends the SHA-256 of the value's wire text, in hexadecimal, and never the value. */
  readonly mask?: 'hash';
}

/** Selection, renames, casts and a filter in the source's own SQL. */
export interface Projection {
  readonly columns: readonly Column[];
  readonly where?: string;
}

/** When a publish that deletes rows must wait for a person (reliability: mass-delete brake). */
export interface Brake {
  readonly share: number;
  readonly floor: number;
}

export const defaultBrake: Brake = { share: 0.3, floor: 100 };

/** More than `share` of the rows and more than `floor` of them, or an empty read of a table that has rows. */
export function brakeHolds(brake: Brake | undefined, rows: { before: number; deleted: number; incoming: number }): boolean {
  if (!brake || rows.before === 0 || rows.deleted === 0) return false;
  if (rows.incoming === 0) return true;
  return rows.deleted > brake.floor && rows.deleted > rows.before * brake.share;
}

/** How many rows may be refused before a flow stops: a count, or a share of the rows read. */
export interface RejectLimit {
  readonly limit: number;
  readonly unit: 'rows' | 'percent';
}

/** `10` rows, or `2.5%` of the rows read; undefined for any other text. */
export function readRejectLimit(text: string): RejectLimit | undefined {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  const limit = Number(number);
  const valid = number !== undefined && (percent === '%' ? limit <= 100 : Number.isSafeInteger(limit));
  return valid ? { limit, unit: percent === '%' ? 'percent' : 'rows' } : undefined;
}
