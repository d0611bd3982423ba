/** From where a request comes, behind proxies as well. Pure. */
import { isIP } from 'node:net';
import { plainAddress, type Networks } from './addresses.ts';

/**
 * `remote`: whoever holds the other end of the socket. `forwarded`: `X-Forwarded-For`, to which each proxy adds whom it heard from: it is
 * read from its end for as long as those who wrote it are `trusted`. What others wrote is anybody's word.
 */
export function clientAddress(remote: string, forwarded: string | undefined, trusted: Networks): string {
  const written = (forwarded ?? '').split(',').map((text) => text.trim());
  let client = plainAddress(remote);
  while (trusted.has(client)) {
    const next = plainAddress(written.pop() ?? '');
    if (isIP(next) === 0) return client;
    client = next;
  }
  return client;
}
