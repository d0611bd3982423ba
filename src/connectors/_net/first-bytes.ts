import type { Socket } from 'node:net';

/**
 * What a server says first, as soon as that is `enough` bytes: a number, or a function that is asked again with what there
 * is. The socket is paused afterwards. `signal` ends the wait with its reason; an early end is an error.
 */
export async function firstBytes(
  socket: Socket,
  enough: number | ((said: Buffer) => number),
  signal: AbortSignal,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const needed = typeof enough === 'number' ? () => enough : enough;
  let said = Buffer.alloc(0);
  const take = (bytes: Buffer): void => {
    said = Buffer.concat([said, bytes]);
    // Thrown from an event it would end the process: what a stranger says must not.
    try {
      if (said.length >= needed(said)) resolve(said);
    } catch (error) {
      reject(error);
    }
  };
  const abort = (): void => reject(signal.reason);
  const end = (): void => reject(new Error('Connection terminated unexpectedly'));
  socket.on('data', take).once('error', reject).once('close', end).once('end', end);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await promise;
  } finally {
    socket.pause();
    socket.off('data', take).off('error', reject).off('close', end).off('end', end);
    signal.removeEventListener('abort', abort);
  }
}
