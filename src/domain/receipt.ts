import type { DerivedCounts } from './derivation.ts';
import type { Json } from './json.ts';
import type { ReadMode, WriteMode } from './policy.ts';
import type { RunState } from './run.ts';

/** `to` and `from` are native types; `from` is absent for an added column. */
export interface ColumnChange {
  readonly column: string;
  readonly from?: string;
  readonly to: string;
}

/**
 * What one flow of a run proves. Rows always add up:
 * `read = written + deduplicated + rejected`, `written = added + changed`.
 * `deduplicated` counts rows that were already in the table as they are, or that a newer row of the same read replaced.
 */
export interface Receipt {
  readonly run: string;
  readonly attempt: number;
  readonly pipeline: string;
  readonly stream: string;
  readonly table: string;
  readonly mode: `${ReadMode} × ${WriteMode}`;
  readonly lane: 'direct' | 'pushed down' | 'staged';
  readonly state: RunState;
  readonly read: number;
  readonly written: number;
  readonly added: number;
  readonly changed: number;
  readonly deduplicated: number;
  readonly rejected: number;
  readonly deleted: number;
  readonly bytes: number;
  /** crc32 of the bytes handed to the destination, one per staged table. */
  readonly checksums: readonly string[];
  readonly from: Json;
  readonly to: Json;
  readonly token: string | null;
  /** What the read and the write together promise, in words. */
  readonly guarantee: string;
  /** Why the read was complete; for zero rows, why zero is right. */
  readonly evidence: string;
  readonly warnings: readonly string[];
  /** Columns that the run added or widened. */
  readonly columns: readonly ColumnChange[];
  /** What the rows became beside the table. */
  readonly derived?: DerivedCounts;
  readonly seconds: number;
  /** `side` absent = anywhere but at the source. */
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string; readonly side?: 'source' };
}
