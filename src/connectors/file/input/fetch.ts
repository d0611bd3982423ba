/** The bytes behind an http(s) address. */
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { HeadgateError } from '../../../domain/error.ts';
import type { Address, Net } from '../../../sdk/index.ts';
import { pinnedTo } from '../../_net/dial.ts';
import { label } from '../location.ts';

const mostRedirects = 3;
/** A server that says nothing for so long is gone. */
const patience = 60_000;

/**
 * Follows redirects to http(s) only; `net` judges the host of each, and the connection goes to one of the addresses that were
 * judged. Throws `connect.forbidden`, `file.missing`, `access.denied`, `connect.unreachable`, `connect.lost`, `file.truncated`, `file.format`.
 */
export async function* fetched(address: string, net: Net, signal: AbortSignal): AsyncGenerator<Buffer> {
  const doing = `fetching ${label(address)}`;
  const answer = await follow(doing, new URL(address), net, signal);
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

async function follow(doing: string, typed: URL, net: Net, signal: AbortSignal): Promise<IncomingMessage> {
  let url = typed;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const answer = await ask(doing, url, typed, net, signal);
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

async function ask(doing: string, url: URL, typed: URL, net: Net, signal: AbortSignal): Promise<IncomingMessage> {
  const addresses = await judged(doing, url, url.hostname === typed.hostname, net);
  // What proves who we are is for the server it was typed for, and never goes over plain text where it did not before.
  const own = url.host === typed.host && (url.protocol === 'https:' || typed.protocol === 'http:') && typed.username !== '';
  const options: RequestOptions = {
    lookup: pinnedTo(addresses).lookup,
    signal,
    headers: { 'user-agent': 'headgate', accept: '*/*', 'accept-encoding': 'identity' },
    ...(own && { auth: `${decodeURIComponent(typed.username)}:${decodeURIComponent(typed.password)}` }),
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

async function judged(doing: string, url: URL, typed: boolean, net: Net): Promise<readonly Address[]> {
  try {
    return await net.addresses(url.hostname, typed ? 'settings' : 'redirect');
  } catch (error) {
    if (!(error instanceof HeadgateError)) {
      throw new HeadgateError('connect.unreachable', `${doing}: there is no host of that name`, { cause: error });
    }
    const says = typed ? error.message : 'it redirects to a host that may not be reached from here';
    throw new HeadgateError(error.code, `${doing}: ${says}`);
  }
}

function refused(doing: string, status: number): HeadgateError {
  const said = `${doing}: the server says ${status}`;
  if (status === 401 || status === 403) return new HeadgateError('access.denied', said);
  if (status >= 500 || status === 429) return new HeadgateError('connect.unreachable', said);
  return new HeadgateError('file.missing', said, { hint: 'check the address' });
}
