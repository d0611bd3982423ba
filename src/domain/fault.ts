/** Whose fault it is that a run failed: facts as data. */
import type { ErrorCode } from './codes.ts';
import { own } from './own.ts';

export type Blamed = 'connection' | 'model' | 'pipeline';

/** What only counts where the source said it: a destination may say it, too. */
const atSource: Readonly<Partial<Record<ErrorCode, Blamed>>> = {
  'connect.unreachable': 'connection',
  'connect.refused': 'connection',
  'connect.lost': 'connection',
  'connect.missing': 'connection',
  'connect.tunnel': 'connection',
  'connect.forbidden': 'connection',
  'stream.query': 'model',
  'stream.missing': 'model',
  'access.denied': 'model',
};

const anywhere: Readonly<Partial<Record<ErrorCode, Blamed>>> = {
  'field.missing': 'model',
  'cursor.missing': 'model',
  'cursor.type': 'model',
  'fields.limit': 'model',
};

/** What is at fault beside the pipeline itself. `side` absent = it did not come from the source. */
export function blame(code: string, side: string | undefined): Blamed {
  const known = side === 'source' ? { ...anywhere, ...atSource } : anywhere;
  return own(known, code) ?? 'pipeline';
}
