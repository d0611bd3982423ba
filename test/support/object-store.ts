/** An S3-compatible service in memory, as far as ours and the vendor's own client use one; what it does not do is in `gaps`. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { AwsV4Signer } from 'aws4fetch';

/** Asked for, these answer 501: a test that leans on one fails. */
export const gaps = [
  'bodies in signed chunks or with a trailer',
  'versions',
  'copies',
  'access lists',
  'tags',
  'several buckets',
];

/** What goes wrong with the next requests whose method and path match. */
export interface Fault {
  readonly matches: RegExp;
  /** `slow`: 503; `cut`: half a body; `drop`: no answer; `deaf`: it is done, but no answer comes; `wrong`: other bytes are kept. */
  readonly what: 'slow' | 'cut' | 'drop' | 'deaf' | 'wrong';
  times: number;
}

export interface ObjectStore extends AsyncDisposable {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  readonly objects: Map<string, Buffer>;
  readonly faults: Fault[];
  /** Uploads that have neither been completed nor aborted. */
  readonly uploads: Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>;
}

/** The body is not part of the signature. */
const unsignedPayload = 'UNSIGNED-PAYLOAD';
const smallestPart = 5 << 20;

class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    [this.status, this.code] = [status, code];
  }
}

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export async function startObjectStore(bucket = 'files'): Promise<ObjectStore> {
  const keys = { accessKey: 'TESTKEY', secretKey: randomBytes(20).toString('hex'), region: 'eu-test-1' };
  const store = { bucket, ...keys, objects: new Map<string, Buffer>(), uploads: new Map(), faults: [] as Fault[] };
  const server = createServer(
    (request, response) => void answer(request, response, { ...store, endpoint: '', async [Symbol.asyncDispose]() {} }),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    ...store,
    endpoint: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, store: ObjectStore): Promise<void> {
  const fault = store.faults.find(({ matches, times }) => times > 0 && matches.test(`${request.method} ${request.url}`));
  if (fault) fault.times -= 1;
  try {
    const asked = await read(request, store.bucket);
    if (fault?.what === 'drop') return void request.socket.destroy();
    if (fault?.what === 'slow') throw new Refused(503, 'SlowDown');
    await requireSignature(asked, store);
    const {
      status = 200,
      headers = {},
      body = '',
    } = carryOut(fault?.what === 'wrong' ? { ...asked, body: reversed(asked.body) } : asked, store);
    if (fault?.what === 'deaf') return void request.socket.destroy();
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
    if (fault?.what === 'cut')
      response.write(Buffer.from(body).subarray(0, Buffer.byteLength(body) >> 1), () => request.socket.destroy());
    else response.end(asked.method === 'HEAD' ? undefined : body);
  } catch (error) {
    const { status, code } = error instanceof Refused ? error : { status: 500, code: 'InternalError' };
    response.writeHead(status, { 'content-type': 'application/xml', connection: 'close' });
    response.end(request.method === 'HEAD' ? undefined : `<Error><Code>${code}</Code><Message>refused</Message></Error>`);
  }
}

const reversed = (body: Buffer): Buffer => Buffer.from(body).reverse();

async function read(request: IncomingMessage, bucket: string): Promise<Asked> {
  const [path = '', search = ''] = (request.url ?? '').split('?', 2);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
  const names = path
    .split('/')
    .slice(1)
    .map((part) => decodeURIComponent(part));
  // The bucket is the first name of the host, or of the path.
  const [named = '', ...rest] = headers['host']?.startsWith(`${bucket}.`) ? [bucket, ...names] : names;
  if (named !== bucket) throw new Refused(404, 'NoSuchBucket');
  const body = Buffer.concat(chunks);
  if (headers['x-amz-content-sha256']?.startsWith('STREAMING-')) throw new Refused(501, 'NotImplemented');
  if (body.length !== Number(headers['content-length'] ?? 0)) throw new Refused(400, 'IncompleteBody');
  return { method: request.method ?? '', path, key: rest.join('/'), query: new URLSearchParams(search), headers, body };
}

/** In the header or in the query; either way it is computed again from what arrived. */
async function requireSignature(asked: Asked, store: ObjectStore): Promise<void> {
  const { query, headers, body } = asked;
  const inQuery = query.get('X-Amz-Signature');
  const header = /Credential=([^/]+)\/\d{8}\/[^,]+, ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
    headers['authorization'] ?? '',
  );
  const access = inQuery === null ? header?.[1] : query.get('X-Amz-Credential')?.split('/')[0];
  const names = inQuery === null ? header?.[2] : query.get('X-Amz-SignedHeaders');
  const given = inQuery ?? header?.[3];
  const at = query.get('X-Amz-Date') ?? headers['x-amz-date'] ?? '';
  if (access !== store.accessKey || names === undefined || names === null || given === undefined)
    throw new Refused(403, 'AccessDenied');
  const now = new Date(at.replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:').replace(/(\d\dZ)$/, '$1'));
  const age = (Date.now() - now.getTime()) / 1000;
  if (!(age < Number(query.get('X-Amz-Expires') ?? 900) && age > -900)) throw new Refused(403, 'RequestTimeTooSkewed');
  const payload = inQuery === null ? (headers['x-amz-content-sha256'] ?? '') : unsignedPayload;
  if (payload !== unsignedPayload && payload !== createHash('sha256').update(body).digest('hex'))
    throw new Refused(400, 'XAmzContentSHA256Mismatch');
  if ((await signatureOf(asked, store, names.split(';'), at)) !== given) throw new Refused(403, 'SignatureDoesNotMatch');
}

/** Over the headers of these names; `at`: `20130524T000000Z`. */
async function signatureOf(asked: Asked, store: ObjectStore, names: readonly string[], at: string): Promise<string> {
  const { method, path, query, headers } = asked;
  const inQuery = query.has('X-Amz-Signature');
  const url = new URL(path, `http://${headers['host']}`);
  for (const [name, value] of query) if (name !== 'X-Amz-Signature') url.searchParams.append(name, value);
  const signer = new AwsV4Signer({
    method,
    url: url.href,
    headers: Object.fromEntries(names.map((name) => [name, headers[name] ?? ''])),
    accessKeyId: store.accessKey,
    secretAccessKey: store.secretKey,
    region: store.region,
    service: 's3',
    datetime: at,
    signQuery: inQuery,
    allHeaders: true,
  });
  return await signer.signature();
}

function carryOut(asked: Asked, store: ObjectStore): Reply {
  const { method, key, query } = asked;
  for (const odd of ['versionId', 'versioning', 'acl', 'tagging']) if (query.has(odd)) throw new Refused(501, 'NotImplemented');
  if (asked.headers['x-amz-copy-source'] !== undefined) throw new Refused(501, 'NotImplemented');
  if (key === '') return method === 'GET' ? list(query, store) : {};
  if (query.has('uploads') || query.has('uploadId')) return inParts(asked, store);
  if (method === 'PUT') return put(asked, store);
  if (method === 'DELETE') {
    store.objects.delete(key);
    return { status: 204 };
  }
  const body = store.objects.get(key);
  if (!body) throw new Refused(404, 'NoSuchKey');
  return get(asked, body);
}

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

function requireChecksum({ headers, body }: Asked): Readonly<Record<string, string>> {
  const said = headers['x-amz-checksum-crc32'];
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  if (said !== undefined && said !== sum.toString('base64')) throw new Refused(400, 'BadDigest');
  const md5 = headers['content-md5'];
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64')) throw new Refused(400, 'BadDigest');
  return said === undefined ? {} : { 'x-amz-checksum-crc32': said };
}

function put(asked: Asked, { objects }: ObjectStore): Reply {
  const { key, headers, body } = asked;
  requireCondition(headers, objects.get(key));
  const echoed = requireChecksum(asked);
  objects.set(key, body);
  return { headers: { etag: etagOf(body), ...echoed } };
}

function requireCondition(headers: Asked['headers'], there: Buffer | undefined): void {
  if (headers['if-none-match'] === '*' && there) throw new Refused(412, 'PreconditionFailed');
  const match = headers['if-match'];
  if (match !== undefined && (!there || match !== etagOf(there))) throw new Refused(412, 'PreconditionFailed');
}

function get({ headers }: Asked, body: Buffer): Reply {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers['range'] ?? '') ?? [];
  const common = { etag: etagOf(body), 'accept-ranges': 'bytes', 'last-modified': new Date(0).toUTCString() };
  if (first === '' && last === '') return { headers: common, body };
  const from = first === '' ? Math.max(0, body.length - Number(last)) : Number(first);
  const to = first === '' || last === '' ? body.length : Math.min(body.length, Number(last) + 1);
  if (from >= body.length) throw new Refused(416, 'InvalidRange');
  return {
    status: 206,
    headers: { ...common, 'content-range': `bytes ${from}-${to - 1}/${body.length}` },
    body: body.subarray(from, to),
  };
}

