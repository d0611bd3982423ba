/** Files that survive a power cut, or are not there: written beside, synced, renamed. */
import { createReadStream } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { HeadgateError, asHeadgateError } from '../../domain/error.ts';
import { isErrno } from '../../domain/errno.ts';

/** What a file's content is known by. */
export interface Print {
  readonly size: number;
  readonly crc32: number;
}

/** Undefined where there is no file. `onChunk` sees every byte on the way. */
export async function printOf(path: string, onChunk?: (chunk: Buffer) => void): Promise<Print | undefined> {
  let size = 0;
  let sum = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
      const data = chunk as Buffer; // no encoding is set, so chunks are buffers
      size += data.length;
      sum = crc32(data, sum);
      onChunk?.(data);
    }
  } catch (error) {
    // Asked before, the answer could be out of date: others rename while we look.
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
  return { size, crc32: sum };
}

export const samePrint = (a: Print | undefined, b: Print): boolean => a?.size === b.size && a.crc32 === b.crc32;

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return false;
    throw error;
  }
}

/** After it the folder knows its new names even if the power goes. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** The old content or the new one, never a piece of it. */
export async function replaceText(path: string, text: string): Promise<void> {
  const beside = `${path}.tmp`;
  {
    await using handle = await open(beside, 'w');
    await handle.writeFile(text);
    await handle.sync();
  }
  await rename(beside, path);
  await syncFolder(dirname(path));
}

/** What the file system refuses, in our words. */
export function asFileError(error: unknown, doing: string): HeadgateError {
  if (isErrno(error, 'ENOSPC', 'EDQUOT', 'EFBIG'))
    return new HeadgateError('disk.full', `${doing}: no space left on this disk, or no more for one file`, { cause: error });
  if (isErrno(error, 'EACCES', 'EPERM', 'EROFS'))
    return new HeadgateError('access.denied', `${doing}: not allowed`, { cause: error });
  if (isErrno(error, 'ENOENT', 'ENOTDIR'))
    return new HeadgateError('file.missing', `${doing}: the folder does not exist`, { cause: error });
  if (isErrno(error, 'EISDIR')) return new HeadgateError('file.format', `${doing}: it is a folder`, { cause: error });
  return asHeadgateError(error, doing);
}
