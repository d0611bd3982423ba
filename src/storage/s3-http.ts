/** Requests to an S3-compatible service: signed, patient where that is safe, with its errors in our words. */
import { createHash } from 'node:crypto';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { HeadgateError } from '../domain/error.ts';

export interface S3Place {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  /** `https://s3.eu-central-1.amazonaws.com` */
  readonly endpoint: string;
  readonly region: string;
  /** The bucket is the first name of the path; else it is the first name of the host. */
  readonly pathStyle: boolean;
  /** Who finds the service's addresses; absent = the system. */
  readonly lookup?: LookupFunction;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Absent = the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly stream?: { readonly bytes: AsyncIterable<Uint8Array>; readonly size: number };
}

/** A service that says nothing for so long is gone. */
const silence = 60_000;
const tries = 4;

export class S3Client {
  readonly #place: S3Place;

  constructor(place: S3Place) {
    this.#place = place;
  }

  /** Its body is not read yet. Throws `storage.unreachable`, `access.denied`, `file.missing`, `object.changed`, `upload.incomplete`. */
  async ask(doing: string, request: S3Request): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#send(request).catch((error: unknown) => gone(error, doing));
      const { statusCode = 0 } = answer;
      if (statusCode < 300) return answer;
      const said = await textOf(answer).catch(() => '');
      if (request.stream) answer.destroy();
      const busy = statusCode >= 500 || statusCode === 429;
      // A body that was streamed has gone by: only who sends it can send it again.
      if (!busy || request.stream || attempt === tries) throw refusal(doing, statusCode, valueOf(said, 'Code'));
      await wait(100 * 2 ** attempt * Math.random());
    }
  }

  async text(doing: string, request: S3Request): Promise<string> {
    const answer = await this.ask(doing, request);
    return await textOf(answer).catch((error: unknown) => gone(error, doing));
  }

  async link(key: string, seconds: number): Promise<string> {
    const url = this.#address(key, { 'X-Amz-Expires': String(seconds) });
    return (await this.#signer({ method: 'GET', url, signQuery: true }).sign()).url.href;
  }

  async #send({ method, key, query = {}, headers = {}, text = '', stream }: S3Request): Promise<IncomingMessage> {
    const url = this.#address(key, query);
    const size = stream ? stream.size : Buffer.byteLength(text);
    // A body that is streamed is read once, as it comes: the signature cannot cover it.
    const payload = stream ? 'UNSIGNED-PAYLOAD' : createHash('sha256').update(text).digest('hex');
    const signed = await this.#signer({ method, url, headers: { ...headers, 'x-amz-content-sha256': payload } }).sign();
    const sending = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, {
      method,
      headers: { ...Object.fromEntries(signed.headers), 'content-length': size },
      timeout: silence,
      ...(this.#place.lookup && { lookup: this.#place.lookup }),
    });
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    sending.on('response', resolve).on('error', reject);
    sending.on('timeout', () => sending.destroy(new Error('timeout')));
    if (!stream) sending.end(text);
    else {
      // An answer before the end of the body is a refusal; what the body's own source throws counts before what follows from it.
      const sent = pipeline(Readable.from(stream.bytes, { objectMode: false, highWaterMark: 1 << 17 }), sending);
      await Promise.race([sent, promise]);
      sent.catch(reject);
    }
    return await promise;
  }

  #signer(request: { method: string; url: URL; headers?: Record<string, string>; signQuery?: boolean }): AwsV4Signer {
    const { accessKey, secretKey, region } = this.#place;
    const url = request.url.href;
    return new AwsV4Signer({ ...request, url, accessKeyId: accessKey, secretAccessKey: secretKey, region, service: 's3' });
  }

  #address(key: string | undefined, query: Readonly<Record<string, string>>): URL {
    const { endpoint, bucket, pathStyle } = this.#place;
    const url = new URL(endpoint);
    if (!pathStyle) url.host = `${bucket}.${url.host}`;
    const names = [...(pathStyle ? [bucket] : []), ...(key === undefined ? [] : key.split('/'))];
    url.pathname = `/${names.map(encodeURIComponent).join('/')}`;
    url.search = Object.entries(query)
      .map((pair) => pair.map(encodeURIComponent).join('='))
      .join('&');
    return url;
  }
}

function gone(error: unknown, doing: string): never {
  if (error instanceof HeadgateError) throw error;
  throw new HeadgateError('storage.unreachable', `${doing}: the object storage does not answer`, { cause: error });
}

function refusal(doing: string, status: number, code: string): HeadgateError {
  const said = `${doing}: the object storage says ${status}${/^\w{1,40}$/.test(code) ? ` ${code}` : ''}`;
  if (code.startsWith('InvalidPart') || code === 'NoSuchUpload') return new HeadgateError('object.changed', said);
  if (/^(?:EntityTooSmall|IncompleteBody|BadDigest)$/.test(code)) return new HeadgateError('upload.incomplete', said);
  if (status === 404 && code !== 'NoSuchBucket') return new HeadgateError('file.missing', said);
  if (status === 401 || status === 403) return new HeadgateError('access.denied', said);
  return new HeadgateError('storage.unreachable', said);
}

async function textOf(answer: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The text of the first element of that name; the service's documents have no attributes where we look. */
export function valueOf(xml: string, name: string): string {
  return unescape(new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1] ?? '');
}

export function elementsOf(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>(.*?)</${name}>`, 'gs'))].map(([, inner = '']) => inner);
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const unescape = (text: string): string =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return entities[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
