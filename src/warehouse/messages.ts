/** What we and the process that owns a DuckDB file say to each other. Values are wire text, as everywhere. */
import type { ErrorCode } from '../domain/codes.ts';
import type { DuckOptions, DuckResult } from '../sdk/index.ts';

export type Batch = readonly (readonly (string | null)[])[];

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

/** `run`: the number of rows; `stream`: the columns; `next`: a batch, or null behind the last. */
export type Reply =
  | { readonly id: number; readonly value: number | DuckResult['columns'] | Batch | null }
  | { readonly id: number; readonly failure: Failure };
