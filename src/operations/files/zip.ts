/** A zip archive, written as its members come. */
import { Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { HeadgateError } from '../../domain/error.ts';

export interface Member {
  readonly name: string;
  readonly bytes: AsyncIterable<Buffer> | Iterable<Buffer>;
}

const most = 0xffff_ffff;

/** Sizes and checksums stand behind each member. Without the 64-bit form: less than 4 GiB together. */
export async function* zipped(members: readonly Member[]): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let place = 0;
  for (const { name: text, bytes } of members) {
    const name = Buffer.from(text);
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
    const end = place + 30 + name.length + packedSize + 16;
    if (size > most || end > most) {
      throw new HeadgateError('file.limit', 'writing a zip archive: its file has more than 4 GiB', { hint: 'choose gzip' });
    }
    yield Buffer.concat([u32(0x08074b50, crc, packedSize, size)]);
    directory.push(Buffer.concat([u32(0x02014b50), u16(20), facts(), u16(0, 0, 0), u32(0, place), name]));
    place = end;
  }
  const all = Buffer.concat(directory);
  const count = members.length;
  yield Buffer.concat([all, u32(0x06054b50), u16(0, 0, count, count), u32(all.length, place), u16(0)]);
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
