/** The bytes behind an http(s) address. */
import { lookup } from 'node:dns/promises';
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { HeadgateError } from '../../../domain/error.ts';
import { label } from '../location.ts';
import { isPublic } from './addresses.ts';

interface Address {
  readonly address: string;
  readonly family: number;
}

export type Resolve = (host: string) => Promise<readonly Address[]>;

const resolveHost: Resolve = async (host) => await lookup(host, { all: true });

const mostRedirects = 5;
/** A server that says nothing for so long is gone. */
const patience = 60_000;

/**
 * Follows redirects to http(s) only. The host that a person typed may be anywhere; another one, named by a redirect, must be
 * on the public internet: each of its addresses is checked, and the connection goes to one of those that were.
 * Throws `file.missing`, `access.denied`, `connect.unreachable`, `connect.lost`, `file.truncated`, `file.format`.
 */
export async function* fetched(address: string, signal: AbortSignal, resolve: Resolve = resolveHost): AsyncGenerator<Buffer> {
  const doing = `fetching ${label(address)}`;
  const answer = await follow(doing, new URL(address), signal, resolve);
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (!['identity', 'gzip', 'x-gzip', 'zstd'].includes(encoding)) {
    answer.destroy();
    throw new HeadgateError('file.format', `${doing}: the server packs its answer in a way that it was not asked for`);
  }
  try {
    for await (const chunk of answer) yield chunk as Buffer; // no encoding is set
  } catch (error) {
    if (signal.aborted) throw error;
    throw new HeadgateError('connect.lost', `${doing}: the connection broke off before the end`, { cause: error });
  }
}

async function follow(doing: string, typed: URL, signal: AbortSignal, resolve: Resolve): Promise<IncomingMessage> {
  let url = typed;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await ask(doing, url, url.hostname === typed.hostname, typed, signal, resolve);
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) return answer;
    answer.destroy();
    if (![301, 302, 303, 307, 308].includes(statusCode) || headers.location === undefined) throw refused(doing, statusCode);
    if (!URL.canParse(headers.location, url.href))
      throw new HeadgateError('file.missing', `${doing}: it redirects to no valid address`);
    url = new URL(headers.location, url);
    if (!/^https?:$/.test(url.protocol)) {
      throw new HeadgateError('access.denied', `${doing}: it redirects to something that is not http`, {
        hint: 'name the address itself',
      });
    }
  }
  throw new HeadgateError('file.missing', `${doing}: it redirects more than ${mostRedirects} times`);
}

async function ask(
  doing: string,
  url: URL,
  typed: boolean,
  { hostname, username, password }: URL,
  signal: AbortSignal,
  resolve: Resolve,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolved(doing, host, resolve);
  if (!typed && !addresses.every(({ address }) => isPublic(address))) {
    throw new HeadgateError('access.denied', `${doing}: it redirects to a host that is not on the public internet`, {
      hint: 'if you mean that host, name its address itself',
    });
  }
  const [first] = addresses;
  // The connection is made to what was checked: asking again could give another answer.
  const pinned: LookupFunction = (_host, { all }, done) =>
    all ? done(null, [...addresses]) : done(null, first?.address ?? '', first?.family);
  const own = url.hostname === hostname && username !== '';
  const options: RequestOptions = {
    lookup: pinned,
    signal,
    headers: { 'user-agent': 'headgate', accept: '*/*', 'accept-encoding': 'identity' },
    ...(own && { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` }),
  };
  const bare = new URL(url);
  [bare.username, bare.password] = ['', ''];
  const { promise, resolve: answered, reject } = Promise.withResolvers<IncomingMessage>();
  const request = (bare.protocol === 'https:' ? tlsRequest : plainRequest)(bare, options, answered);
  request.setTimeout(patience, () => request.destroy(new Error('timeout')));
  request.on('error', reject);
  request.end();
  try {
    return await promise;
  } catch (error) {
    if (signal.aborted) throw error;
    throw new HeadgateError('connect.unreachable', `${doing}: the server does not answer`, { cause: error });
  }
}

async function resolved(doing: string, host: string, resolve: Resolve): Promise<readonly Address[]> {
  try {
    return await resolve(host);
  } catch (error) {
    throw new HeadgateError('connect.unreachable', `${doing}: there is no host of that name`, { cause: error });
  }
}

function refused(doing: string, status: number): HeadgateError {
  const said = `${doing}: the server says ${status}`;
  if (status === 401 || status === 403) return new HeadgateError('access.denied', said);
  if (status >= 500 || status === 429) return new HeadgateError('connect.unreachable', said);
  return new HeadgateError('file.missing', said, { hint: 'check the address' });
}
