/** The page of a review: the same bytes for everybody, and for every id. What it shows comes with the token. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Answer, Route } from '../../dialect.ts';
import { requireLogin } from './review-login.ts';

/** Built beside src/ in a clone, and beside dist/ in the package. */
const bundle = fileURLToPath(new URL('../../../../web/dist', import.meta.url));

/** Nothing from elsewhere, no frame around it, and no address of ours for others: the address holds the token. */
const guarded = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
} as const;

const unbuilt =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Review</title></head><body><h1>The page is not built</h1><p>Build it where the server lies: <code>npm run build:web</code>, then load this page again.</p></body></html>';

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
  png: 'image/png',
  json: 'application/json',
  map: 'application/json',
};

const bytesOf = (text: string | Uint8Array): ReadableStream<Uint8Array> =>
  ReadableStream.from([typeof text === 'string' ? Buffer.from(text) : text]);

const page: Route = {
  method: 'GET',
  path: '/headless/:id',
  name: 'review.page',
  summary: 'The page where people look through rows',
  auth: 'none',
  documented: { params: z.object({ id: z.string() }), replies: { 200: z.string() }, streams: 'text/html' },
  async handle(open, request): Promise<Answer> {
    await requireLogin(open, request);
    const text = await readFile(join(bundle, 'index.html')).catch(() => unbuilt);
    const headers = { ...guarded, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' };
    return { status: 200, headers, body: bytesOf(text) };
  },
};

/** Their names change with their bytes. */
const asset: Route = {
  method: 'GET',
  path: '/headless/assets/:file',
  name: 'review.asset',
  summary: 'A part of that page',
  auth: 'none',
  documented: { params: z.object({ file: z.string() }), replies: { 200: z.string() }, streams: 'application/octet-stream' },
  async handle(_open, { params }): Promise<Answer> {
    const name = params['file'] ?? '';
    const type = types[name.split('.').at(-1) ?? ''];
    const bytes =
      /^[\w-][\w.-]*$/.test(name) && type !== undefined
        ? await readFile(join(bundle, 'assets', name)).catch(() => undefined)
        : undefined;
    if (!bytes || type === undefined) throw new HeadgateError('object.missing', 'there is nothing at this address');
    const headers = { ...guarded, 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' };
    return { status: 200, headers, body: bytesOf(bytes) };
  },
};

export const pageRoutes: readonly Route[] = [page, asset];
