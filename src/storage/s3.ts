/** Objects in a bucket of an S3-compatible service. */
import { createHash, type Hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { HeadgateError } from '../domain/error.ts';
import { exactly } from './exactly.ts';
import { elementsOf, S3Client, valueOf, type S3Place } from './s3-http.ts';
import { slices } from './slices.ts';
import type { ByteRange, PartRef, Storage, StoredObject } from './storage.ts';

export interface S3Settings extends S3Place {
  /** In front of every key: empty, or ending in a slash. */
  readonly prefix: string;
  /** Can clients reach the service themselves? */
  readonly direct: boolean;
  /** Bytes that the service takes in one request; absent = 5 GiB. */
  readonly largestPut?: number;
}

const mib = 1 << 20;
const mostParts = 10_000;

export class S3Storage implements Storage {
  readonly smallestPart = 5 * mib;
  readonly link?: (key: string, seconds: number) => Promise<string>;
  readonly #client: S3Client;
  readonly #prefix: string;
  readonly #largestPut: number;

  constructor(settings: S3Settings) {
    this.#client = new S3Client(settings);
    this.#prefix = settings.prefix;
    this.#largestPut = settings.largestPut ?? 5 * 1024 * mib;
    if (settings.direct) this.link = async (key, seconds) => await this.#client.link(this.#prefix + key, seconds);
  }

  async put(key: string, bytes: AsyncIterable<Uint8Array>, size: number): Promise<void> {
    if (size > this.#largestPut) await this.#putInParts(key, exactly(bytes, size), size);
    else await this.#send('storing a file', this.#prefix + key, {}, bytes, size);
  }

  async get(key: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
    const headers = range && { range: `bytes=${range.from}-${range.to - 1}` };
    const doing = 'opening a stored file';
    return whole(doing, await this.#client.ask(doing, { method: 'GET', key: this.#prefix + key, ...(headers && { headers }) }));
  }

  async size(key: string): Promise<number | undefined> {
    try {
      const answer = await this.#client.ask('looking for a stored file', { method: 'HEAD', key: this.#prefix + key });
      answer.resume();
      return Number(answer.headers['content-length']);
    } catch (error) {
      if (error instanceof HeadgateError && error.code === 'file.missing') return undefined;
      throw error;
    }
  }

  async begin(key: string): Promise<string> {
    const request = { method: 'POST', key: this.#prefix + key, query: { uploads: '' } } as const;
    return valueOf(await this.#client.text('beginning an upload', request), 'UploadId');
  }

  async part(key: string, upload: string, number: number, bytes: AsyncIterable<Uint8Array>, size: number): Promise<string> {
    const query = { partNumber: String(number), uploadId: upload };
    return await this.#send('storing a part', this.#prefix + key, query, bytes, size);
  }

  async complete(key: string, upload: string, parts: readonly PartRef[]): Promise<void> {
    const lines = parts.map(({ number, ref }) => `<Part><PartNumber>${number}</PartNumber><ETag>${ref}</ETag></Part>`);
    const text = `<CompleteMultipartUpload>${lines.join('')}</CompleteMultipartUpload>`;
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const doing = 'joining parts';
    try {
      const request = { method: 'POST', key: this.#prefix + key, query: { uploadId: upload }, text } as const;
      const said = await this.#client.text(doing, request);
      // It may begin its answer with 200 and find out later that it cannot.
      if (!said.includes('<Error>')) return;
      throw new HeadgateError('storage.unreachable', `${doing}: the object storage says ${valueOf(said, 'Code')}`);
    } catch (error) {
      // An earlier attempt came as far as this, and its answer was lost.
      if (error instanceof HeadgateError && error.code === 'object.changed' && (await this.size(key)) === size) return;
      throw error;
    }
  }

  async abort(key: string, upload: string): Promise<void> {
    const request = { method: 'DELETE', key: this.#prefix + key, query: { uploadId: upload } } as const;
    try {
      (await this.#client.ask('giving up an upload', request)).resume();
    } catch (error) {
      if (!(error instanceof HeadgateError && error.code === 'object.changed')) throw error;
    }
  }

  async delete(key: string): Promise<void> {
    (await this.#client.ask('deleting a stored file', { method: 'DELETE', key: this.#prefix + key })).resume();
  }

  async *list(prefix: string): AsyncGenerator<StoredObject> {
    for (let more: string | undefined = ''; more !== undefined;) {
      const query = { 'list-type': '2', prefix: this.#prefix + prefix, ...(more !== '' && { 'continuation-token': more }) };
      const said: string = await this.#client.text('listing stored files', { method: 'GET', query });
      for (const inner of elementsOf(said, 'Contents')) {
        yield { key: valueOf(inner, 'Key').slice(this.#prefix.length), size: Number(valueOf(inner, 'Size')) };
      }
      more = valueOf(said, 'NextContinuationToken') || undefined;
    }
  }

  /** As large as the number of parts allows, one after the other: no more is in memory than with one request. */
  async #putInParts(key: string, bytes: AsyncIterable<Uint8Array>, size: number): Promise<void> {
    const upload = await this.begin(key);
    const partSize = Math.max(Math.min(this.#largestPut, 512 * mib), Math.ceil(size / mostParts));
    const parts: PartRef[] = [];
    try {
      for await (const slice of slices(bytes, size, partSize)) {
        const number = parts.length + 1;
        parts.push({ number, size: slice.size, ref: await this.part(key, upload, number, slice.bytes, slice.size) });
      }
      await this.complete(key, upload, parts);
    } catch (error) {
      await this.abort(key, upload).catch(() => undefined);
      throw error;
    }
  }

  /** Resolves to the entity tag, which for most services is the MD5 of what arrived: then it has to be that of what was sent. */
  async #send(
    doing: string,
    key: string,
    query: Readonly<Record<string, string>>,
    bytes: AsyncIterable<Uint8Array>,
    size: number,
  ): Promise<string> {
    const hash = createHash('md5');
    const stream = { bytes: hashed(exactly(bytes, size), hash), size };
    const answer = await this.#client.ask(doing, { method: 'PUT', key, query, stream });
    answer.resume();
    const etag = (answer.headers.etag ?? '').replaceAll('"', '');
    const kept = Object.entries(answer.headers).filter(([name]) => name.startsWith('x-amz-server-side-encryption'));
    const comparable = /^[0-9a-f]{32}$/.test(etag) && kept.every(([, how]) => how === 'AES256');
    if (comparable && etag !== hash.digest('hex')) {
      throw new HeadgateError('storage.unreachable', `${doing}: the object storage has other bytes than were sent`);
    }
    return etag;
  }
}

async function* hashed(bytes: AsyncIterable<Uint8Array>, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Node ends a body that was cut off with an error; who gives up earlier lets the connection go. */
async function* whole(doing: string, answer: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of answer) yield chunk as Uint8Array; // no encoding is set
  } catch (cause) {
    throw new HeadgateError('storage.unreachable', `${doing}: the connection to the object storage broke`, { cause });
  } finally {
    answer.destroy();
  }
}
