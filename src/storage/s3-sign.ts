/** Signature Version 4, as object storage takes it: pure, with the moment passed in. */
import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface Signing extends Credentials {
  readonly region: string;
  readonly now: Date;
}

export interface ToSign {
  readonly method: string;
  /** Encoded as it goes over the wire. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case, `host` among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hexadecimal, or what stands for it. */
  readonly payload: string;
}

/** The body is not part of the signature: it is read once, as it comes. */
export const unsignedPayload = 'UNSIGNED-PAYLOAD';

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Everything but letters, digits and `-._~`. */
export const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

export function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.sort((a, b) => (a < b ? -1 : 1)).join('&');
}

/** `20130524T000000Z` */
export const stamp = (now: Date): string => now.toISOString().replace(/[-:]|\.\d+/g, '');

const scopeOf = ({ region, now }: Signing): string => `${stamp(now).slice(0, 8)}/${region}/s3/aws4_request`;

/** The headers of the request with its signature among them. */
export function signed(request: ToSign, signing: Signing): Record<string, string> {
  const headers = { ...request.headers, 'x-amz-content-sha256': request.payload, 'x-amz-date': stamp(signing.now) };
  const names = Object.keys(headers).sort().join(';');
  const signature = signatureOf({ ...request, headers }, signing, names);
  const credential = `${signing.accessKey}/${scopeOf(signing)}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** The query of an address that needs no headers, valid for some seconds. */
export function presigned(request: Omit<ToSign, 'payload'>, signing: Signing, seconds: number): Record<string, string> {
  const query = {
    ...request.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${signing.accessKey}/${scopeOf(signing)}`,
    'X-Amz-Date': stamp(signing.now),
    'X-Amz-Expires': String(seconds),
    'X-Amz-SignedHeaders': 'host',
  };
  const signature = signatureOf({ ...request, query, payload: unsignedPayload }, signing, 'host');
  return { ...query, 'X-Amz-Signature': signature };
}

/** `names`: the headers that are signed, sorted, with `;` between them. */
export function signatureOf({ method, path, query, headers, payload }: ToSign, signing: Signing, names: string): string {
  const lines = names.split(';').map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`);
  const canonical = [method, path, queryText(query), lines.join(''), names, payload].join('\n');
  const text = ['AWS4-HMAC-SHA256', stamp(signing.now), scopeOf(signing), sha256(canonical)].join('\n');
  const chain = [stamp(signing.now).slice(0, 8), signing.region, 's3', 'aws4_request'];
  const key = chain.reduce<Buffer>((last, next) => hmac(last, next), Buffer.from(`AWS4${signing.secretKey}`));
  return hmac(key, text).toString('hex');
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
