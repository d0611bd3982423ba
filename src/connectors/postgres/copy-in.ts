import { pipeline } from 'node:stream/promises';
import type { Session } from './session.ts';

/**
 * Runs `copy … from stdin` with a document and resolves to the rows that the server counted. A failure of the data's
 * own source ends the connection, so that the server forgets what it got. `afterFirst` runs when a first chunk is out.
 */
export async function copyIn(
  session: Session,
  sql: string,
  data: AsyncIterable<Uint8Array>,
  doing: string,
  afterFirst: () => Promise<void>,
): Promise<number> {
  const { from } = await import('pg-copy-streams');
  let read: { readonly error: unknown } | undefined;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let first = true;
    try {
      for await (const chunk of data) {
        yield chunk;
        if (first) await afterFirst();
        first = false;
      }
    } catch (error) {
      read = { error };
      throw error;
    }
  }
  const stream = from(sql, { highWaterMark: 1 << 17 });
  session.submit(stream);
  try {
    await pipeline(chunks(), stream);
  } catch (error) {
    session.destroy();
    if (read) throw read.error;
    throw session.explain(error, doing);
  }
  return stream.rowCount;
}