function inParts(asked: Asked, { objects, uploads }: ObjectStore): Reply {
  const { method, key, query, body } = asked;
  const id = query.get('uploadId') ?? '';
  if (method === 'POST' && id === '') {
    const made = randomBytes(8).toString('hex');
    uploads.set(made, { key, parts: new Map() });
    return { body: `<InitiateMultipartUploadResult><UploadId>${made}</UploadId></InitiateMultipartUploadResult>` };
  }
  const upload = uploads.get(id);
  if (!upload || upload.key !== key) throw new Refused(404, 'NoSuchUpload');
  if (method === 'PUT') {
    const echoed = requireChecksum(asked);
    upload.parts.set(Number(query.get('partNumber')), body);
    return { headers: { etag: etagOf(body), ...echoed } };
  }
  if (method === 'DELETE') {
    uploads.delete(id);
    return { status: 204 };
  }
  if (method === 'GET') {
    const parts = [...upload.parts].sort(([a], [b]) => a - b);
    const lines = parts.map(
      ([number, part]) =>
        `<Part><PartNumber>${number}</PartNumber><ETag>${etagOf(part)}</ETag><Size>${part.length}</Size></Part>`,
    );
    return {
      body: `<ListPartsResult><UploadId>${id}</UploadId><IsTruncated>false</IsTruncated>${lines.join('')}</ListPartsResult>`,
    };
  }
  requireCondition(asked.headers, objects.get(key));
  const wanted = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, inner = '']) => ({
    number: Number(/<PartNumber>(\d+)</.exec(inner)?.[1]),
    etag: /<ETag>(?:"|&quot;)?([^"&<]+)/.exec(inner)?.[1] ?? '',
  }));
  const found = wanted.map(({ number, etag }) => {
    const part = upload.parts.get(number);
    if (!part || etagOf(part) !== `"${etag}"`) throw new Refused(400, 'InvalidPart');
    return part;
  });
  if (wanted.some(({ number }, at) => number <= (wanted[at - 1]?.number ?? 0))) throw new Refused(400, 'InvalidPartOrder');
  if (found.slice(0, -1).some((part) => part.length < smallestPart)) throw new Refused(400, 'EntityTooSmall');
  uploads.delete(id);
  objects.set(key, Buffer.concat(found));
  const md5s = Buffer.concat(found.map((part) => createHash('md5').update(part).digest()));
  const etag = `"${createHash('md5').update(md5s).digest('hex')}-${found.length}"`;
  return { body: `<CompleteMultipartUploadResult><Key>${xml(key)}</Key><ETag>${etag}</ETag></CompleteMultipartUploadResult>` };
}

/** Two keys a page, so that everybody has to go on. */
function list(query: URLSearchParams, { objects, bucket }: ObjectStore): Reply {
  const most = Math.min(Number(query.get('max-keys') ?? 2), 1000);
  const show = (key: string): string =>
    xml(query.get('encoding-type') === 'url' ? encodeURIComponent(key).replaceAll('%2F', '/') : key);
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort();
  const page = keys.slice(0, most);
  const lines = page.map((key) => `<Contents><Key>${show(key)}</Key><Size>${objects.get(key)?.length}</Size></Contents>`);
  const more = keys.length > most;
  const token = more ? `<NextContinuationToken>${xml(page.at(-1) ?? '')}</NextContinuationToken>` : '';
  const encoding = query.has('encoding-type') ? '<EncodingType>url</EncodingType>' : '';
  return {
    headers: { 'content-type': 'application/xml' },
    body: `<ListBucketResult><Name>${bucket}</Name><KeyCount>${page.length}</KeyCount><IsTruncated>${more}</IsTruncated>${encoding}${token}${lines.join('')}</ListBucketResult>`,
  };
}

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
