/** A backup as one file: a tar of entries, packed with zstd, its last entry the SHA-256 of all others. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { HeadgateError } from '../domain/error.ts';
import { blockSize, end, headerOf, padding, pathOf, readHeader } from './tar.ts';

export interface Entry {
  readonly name: string;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const sumsName = 'SHA256SUMS';

/** Throws `file.changed` where an entry turns out shorter than it said; what is longer is cut: a file that grew. */
export function packed(entries: AsyncIterable<Entry>): Readable {
  const plain = Readable.from(tarOf(entries), { objectMode: false });
  const zstd = createZstdCompress();
  plain.on('error', (error) => zstd.destroy(error));
  zstd.on('close', () => plain.destroy());
  return plain.pipe(zstd);
}

async function* tarOf(entries: AsyncIterable<Entry>): AsyncGenerator<Uint8Array> {
  const sums: string[] = [];
  for await (const { name, size, content } of entries) {
    const hash = createHash('sha256');
    yield headerOf(name, size);
    let left = size;
    for await (const chunk of content) {
      const piece = chunk.length > left ? chunk.subarray(0, left) : chunk;
      left -= piece.length;
      hash.update(piece);
      if (piece.length > 0) yield piece;
      if (left === 0) break;
    }
    if (left > 0) throw new HeadgateError('file.changed', `backing up ${name}: it became shorter while it was read`);
    yield padding(size);
    sums.push(`${hash.digest('hex')}  ${name}\n`);
  }
  const text = Buffer.from(sums.join(''));
  yield headerOf(sumsName, text.length);
  yield text;
  yield padding(text.length);
  yield end();
}

export interface OpenEntry {
  readonly name: string;
  readonly size: number;
  /** To be read to its end before the next entry. */
  readonly content: AsyncIterable<Buffer>;
}

/** The entries of an archive in order; the sums are compared behind the last one. Throws `backup.damaged`, `file.missing`. */
export async function* unpacked(path: string): AsyncGenerator<OpenEntry> {
  const doing = `reading the backup ${path}`;
  const file = createReadStream(path);
  const zstd = createZstdDecompress();
  file.on('error', (error) => zstd.destroy(error));
  const bytes = new Bytes(file.pipe(zstd), doing);
  const sums: string[] = [];
  try {
    for (;;) {
      const { name, size, kind } = await nextHeader(bytes);
      if (kind === 'end') throw damaged(doing);
      if (name === sumsName) {
        const said = (await bytes.take(size)).toString('utf8');
        if (said !== sums.join('')) throw damaged(doing);
        return;
      }
      const hash = createHash('sha256');
      yield { name, size, content: bytes.pieces(size, (piece) => void hash.update(piece)) };
      await bytes.skipRest();
      await bytes.take(padding(size).length);
      sums.push(`${hash.digest('hex')}  ${name}\n`);
    }
  } finally {
    file.destroy();
    zstd.destroy();
  }
}

async function nextHeader(bytes: Bytes): Promise<ReturnType<typeof readHeader>> {
  const header = readHeader(await bytes.take(blockSize));
  if (header.kind !== 'path') return header;
  const name = pathOf(await bytes.take(header.size));
  await bytes.take(padding(header.size).length);
  return { ...readHeader(await bytes.take(blockSize)), name };
}

const damaged = (doing: string, cause?: unknown): HeadgateError =>
  new HeadgateError('backup.damaged', `${doing}: it is not whole`, { cause });

/** Exactly so many bytes at a time, of a stream that gives them as it likes. */
class Bytes {
  readonly #source: AsyncIterator<Buffer>;
  readonly #doing: string;
  #rest: Buffer = Buffer.alloc(0);
  /** Of the entry that is being read. */
  #left = 0;
  #seen: (piece: Buffer) => void = () => undefined;

  constructor(source: AsyncIterable<Buffer>, doing: string) {
    this.#source = source[Symbol.asyncIterator]();
    this.#doing = doing;
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0;) {
      const piece = await this.#piece(left);
      parts.push(piece);
      left -= piece.length;
    }
    return Buffer.concat(parts);
  }

  pieces(count: number, seen: (piece: Buffer) => void): AsyncIterable<Buffer> {
    this.#left = count;
    this.#seen = seen;
    const next = async (): Promise<IteratorResult<Buffer>> => {
      if (this.#left === 0) return { done: true, value: undefined };
      return { done: false, value: await this.#ofEntry() };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async skipRest(): Promise<void> {
    while (this.#left > 0) await this.#ofEntry();
  }

  async #ofEntry(): Promise<Buffer> {
    const piece = await this.#piece(this.#left);
    this.#left -= piece.length;
    this.#seen(piece);
    return piece;
  }

  async #piece(most: number): Promise<Buffer> {
    if (this.#rest.length === 0) {
      const next = await this.#source.next().catch((error: unknown) => {
        const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
        if (missing) throw new HeadgateError('file.missing', `${this.#doing}: there is no such file`, { cause: error });
        throw damaged(this.#doing, error);
      });
      if (next.done === true) throw damaged(this.#doing);
      this.#rest = next.value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }
}
