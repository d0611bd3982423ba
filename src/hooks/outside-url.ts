/** Addresses, read and changed by Node's own parser. Pure. */
import type { Call } from './call.ts';

const longest = 65_536;

const names = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'] as const;

/** `(href)`, `(href, base)`, or `(href, name, value)` to change one part. All parts come back. */
export function addressOf(call: Call): Readonly<Record<string, string>> {
  const texts = call.map(String);
  if (texts.some(({ length }) => length > longest)) throw invalid();
  const [href = '', second, value] = texts;
  if (value === undefined) return partsOf(new URL(href, second));
  const url = new URL(href);
  const name = names.find((known) => known === second);
  if (name) url[name] = value;
  return partsOf(url);
}

function partsOf(url: URL): Readonly<Record<string, string>> {
  if (url.href.length > longest) throw invalid();
  return Object.fromEntries(['href', 'origin', ...names].map((name) => [name, url[name as 'href' | 'origin']])); // all of them texts
}

const invalid = (): Error => Object.assign(new TypeError('Invalid URL'), { code: 'ERR_INVALID_URL' });
