/**
 * Links that need no key: a method, a path, a moment until which they hold and the key that made them, with our proof. They end with
 * that key.
 */
import { timingSafeEqual } from 'node:crypto';
import type { MasterKey } from '../store/master-key.ts';

/** Seconds that a link lives at most. */
export const longestLink = 900;

export interface Link {
  readonly method: string;
  readonly path: string;
  /** Id of the key. */
  readonly by: string;
  /** Seconds since 1970. */
  readonly expires: number;
}

const textOf = ({ method, path, by, expires }: Link): string => [method, path, by, expires].join('\n');

/** The path with its proof behind it. */
export function signLink(key: MasterKey, link: Link): string {
  const query = { by: link.by, expires: String(link.expires), signature: key.sign(textOf(link)).toString('base64url') };
  return `${link.path}?${new URLSearchParams(query).toString()}`;
}

/** Undefined for whatever is wrong with it: nobody learns what. */
export function readLink(key: MasterKey, method: string, url: URL, now: Date): Link | undefined {
  const [by, expires, given] = ['by', 'expires', 'signature'].map((name) => url.searchParams.get(name) ?? '');
  const link = { method, path: url.pathname, by: by ?? '', expires: Number(expires) };
  const proof = key.sign(textOf(link));
  const said = Buffer.from(given ?? '', 'base64url');
  // Compared also where it cannot be equal: the time tells nothing.
  const equal = timingSafeEqual(proof, said.length === proof.length ? said : Buffer.alloc(proof.length));
  const plain = /^\d{1,12}$/.test(expires ?? '');
  return equal && plain && link.expires * 1000 > now.getTime() ? link : undefined;
}
