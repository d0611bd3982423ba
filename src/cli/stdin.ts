import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';
import { asHeadgateError } from '../domain/error.ts';
import type { Context } from '../sdk/index.ts';

/**
 * Puts a pipe into a file that lives as long as the command, because a stream is opened more than once: to discover it,
 * to read it, to look again. Resolves to the location of that file, with the settings of the old one. The location is
 * another one every time, so no run is ever taken for the continuation of an earlier pipe.
 */
export async function spoolStdin(
  location: string,
  { scratch, signal }: Pick<Context, 'scratch' | 'signal'>,
  input: Readable = process.stdin,
): Promise<string> {
  const path = join(scratch, 'stdin');
  try {
    await pipeline(input, createWriteStream(path), { signal });
  } catch (error) {
    throw asHeadgateError(error, `spooling stdin to ${scratch}`);
  }
  return location.replace(/^(file:)?-/, () => `file:${path}`);
}
