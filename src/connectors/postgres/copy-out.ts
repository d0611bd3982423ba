import { HeadgateError } from '../../domain/error.ts';
import type { FormatName } from '../../sdk/index.ts';
import type { Session } from './session.ts';

export const copyFormats: readonly FormatName[] = ['pgcopy-binary', 'csv'];

/** The options of COPY that make the document of a format. */
export function copyOptions(format: FormatName): string {
  if (format === 'pgcopy-binary') return '(format binary)';
  if (format === 'csv') return `(format csv, null '')`;
  throw new HeadgateError('usage.mode', `PostgreSQL cannot copy ${format}`);
}

export interface CopyOut {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** As the server counted them; known when the chunks have ended. */
  rows(): number;
}

/** Runs `copy (…) to stdout`. Its chunks are the document; leaving them early cancels the statement at the server. */
export async function copyOut(session: Session, sql: string, doing: string): Promise<CopyOut> {
  const { to } = await import('pg-copy-streams');
  // Two socket reads ahead of the destination are enough to keep both ends busy.
  const stream = to(sql, { highWaterMark: 1 << 17 });
  let late: unknown;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let ended = false;
    try {
      session.submit(stream);
      for await (const chunk of stream) yield chunk as Uint8Array; // no encoding is set, so chunks are bytes
      // The server may fail behind the last chunk, where the stream has no reader; the row count comes there too.
      stream.on('error', (error) => (late = error));
      await session.rows('select', doing);
      if (late !== undefined) throw late;
      ended = true;
    } catch (error) {
      throw session.explain(late ?? error, doing);
    } finally {
      if (!ended) await session.cancel();
    }
  }
  return { chunks: chunks(), rows: () => stream.rowCount };
}
