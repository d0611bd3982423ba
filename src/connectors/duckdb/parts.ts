import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { asHeadgateError, HeadgateError } from '../../domain/error.ts';

const newline = 10;
const quote = 34;

/** Is the number of quotes in these bytes odd? Four bytes at a step: this sees every byte that is loaded. */
export function oddQuotes(bytes: Uint8Array): boolean {
  let odd = 0;
  let at = 0;
  for (; at < bytes.length && ((bytes.byteOffset + at) & 3) !== 0; at++) if (bytes[at] === quote) odd ^= 1;
  // Short pieces may end before the first aligned byte.
  const words = new Int32Array(bytes.buffer, at < bytes.length ? bytes.byteOffset + at : 0, (bytes.length - at) >> 2);
  let marks = 0;
  for (let i = 0; i < words.length; i++) {
    // A byte of `x` is zero where the text has a quote; the sum marks exactly those bytes with 0x80.
    const x = (words[i] ?? 0) ^ 0x22222222;
    marks ^= ~(((x & 0x7f7f7f7f) + 0x7f7f7f7f) | x | 0x7f7f7f7f);
  }
  marks ^= marks >>> 16;
  marks ^= marks >>> 8;
  odd ^= (marks >>> 7) & 1;
  for (at += words.length * 4; at < bytes.length; at++) if (bytes[at] === quote) odd ^= 1;
  return odd === 1;
}

/**
 * The length of the longest prefix that ends a record, or 0. `open` = the bytes before these end inside quotes.
 * A line break ends a record exactly where the number of quotes before it is even.
 */
export function recordEnd(bytes: Uint8Array, open: boolean): number {
  let inside = open !== oddQuotes(bytes);
  let end = bytes.length;
  for (let at = bytes.lastIndexOf(newline); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(newline, at - 1)) {
    inside = inside !== oddQuotes(bytes.subarray(at + 1, end));
    end = at + 1;
    if (!inside) return end;
  }
  return 0;
}

/**
 * Cuts a csv document into part files of about `size` bytes that each end with a record, and hands over each one when it is
 * written. Resolves to the bytes read. Throws `read.incomplete` where the document ends inside a record.
 */
export async function spool(
  data: AsyncIterable<Uint8Array>,
  scratch: string,
  size: number,
  ready: (path: string) => Promise<void>,
): Promise<number> {
  let part: { path: string; file: FileHandle; bytes: number } | undefined;
  let inside = false;
  let total = 0;
  let last = newline;
  const put = async (bytes: Uint8Array): Promise<void> => {
    if (bytes.length === 0) return;
    part ??= await create(scratch);
    await write(part.file, bytes);
    part.bytes += bytes.length;
  };
  const hand = async (): Promise<void> => {
    if (!part) return;
    const { path, file } = part;
    part = undefined;
    await file.close();
    await ready(path);
  };
  try {
    for await (const bytes of data) {
      if (bytes.length === 0) continue;
      total += bytes.length;
      last = bytes[bytes.length - 1] ?? last;
      const end = (part?.bytes ?? 0) + bytes.length >= size ? recordEnd(bytes, inside) : 0;
      await put(bytes.subarray(0, end));
      if (end > 0) {
        await hand();
        inside = false;
      }
      const rest = bytes.subarray(end);
      inside = inside !== oddQuotes(rest);
      await put(rest);
    }
    if (inside || last !== newline) throw new HeadgateError('read.incomplete', 'staging rows: the document ends inside a record');
    await hand();
  } finally {
    await part?.file.close();
    if (part) await rm(part.path, { force: true });
  }
  return total;
}

async function create(scratch: string): Promise<{ path: string; file: FileHandle; bytes: number }> {
  const path = join(scratch, `part-${randomUUID()}.csv`);
  try {
    return { path, file: await open(path, 'wx'), bytes: 0 };
  } catch (error) {
    throw asHeadgateError(error, `creating a part in ${scratch}`);
  }
}

async function write(file: FileHandle, bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += (await file.write(bytes, at)).bytesWritten;
  } catch (error) {
    throw asHeadgateError(error, 'writing a part');
  }
}
