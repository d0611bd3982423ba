/** Bytes into a file, gathered: what comes in pieces of a socket is written in few calls, while the next ones are on their way. */
import type { FileHandle } from 'node:fs/promises';
import { giveBack } from '../domain/give-back.ts';

/** Bytes that are written at once; a stream holds twice as many at most. */
const gathered = 1 << 18;

/** From `start` on; resolves when all of them are on the disk. The chunks are ours: they are empty then. Throws whatever `bytes` throws. */
export async function ontoDisk(file: FileHandle, bytes: AsyncIterable<Uint8Array>, start = 0): Promise<void> {
  let held: Uint8Array[] = [];
  let [size, at] = [0, start];
  let writing = Promise.resolve();
  const flush = (): Promise<void> => {
    const [chunks, place] = [held, at];
    at += size;
    [held, size] = [[], 0];
    const written = writeAll(file, chunks, place).then(() => chunks.forEach(giveBack));
    // Its failure is seen by whoever waits for it next, or not at all where the bytes fail before.
    written.catch(() => undefined);
    return written;
  };
  try {
    for await (const chunk of bytes) {
      held.push(chunk);
      size += chunk.length;
      if (size < gathered) continue;
      await writing;
      writing = flush();
    }
  } finally {
    // Nobody closes a file that is still written to.
    await writing;
  }
  if (size > 0) await flush();
  await file.sync();
}

/** A disk may take fewer bytes than it is given. */
async function writeAll(file: FileHandle, chunks: readonly Uint8Array[], start: number): Promise<void> {
  let [left, at] = [chunks, start];
  while (left.length > 0) {
    const { bytesWritten } = await file.writev(left, at);
    at += bytesWritten;
    left = behind(left, bytesWritten);
  }
}

/** Without their first `count` bytes. Pure. */
export function behind(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let left = count;
  for (const [index, chunk] of chunks.entries()) {
    if (left < chunk.length) return [chunk.subarray(left), ...chunks.slice(index + 1)];
    left -= chunk.length;
  }
  return [];
}
