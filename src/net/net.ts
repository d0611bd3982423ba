/**
 * The one decision about every connection that leaves this process: a host is resolved once, each of its addresses is judged, and
 * the caller connects to one of those and never asks again.
 */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { HeadgateError } from '../domain/error.ts';
import type { Address, Net } from '../sdk/index.ts';
import { isAllowed, kindOf, normalHost, parseNetworks, type Networks } from './addresses.ts';

export type Resolve = (host: string) => Promise<readonly Address[]>;

const resolveHost: Resolve = async (host) =>
  (await lookup(host, { all: true })).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));

const forbidden = (): HeadgateError =>
  new HeadgateError('connect.forbidden', 'the host is not on a network that this process may connect to');

async function addressesOf(host: string, resolve: Resolve): Promise<readonly Address[]> {
  const literal = isIP(host);
  return literal === 0 ? await resolve(host) : [{ address: host, family: literal === 6 ? 6 : 4 }];
}

const nothing: Networks = { has: () => false };

/**
 * For commands of a person, who may go anywhere. Only a host that a server names in a redirect must be on the public internet.
 */
export function personalNet(resolve: Resolve = resolveHost): Net {
  return {
    personal: true,
    async addresses(host, by = 'settings') {
      const addresses = await addressesOf(normalHost(host) ?? host, resolve);
      if (by === 'redirect' && !addresses.every(({ address }) => isAllowed(address, nothing))) throw forbidden();
      return addresses;
    },
    behind: () => undefined,
  };
}

/** For a service, whose users are not the owner of its network: the public internet and what `opened` lists (CIDRs). */
export function guardedNet(opened: string, resolve: Resolve = resolveHost): Net {
  const networks = parseNetworks(opened);
  if (!networks) throw new HeadgateError('config.invalid', 'reading the networks that are opened: this is no list of CIDRs');
  return {
    personal: false,
    async addresses(host) {
      const normal = normalHost(host);
      if (normal === undefined) throw forbidden();
      const addresses = await addressesOf(normal, resolve);
      // One bad address among good ones is how a name is made to lead inside.
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowed(address, networks))) throw forbidden();
      return addresses;
    },
    behind(host) {
      const normal = normalHost(host);
      if (normal === undefined || (isIP(normal) !== 0 && kindOf(normal) === 'never')) throw forbidden();
    },
  };
}
