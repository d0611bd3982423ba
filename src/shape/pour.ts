/** What a statement writes to a path, handed over while it is written. */
import { closeSync, constants, createReadStream, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { asHeadgateError } from '../domain/error.ts';
import { makePipe } from '../sdk/named-pipe.ts';

export interface Pour {
  /** Where the pipe, or on machines without named pipes the file, is made. */
  readonly path: string;
  /** False = through a file: its writer goes back to places that it has written. */
  readonly forwards: boolean;
  /** Runs the statement; resolves to its number of rows. */
  write(path: string): Promise<number>;
  take(data: Buffer): Promise<void>;
}

/** Resolves when the statement has ended and all of its bytes are taken. Memory stays at the size of a pipe. */
export async function pour(request: Pour): Promise<number> {
  const { path, forwards } = request;
  try {
    return forwards && (await makePipe(path)) ? await throughPipe(request) : await throughFile(request);
  } finally {
    await rm(path, { force: true });
  }
}

async function throughFile({ path, write, take }: Pour): Promise<number> {
  const rows = await write(path);
  for await (const data of createReadStream(path, { highWaterMark: 1 << 18 })) await take(data as Buffer); // no encoding is set
  return rows;
}

async function throughPipe({ path, write, take }: Pour): Promise<number> {
  const { reader, end } = openEnds(path);
  const writing = write(path).finally(end);
  // Told when the reader has come to its end, or instead of what the reader says about a writer that is gone.
  writing.catch(() => undefined);
  try {
    for await (const data of reader) await take(data as Buffer); // no encoding is set
  } catch (error) {
    // Without its reader the statement fails with the next write.
    reader.destroy();
    await writing.catch(() => undefined);
    throw error;
  }
  return await writing;
}

/** We hold a writing end too, so that the reader's end of file is the end of the statement, neither before nor after it. */
function openEnds(path: string): { readonly reader: Socket; end(): void } {
  try {
    const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const held = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    return { reader: new Socket({ fd: reading, readable: true, writable: false }), end: () => closeSync(held) };
  } catch (error) {
    throw asHeadgateError(error, 'opening a pipe to DuckDB');
  }
}
