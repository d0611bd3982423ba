/** Standard input as a file, so that it can be read twice: once for its columns, once for its rows. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { HeadgateError } from '../../domain/error.ts';
import type { Context } from '../../sdk/index.ts';
import { isErrno } from './errno.ts';
import type { FileFormat } from './location.ts';

/** Reads the pipe to its end. Throws `disk.full`, `run.cancelled`. */
export async function spool(
  input: Readable,
  format: FileFormat,
  { scratch, signal }: Pick<Context, 'scratch' | 'signal'>,
): Promise<string> {
  const path = join(scratch, `stdin.${format}`);
  try {
    await pipeline(input, createWriteStream(path), { signal });
  } catch (error) {
    if (signal.aborted) throw new HeadgateError('run.cancelled', 'reading standard input: stopped on request', { cause: error });
    if (isErrno(error, 'ENOSPC', 'EDQUOT'))
      throw new HeadgateError('disk.full', `spooling standard input to ${scratch}`, { cause: error });
    throw error;
  }
  return path;
}
