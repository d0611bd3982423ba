/** A destination as the harness looks at it: past Headgate, with the system's own tools. */
import type { Row } from './model.ts';

/** One row of the ledger, as far as it can go wrong. */
export interface LedgerRow {
  readonly token: string;
  readonly run: string;
  /** Whole numbers as text. */
  readonly fence: string;
  /** As JSON text. */
  readonly positions: string;
}

export interface Reader extends AsyncDisposable {
  size(): Promise<number>;
}

export interface Place extends AsyncDisposable {
  readonly location: string;
  /** The rows of `orders`; none where there is no table. Looks at a copy where looking would repair what a kill left. */
  rows(): Promise<readonly Row[]>;
  /** Oldest first. */
  ledger(): Promise<readonly LedgerRow[]>;
  /** Names of what is there beside the table and the ledger: stages, parts, temporary files. */
  leftovers(): Promise<readonly string[]>;
  /** Puts an index and a view on the table, and says whether they are still there. */
  addDependents(): Promise<void>;
  hasDependents(): Promise<boolean>;
  /** Changes one value of one row behind Headgate's back. */
  corrupt(): Promise<void>;
  /** Somebody who looks at the table while a run goes on: asks for its size (rows, or lines of a file) again and again. */
  reader?(): Promise<Reader>;
}
