/** What every incremental read of a SQL database asks of its cursor field and of the position that it saved. Pure. */
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import type { Field } from '../../domain/schema.ts';

export type CursorKind = 'time' | 'number' | 'other';

/** How values of the field grow. Throws `cursor.type` for what has no order worth following. */
export function cursorKind({ name, type }: Field): CursorKind {
  if (type.kind === 'timestamp' || type.kind === 'date') return 'time';
  if (type.kind === 'integer' || type.kind === 'decimal' || type.kind === 'float') return 'number';
  if (type.kind === 'text' || type.kind === 'uuid' || type.kind === 'bytes') return 'other';
  throw new HeadgateError('cursor.type', `field ${name} is ${type.kind}: an incremental read cannot follow it`);
}

/** What the positions of all systems have in common; `kind` is `cursor`. */
export interface SavedCursor {
  readonly kind: 'cursor';
  readonly field: string;
}

/** Is this a position of this cursor? Everything else means to start again from the beginning. */
export function isCursorPosition<P extends SavedCursor>(from: Json | P | undefined, field: string): from is P {
  return typeof from === 'object' && from !== null && 'kind' in from && from.kind === 'cursor' && from.field === field;
}

/** Said where a position was saved that this cursor cannot use. */
export function positionWarnings(from: Json | undefined, saved: SavedCursor | undefined, field: string): readonly string[] {
  if (from === undefined || from === null || saved) return [];
  return [`the saved position is not one of the cursor ${field}: everything is read from the beginning`];
}

/** Read again by every run that cannot see the transactions of others. */
export const defaultLookback = '10 minutes';
