/** Whose fault it is that a run failed: facts as data. */
import type { ErrorCode } from './codes.ts';

export type Blamed = 'connection' | 'model' | 'pipeline';

const blamed: Readonly<Partial<Record<ErrorCode, Blamed>>> = {
  'connect.unreachable': 'connection',
  'connect.refused': 'connection',
  'connect.lost': 'connection',
  'connect.missing': 'connection',
  'connect.tunnel': 'connection',
  'connect.forbidden': 'connection',
  'stream.query': 'model',
  'stream.missing': 'model',
  'access.denied': 'model',
  'field.missing': 'model',
  'cursor.missing': 'model',
  'cursor.type': 'model',
  'fields.limit': 'model',
};

/** What is at fault beside the pipeline itself. */
export const blame = (code: string): Blamed =>
  (Object.hasOwn(blamed, code) ? blamed[code as ErrorCode] : undefined) ?? 'pipeline'; // it is one of the names above
