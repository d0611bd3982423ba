import { HeadgateError } from '../../domain/error.ts';
import type { FormatName } from '../../sdk/index.ts';
import { CopyFrames } from './copy-frames.ts';
import { streamed, type Streamed } from '../_pg/streamed.ts';
import type { Session } from './session.ts';

export const copyFormats: readonly FormatName[] = ['pgcopy-binary', 'csv'];

/** The options of COPY that make the document of a format. */
export function copyOptions(format: FormatName): string {
  if (format === 'pgcopy-binary') return '(format binary)';
  if (format === 'csv') return `(format csv, null '')`;
  throw new HeadgateError('usage.mode', `PostgreSQL cannot copy ${format}`);
}

/** Runs `copy (…) to stdout`. Its chunks are the document; leaving them early cancels the statement at the server. */
export const copyOut = (session: Session, sql: string, doing: string): Streamed =>
  streamed(session, sql, new CopyFrames(), doing);
