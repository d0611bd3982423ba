/** Packed bytes as they were before, with an end to how much they may become. */
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { HeadgateError } from '../../../domain/error.ts';
import type { FileConfig } from '../location.ts';
import { grouped } from '../../../domain/count.ts';

export type Packing = 'gzip' | 'zstd';

/** Most bytes that anything unpacks or downloads to where nobody says otherwise. */
const mostBytes = 64 * 1024 ** 3;
/** Real data packs 3 to 100 times smaller; what grows further, past the first bytes, is made to fill disks. */
const mostGrowth = 200;
const freeBytes = 32 * 1024 ** 2;

/** Passes bytes on up to the limit. `from` = bytes that they are unpacked from. Throws `file.limit`. */
export async function* bounded<B extends Uint8Array>(
  name: string,
  bytes: AsyncIterable<B>,
  { limit }: Pick<FileConfig, 'limit'>,
  from?: number,
): AsyncGenerator<B> {
  const growth = from === undefined ? mostBytes : Math.max(freeBytes, from * mostGrowth);
  const most = limit ?? Math.min(mostBytes, growth);
  let seen = 0;
  for await (const chunk of bytes) {
    seen += chunk.length;
    if (seen > most) {
      throw new HeadgateError('file.limit', `reading ${name}: it becomes more than ${grouped(most)} bytes`);
    }
    yield chunk;
  }
}

/** The bytes inside. Throws `file.truncated` where their end is missing, `file.format` where they are damaged. */
export async function* unpacked(name: string, path: string, packing: Packing): AsyncGenerator<Buffer> {
  if (packing === 'gzip') {
    yield* inflate(name, createGunzip(), path);
    return;
  }
  await using handle = await open(path, 'r');
  const { size } = await handle.stat();
  for (let start = 0; start < size;) {
    const frame = await zstdFrame(name, handle, start);
    if (frame.data) yield* inflate(name, createZstdDecompress(), path, { start, end: frame.end - 1 });
    start = frame.end;
  }
}

interface Range {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

async function* inflate(name: string, inflater: Transform, path: string, range?: Range): AsyncGenerator<Buffer> {
  const input = createReadStream(path, { ...range, highWaterMark: 1 << 18 });
  input.on('error', (error) => inflater.destroy(error));
  input.pipe(inflater);
  try {
    for await (const chunk of inflater) yield chunk as Buffer; // no encoding is set
  } catch (error) {
    throw damaged(name, error);
  } finally {
    input.destroy();
    inflater.destroy();
  }
}

/** What a decompressor's complaint says about the file; other errors as they are. */
export function damaged(name: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'Z_BUF_ERROR') return truncated(name, error);
  if (!/^(Z_|ZSTD_)/.test(code)) return error;
  return new HeadgateError('file.format', `unpacking ${name}: its content is damaged`, { cause: error });
}

const truncated = (name: string, cause?: unknown): HeadgateError =>
  new HeadgateError('file.truncated', `unpacking ${name}: its end is missing`, cause === undefined ? {} : { cause });

/**
 * Where the zstd frame at `start` ends, and whether it holds data. The decompressor stops behind one frame without a
 * word, and files of several are common, so frames are found first, by the lengths of their blocks (RFC 8878, 3.1).
 */
async function zstdFrame(
  name: string,
  handle: FileHandle,
  start: number,
): Promise<{ readonly end: number; readonly data: boolean }> {
  const read = async (at: number, length: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, at);
    if (bytesRead < length) throw truncated(name);
    return buffer;
  };
  const magic = (await read(start, 4)).readUInt32LE();
  if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50)
    return { end: start + 8 + (await read(start + 4, 4)).readUInt32LE(), data: false };
  if (magic !== 0xfd2fb528)
    throw new HeadgateError('file.format', `unpacking ${name}: something else stands behind its packed bytes`);
  const [descriptor = 0] = await read(start + 4, 1);
  const single = (descriptor & 0x20) !== 0;
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  let at = start + 5 + (single ? 0 : 1) + dictionaryBytes + sizeBytes;
  for (let last = false; !last;) {
    const header = (await read(at, 3)).readUIntLE(0, 3);
    last = (header & 1) === 1;
    const repeated = ((header >> 1) & 3) === 1;
    at += 3 + (repeated ? 1 : header >> 3);
  }
  return { end: at + (descriptor & 4 ? 4 : 0), data: true };
}
