/** Which network addresses belong to the public internet. Pure. */
import { BlockList, isIPv6 } from 'node:net';

/** Private, local, shared, reserved and documentation ranges (the IANA special-purpose registries). */
const special: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

const v4 = new BlockList();
for (const [network, prefix] of special) v4.addSubnet(network, prefix);

/** Of version 6 only what is given out as global unicast is public; parts of it wrap addresses of version 4. */
const global = new BlockList();
global.addSubnet('2000::', 3, 'ipv6');
const wrapping = new BlockList();
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  wrapping.addSubnet(network, prefix, 'ipv6');

export function isPublic(address: string): boolean {
  if (!isIPv6(address)) return !v4.check(address);
  return global.check(address, 'ipv6') && !wrapping.check(address, 'ipv6');
}
