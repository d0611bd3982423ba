/** Requests with a link in the place of a key. */
import { HeadgateError } from '../domain/error.ts';
import { readLink } from '../operations/links.ts';
import type { Actor, Ports } from '../operations/operation.ts';
import { renewActor } from './identify.ts';
import type { Method } from './dialect.ts';

/**
 * Whoever made the link, as long as their key lives. Throws `access.link`: one answer for a wrong proof, a link that is over, one of
 * another path, one whose key was revoked.
 */
export async function signerOf({ method, url }: { readonly method: Method; readonly url: string }, ports: Ports): Promise<Actor> {
  const link = readLink(ports.key, method, new URL(url), ports.clock.now());
  try {
    if (link) return await renewActor(ports, { id: link.by });
  } catch (error) {
    if (!(error instanceof HeadgateError && error.code === 'access.key')) throw error;
  }
  throw new HeadgateError('access.link', 'the link does not hold, or not any more');
}

/** A link works from whatever page it was put into: it carries no cookie, and nothing of its maker. */
export const forBrowsers: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'accept-ranges, content-disposition, content-length, content-range, etag, retry-after, x-request-id',
};

export const preflight: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, HEAD, PUT',
  'access-control-allow-headers': 'content-type, content-digest, content-md5, if-range, range, x-request-id',
  'access-control-max-age': '600',
};
