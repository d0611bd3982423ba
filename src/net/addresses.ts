/** What a network address stands for. Pure. */
import { BlockList, isIP, isIPv6 as isColonHex } from 'node:net';

/**
 * - `public`: on the internet.
 * - `private`: loopback, a site's own network, shared, reserved: only where it was opened.
 * - `never`: link-local, multicast, unspecified, or where a cloud tells its machines their secrets.
 */
export type AddressKind = 'public' | 'private' | 'never';

/** The IANA special-purpose registry of version 4. */
const private4 = subnets('ipv4', [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
]);
const never4 = subnets('ipv4', [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
  // Metadata and wire services of clouds outside the link-local range.
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
]);

/** Of version 6 only what is given out as global unicast is public; parts of it are tunnels, tests and examples. */
const global6 = subnets('ipv6', [['2000::', 3]]);
const special6 = subnets('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);
const never6 = subnets('ipv6', [
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
]);

/** Asked of names and of addresses of version 4 as well: Node takes 2.6 ms to get its pattern ready, once in every process. */
const isIPv6 = (text: string): boolean => text.includes(':') && isColonHex(text);

function subnets(type: 'ipv4' | 'ipv6', list: readonly (readonly [string, number])[]): BlockList {
  const all = new BlockList();
  for (const [network, prefix] of list) all.addSubnet(network, prefix, type);
  return all;
}

/** Address of version 4 inside one of version 6, and whether packets to the outer one simply go to the inner one. */
function inner(address: string): { readonly address: string; readonly same: boolean } | undefined {
  const groups = groupsOf(address);
  const head = groups.slice(0, 6).join(':');
  const v4 = (high = 0, low = 0): string => [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const last = v4(groups[6], groups[7]);
  if (head === '0:0:0:0:0:65535') return { address: last, same: true };
  if (head === `${0x64}:${0xff9b}:0:0:0:0`) return { address: last, same: true };
  if (groups[0] === 0x64 && groups[1] === 0xff9b) return { address: last, same: false };
  if (head === '0:0:0:0:0:0' && (groups[6] ?? 0) > 0) return { address: last, same: false };
  if (groups[0] === 0x2002) return { address: v4(groups[1], groups[2]), same: false };
  // Teredo keeps the client's address inverted.
  if (groups[0] === 0x2001 && groups[1] === 0) {
    return { address: v4((groups[6] ?? 0) ^ 0xffff, (groups[7] ?? 0) ^ 0xffff), same: false };
  }
  return undefined;
}

/** Eight numbers. The URL parser knows every way to write an address, and answers one. */
function groupsOf(address: string): readonly number[] {
  const [left = '', right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const numbers = (text: string): number[] => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [head, tail] = [numbers(left), numbers(right ?? '')];
  return right === undefined ? head : [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail];
}

/** The address that packets go to in the end: of version 4 where one of version 6 only wraps it. */
export function plainAddress(address: string): string {
  const wrapped = isIPv6(address) ? inner(address) : undefined;
  return wrapped?.same ? wrapped.address : address;
}

/** Of a literal address without a zone; a zone means a link of this machine, so it is `never`. */
export function kindOf(given: string): AddressKind {
  if (given.includes('%')) return 'never';
  const address = plainAddress(given);
  if (!isIPv6(address)) return never4.check(address) ? 'never' : private4.check(address) ? 'private' : 'public';
  const wrapped = inner(address);
  if (never6.check(address, 'ipv6') || (wrapped && kindOf(wrapped.address) === 'never')) return 'never';
  return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6') ? 'public' : 'private';
}

/**
 * The host as every library would understand it in the end: `2130706433`, `0x7f.1` and `127.1` become `127.0.0.1`, an
 * address of version 6 loses its brackets, names become lower-case ASCII. Undefined = no host at all: a path, a URL, nothing.
 */
export function normalHost(host: string): string | undefined {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIPv6(bare)) return bare;
  if (!/^[^\s/\\?#@:%[\]<>^|]+$/.test(bare) || !URL.canParse(`http://${bare}/`)) return undefined;
  return new URL(`http://${bare}/`).hostname || undefined;
}

export interface Networks {
  has(address: string): boolean;
}

/** `10.0.0.0/8, fd12::/16, 192.168.1.7`. Undefined for what is no list of networks. */
export function parseNetworks(text: string): Networks | undefined {
  const list = new BlockList();
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [, network = '', bits] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
    const version = isIP(network);
    const longest = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? longest : Number(bits);
    if (version === 0 || prefix > longest) return undefined;
    list.addSubnet(network, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return { has: (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') };
}

/** May a connection go there, with these private networks opened? */
export function isAllowed(address: string, opened: Networks): boolean {
  const kind = kindOf(address);
  return kind === 'public' || (kind === 'private' && opened.has(plainAddress(address)));
}

export const loopback = '127.0.0.0/8, ::1';
