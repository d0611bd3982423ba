import { pipeline } from 'node:stream/promises';
import type { Session } from './session.ts';

export interface Copied {
  /** As the server counted them. */
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Runs `copy … from stdin` with a document. A failure of the data's own source ends the connection, so that the server forgets what
 * it got. `afterFirst` runs when a first chunk is out.
 */
export async function copyIn(
  session: Session,
  sql: string,
  data: AsyncIterable<Uint8Array>,
  doing: string,
  afterFirst: () => Promise<void>,
): Promise<Copied> {
  const { from } = await import('pg-copy-streams');
  let bytes = 0;
  let read: { readonly error: unknown } | undefined;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of data) {
        const isFirst = bytes === 0;
        bytes += chunk.length;
        yield chunk;
        if (session.unsent > 0) await session.sent();
        if (isFirst) await afterFirst();
      }
    } catch (error) {
      read = { error };
      throw error;
    }
  }
  const stream = from(sql, { highWaterMark: 1 }); // nothing waits in it
  session.submit(stream);
  try {
    await pipeline(chunks(), stream);
  } catch (error) {
    session.destroy();
    if (read) throw read.error;
    throw session.explain(error, doing);
  }
  return { rows: stream.rowCount, bytes };
}
