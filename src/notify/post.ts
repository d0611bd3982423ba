/** One request to an address that a user named: judged, pinned, without redirects, bounded in time. */
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { pinnedTo } from '../connectors/_net/dial.ts';
import { HeadgateError } from '../domain/error.ts';
import type { Net } from '../sdk/index.ts';

/** Of the whole attempt. */
const patienceMs = 10_000;

/** Resolves to the status; nothing of the answer's body is kept. Throws `connect.forbidden`, `connect.unreachable`. */
export async function post(
  address: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  net: Net,
  signal: AbortSignal,
): Promise<number> {
  const doing = 'posting to a webhook';
  const url = new URL(address);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  try {
    const { lookup } = pinnedTo(await net.addresses(url.hostname));
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const all = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'headgate',
      ...headers,
    };
    // A connection of its own: one that was judged long ago is not used again.
    const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(
      url,
      { method: 'POST', lookup, signal: limit, headers: all, agent: false },
      resolve,
    );
    request.on('error', reject);
    request.end(body);
    const answer = await promise;
    // What it says may be long, and is nothing to us.
    answer.on('error', () => undefined).destroy();
    return answer.statusCode ?? 0;
  } catch (error) {
    if (error instanceof HeadgateError) throw error;
    signal.throwIfAborted();
    throw new HeadgateError('connect.unreachable', `${doing}: it does not answer`, { cause: error });
  }
}
