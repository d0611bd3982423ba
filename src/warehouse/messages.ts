/** What we and the process that owns a DuckDB file say to each other. Values are wire text, as everywhere. */
import type { ErrorCode } from '../domain/codes.ts';
import type { DuckOptions, DuckResult } from '../sdk/index.ts';

export type Batch = readonly (readonly (string | null)[])[];

/** Rows of a result as they cross: a small result is one page. */
export interface Page {
  readonly rows: Batch;
  /** There are no more; whoever asked has nothing to leave. */
  readonly ended: boolean;
}

export interface FirstPage extends Page {
  readonly columns: DuckResult['columns'];
}

/** `handle` = one opened `Duck`, `cursor` = one result that is being read. Both are numbers of our own choosing. */
export type Question =
  | {
      readonly ask: 'open';
      readonly handle: number;
      readonly options: DuckOptions;
      readonly scratch: string;
      readonly within?: readonly string[];
    }
  | { readonly ask: 'run'; readonly handle: number; readonly sql: string }
  | { readonly ask: 'stream'; readonly handle: number; readonly cursor: number; readonly sql: string }
  | { readonly ask: 'next'; readonly handle: number; readonly cursor: number }
  | { readonly ask: 'leave'; readonly handle: number; readonly cursor: number }
  | { readonly ask: 'cancel'; readonly handle: number }
  | { readonly ask: 'close'; readonly handle: number };

export interface Request {
  readonly id: number;
  readonly question: Question;
}

export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** `run`: the number of rows; `stream`: the first page; `next`: another one. */
export type Reply =
  { readonly id: number; readonly value: number | Page | null } | { readonly id: number; readonly failure: Failure };
