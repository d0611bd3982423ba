/** A request that a hook asks for, made from here: to hosts that the operator named, to addresses that were judged, with an end to all of it. */
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { pinnedTo } from '../connectors/_net/dial.ts';
import { HeadgateError } from '../domain/error.ts';
import {
  judgeAddress,
  redirected,
  type FetchAnswer,
  type FetchAsked,
  type FetchLimits,
  type HookFetch,
  type HostRule,
} from '../domain/hook-request.ts';
import type { Address, Net } from '../sdk/index.ts';

const mostRedirects = 3;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** What a browser's scripts do not see either. */
const hidden: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2']);

const refused = (why: string): HeadgateError => new HeadgateError('connect.forbidden', `fetch: ${why}`);
const failed = (why: string, cause?: unknown): HeadgateError =>
  new HeadgateError('connect.unreachable', `fetch: ${why}`, cause === undefined ? {} : { cause });

export function hookFetchOf(rules: readonly HostRule[], net: Net): HookFetch {
  return async (asked, limits, signal) => {
    const patience = AbortSignal.timeout(limits.ms);
    const limit = AbortSignal.any([signal, patience]);
    try {
      return await follow(asked, { rules, net, limits, limit });
    } catch (error) {
      if (patience.aborted) throw failed(`no answer in ${limits.ms} ms`, error);
      throw error instanceof HeadgateError ? error : failed('the host does not answer', error);
    }
  };
}

interface Way {
  readonly rules: readonly HostRule[];
  readonly net: Net;
  readonly limits: FetchLimits;
  readonly limit: AbortSignal;
}

async function follow(first: FetchAsked, way: Way): Promise<FetchAnswer> {
  let asked = first;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const url = judgeAddress(asked.url, way.rules);
    if (typeof url === 'string') throw refused(hops === 0 ? url : `a redirect: ${url}`);
    const answer = await ask(url, asked, way);
    const { statusCode = 0, headers } = answer;
    if (!redirects.has(statusCode) || headers.location === undefined || asked.redirect === 'manual')
      return await read(answer, url, hops > 0, way.limits);
    answer.destroy();
    if (asked.redirect === 'error') throw refused('the host redirects');
    if (!URL.canParse(headers.location, url.href)) throw failed('the host redirects to no address');
    const to = new URL(headers.location, url);
    if (url.protocol === 'https:' && to.protocol !== 'https:') throw refused('a redirect leaves https');
    asked = redirected(asked, url, to, statusCode);
  }
  throw failed(`the host redirects more than ${mostRedirects} times`);
}

async function ask(url: URL, { method, headers, body }: FetchAsked, { net, limit }: Way): Promise<IncomingMessage> {
  const { lookup } = pinnedTo(await judged(url, net, limit));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const all = {
    'user-agent': 'headgate',
    accept: '*/*',
    ...(body !== null && { 'content-type': 'text/plain;charset=UTF-8' }),
    ...Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    'accept-encoding': 'identity',
    ...(body !== null && { 'content-length': String(Buffer.byteLength(body)) }),
  };
  // A connection of its own: one that was judged long ago is not used again.
  const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(
    url,
    { method, lookup, signal: limit, headers: all, agent: false },
    resolve,
  );
  request.on('error', reject);
  request.end(body ?? undefined);
  return await promise;
}

/** Each time anew: a name that led elsewhere a moment ago is judged by where it leads now. */
async function judged(url: URL, net: Net, limit: AbortSignal): Promise<readonly Address[]> {
  const late = Promise.withResolvers<never>();
  const abort = (): void => late.reject(limit.reason);
  limit.addEventListener('abort', abort, { once: true });
  try {
    limit.throwIfAborted();
    return await Promise.race([net.addresses(url.hostname), late.promise]);
  } catch (error) {
    if (error instanceof HeadgateError) throw refused(`${url.host} is on no network that this server lets hooks reach`);
    throw failed(`there is no host ${url.host}`, error);
  } finally {
    limit.removeEventListener('abort', abort);
  }
}

async function read(answer: IncomingMessage, url: URL, wasRedirected: boolean, { bytes }: FetchLimits): Promise<FetchAnswer> {
  const { statusCode = 0, statusMessage = '', headers, rawHeaders } = answer;
  try {
    // What is packed becomes larger than anybody announced.
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') throw failed('the host packs its answer unasked');
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer) {
      chunks.push(chunk as Buffer); // no encoding is set
      if ((size += (chunk as Buffer).length) > bytes) throw failed(`the answer is longer than ${bytes} bytes`); // likewise
    }
    return {
      status: statusCode,
      statusText: statusMessage,
      url: url.href,
      redirected: wasRedirected,
      headers: pairsOf(rawHeaders),
      body: new TextDecoder().decode(Buffer.concat(chunks)),
    };
  } finally {
    answer.on('error', () => undefined).destroy();
  }
}

const pairsOf = (raw: readonly string[]): readonly (readonly [string, string])[] =>
  raw.flatMap((name, at) =>
    at % 2 === 0 && !hidden.has(name.toLowerCase()) ? [[name.toLowerCase(), raw[at + 1] ?? ''] as const] : [],
  );
