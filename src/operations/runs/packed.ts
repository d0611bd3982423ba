/** Bytes as gzip, or as the one member of a zip archive. */
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw, createGzip } from 'node:zlib';
import { HeadgateError } from '../../domain/error.ts';

export function packed(bytes: AsyncIterable<Buffer>, how: 'gzip' | 'zip' | 'none', member: string): Readable {
  if (how === 'none') return Readable.from(bytes);
  if (how === 'zip') return Readable.from(archive(bytes, member));
  const from = Readable.from(bytes);
  const gzip = createGzip({ level: 3 });
  from.once('error', (error) => gzip.destroy(error));
  return from.pipe(gzip);
}

const most = 0xffff_ffff;

/** Sizes and checksum stand behind the member, so that it is written as it comes. Without the 64-bit form: less than 4 GiB. */
async function* archive(bytes: AsyncIterable<Buffer>, member: string): AsyncGenerator<Buffer> {
  const name = Buffer.from(member);
  let [crc, size, packedSize] = [0, 0, 0];
  const counted = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      yield chunk;
    }
  };
  // Version 2.0; sizes follow, the name is UTF-8; deflated; 1 January 1980.
  const facts = (): Buffer => Buffer.concat([u16(20, 0x0808, 8, 0, 0x21), u32(crc, packedSize, size), u16(name.length, 0)]);
  yield Buffer.concat([u32(0x04034b50), facts(), name]);
  const from = Readable.from(counted());
  const deflate = createDeflateRaw();
  from.once('error', (error) => deflate.destroy(error));
  for await (const chunk of from.pipe(deflate) as AsyncIterable<Buffer>) {
    packedSize += chunk.length;
    yield chunk;
  }
  if (size > most || packedSize > most) {
    throw new HeadgateError('file.limit', 'writing a zip archive: its file has more than 4 GiB', { hint: 'choose gzip' });
  }
  const local = 30 + name.length;
  yield Buffer.concat([u32(0x08074b50, crc, packedSize, size)]);
  const entry = Buffer.concat([u32(0x02014b50), u16(20), facts(), u16(0, 0, 0), u32(0, 0), name]);
  yield Buffer.concat([entry, u32(0x06054b50), u16(0, 0, 1, 1), u32(entry.length, local + packedSize + 16), u16(0)]);
}

function u16(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) buffer.writeUInt16LE(value, at * 2);
  return buffer;
}

function u32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) buffer.writeUInt32LE(value, at * 4);
  return buffer;
}
