/** The bytes of files: with a key under the workspace, and the same with a link. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { downloadFile } from '../../../operations/files/download.ts';
import { fileView } from '../../../operations/files/file.ts';
import { partView } from '../../../operations/files/part.ts';
import { sendPart } from '../../../operations/files/send-part.ts';
import { uploadFile } from '../../../operations/files/upload.ts';
import { perform, type Operation } from '../../../operations/operation.ts';
import { formFile } from '../../form-file.ts';
import type { Answer, GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';

const named = z.strictObject({ file: z.string() });
const octets = 'application/octet-stream';

/** What both ways to ask have in common. */
const content = [
  {
    method: 'PUT',
    path: '/files/:file/content',
    name: uploadFile.name,
    summary: uploadFile.summary,
    scope: uploadFile.scope,
    documented: { input: named, uploads: octets, replies: { 200: fileView } },
    handle: receiving(uploadFile),
  },
  {
    method: 'PUT',
    path: '/files/:file/parts/:number',
    name: sendPart.name,
    summary: sendPart.summary,
    scope: sendPart.scope,
    documented: { input: named.extend({ number: z.coerce.number().int() }), uploads: octets, replies: { 200: partView } },
    handle: receiving(sendPart),
  },
  {
    method: 'GET',
    path: '/files/:file/content',
    name: downloadFile.name,
    summary: downloadFile.summary,
    scope: downloadFile.scope,
    documented: { input: named, replies: { 200: z.string(), 206: z.string(), 304: undefined }, streams: octets },
    handle: sending,
  },
] as const;

/** What forms and vendors' clients send: fields, and the file as the last one. */
const form: GuardedRoute = {
  method: 'POST',
  path: '/v1/links/files/:file/form',
  name: `${uploadFile.name}_by_form`,
  summary: 'Send all bytes of a file as the last field of a form, called `file`',
  auth: 'signed',
  scope: uploadFile.scope,
  documented: { input: named, uploads: 'multipart/form-data', replies: { 204: undefined } },
  async handle(context, request) {
    const { bytes, size } = await formFile(request);
    await perform(uploadFile, context, { file: request.params['file'], bytes, size, summed: false });
    return { status: 204 };
  },
};

export const contentRoutes: readonly GuardedRoute[] = [
  form,
  ...content.map((route) => ({ ...route, path: `/v1/workspaces/:workspace${route.path}`, auth: 'key' as const })),
  ...content.map((route) => ({
    ...route,
    path: `/v1/links${route.path}`,
    name: `${route.name}_by_link`,
    auth: 'signed' as const,
    // Who has a link cannot ask for the parts.
    ...(route.name === sendPart.name && { handle: receiving(sendPart, { summed: false }) }),
  })),
];

function receiving(operation: Operation, more: object = {}) {
  return async (context: RouteContext, request: Incoming): Promise<Answer> => {
    const { params, headers } = request;
    const { workspace: _workspace, ...names } = params;
    const input = { ...names, ...more, bytes: asTheyCome(request), size: sizeOf(headers), ...checksumsOf(headers) };
    return { status: 200, body: (await perform(operation, context, input)) as Json }; // its schema holds nothing but JSON
  };
}

/** Nothing is read before the file is there to take it; who takes it counts. */
const asTheyCome = (request: Incoming): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => request.bytes(Number.POSITIVE_INFINITY)[Symbol.asyncIterator](),
});

function sizeOf(headers: Headers): number | undefined {
  const text = headers.get('content-length');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `Content-MD5`, and `Content-Digest` as RFC 9530 has it. Throws `request.invalid` for what looks like none. */
function checksumsOf(headers: Headers): Readonly<Record<string, string>> {
  const md5 = headers.get('content-md5');
  const digest = headers.get('content-digest');
  const sha256 = /(?:^|[,\s])sha-256=:([\w+/=]+):/.exec(digest ?? '')?.[1];
  if (digest !== null && sha256 === undefined) {
    throw new HeadgateError('request.invalid', 'Content-Digest: it says nothing of sha-256');
  }
  const hex = (text: string): string => Buffer.from(text, 'base64').toString('hex');
  return { ...(md5 !== null && { md5: hex(md5) }), ...(sha256 !== undefined && { sha256: hex(sha256) }) };
}

async function sending(context: RouteContext, { params, headers, head }: Incoming): Promise<Answer> {
  const asked = {
    file: params['file'],
    range: headers.get('range') ?? undefined,
    if_range: headers.get('if-range') ?? undefined,
  };
  const known = (headers.get('if-none-match') ?? '').split(/\s*,\s*/);
  // Looked at first: who has it already is told without it being opened.
  const about = await perform(downloadFile, context, { ...asked, head: true });
  const { etag, size, range } = about;
  const common = { etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache' };
  if (known.includes(etag) || known.includes(`W/${etag}`)) return { status: 304, headers: common };
  const found = head ? about : await perform(downloadFile, context, asked);
  const answer = {
    ...common,
    'content-type': about.content_type,
    'content-length': String(range ? range.to - range.from : size),
    // Whatever it is, no browser shows it as ours.
    'content-disposition': `attachment; filename="${plain(about.name)}"; filename*=UTF-8''${encoded(about.name)}`,
    'content-security-policy': "sandbox; default-src 'none'",
    ...(range && { 'content-range': `bytes ${range.from}-${range.to - 1}/${size}` }),
  };
  const body = found.bytes ? ReadableStream.from(found.bytes) : undefined;
  return { status: range ? 206 : 200, headers: answer, body };
}

const plain = (name: string): string => name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
const encoded = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
