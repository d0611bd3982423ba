import type { CursorPolicy, ReadMode, WriteMode, WritePolicy } from '../domain/policy.ts';
import type { Flow, ShapeRequest } from './flow.ts';

/** What a person asked for, before any stream is known. */
export interface FlowRequest {
  readonly read: Extract<ReadMode, 'snapshot' | 'incremental'>;
  /** Absent = merge where a key is known, else append. */
  readonly write?: WriteMode;
  readonly key?: readonly string[];
  readonly policy: Pick<WritePolicy, 'nulls' | 'deletes' | 'existing' | 'evolution' | 'version' | 'undo' | 'derive'>;
  /** The field is named apart: it may be missing, which only matters to incremental reads. */
  readonly cursor?: string;
  readonly window: Omit<CursorPolicy, 'field'>;
  readonly shape: ShapeRequest;
  readonly into?: string;
  readonly allowDelete: boolean;
  readonly sliceRows?: number;
  readonly publishAfterMs?: number;
  readonly rejects: Flow['rejects'];
}

/** The values of rows that something leaves out or refuses count for the types as well: there the types must be known before. */
export function mayGuess({ shape: { where, cast, mask }, rejects }: Pick<FlowRequest, 'shape' | 'rejects'>): boolean {
  return rejects.limit > 0 && where === undefined && Object.keys({ ...cast, ...mask }).length === 0;
}
