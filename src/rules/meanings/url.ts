/** Absolute URLs, with their host in small letters, and without superfluous slashes and steps. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { named, type Meant } from './meant.ts';

const form = String.raw`^([A-Za-z][A-Za-z0-9+.-]*):[/\\]*([^/\\?#\s]+)([^?#\s]*)([?#]\S*)?$`;
/** Nothing of it would be written otherwise: small letters, no empty steps, and none that begins with a point. */
const usual = String.raw`[a-z][a-z0-9+.-]*://[a-z0-9.-]+(?::\d{1,5})?(?:/|(?:/[^/\\?#\s.][^/\\?#\s]*)+/?)(?:[?#]\S*)?`;
const host = String.raw`(?:[^@\s]*@)?([^\s@:\[\]<>|^%]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?`;

export function urlSql({ acceptedProtocols, acceptedDomains }: Extract<Meaning, { is: 'url' }>, text: string): Meant {
  const at = (group: number): string => `regexp_extract(${text}, ${quoteText(form)}, ${group})`;
  const name = `lower(regexp_extract(${at(2)}, ${quoteText(`^${host}$`)}, 1))`;
  const tests = [
    `regexp_matches(${text}, ${quoteText(form)})`,
    `regexp_full_match(${at(2)}, ${quoteText(host)})`,
    ...(acceptedProtocols === undefined
      ? []
      : [`lower(${at(1)}) in (${acceptedProtocols.map((one) => quoteText(one.toLowerCase())).join(', ')})`]),
    ...(acceptedDomains === undefined ? [] : [named('h', name, `(${acceptedDomains.map(ofDomain).join(' or ')})`)]),
  ];
  const written = `lower(${at(1)}) || '://' || lower(${at(2)}) || ${path(at(3))} || ${at(4)}`;
  const read = `when ${tests.join(' and ')} then ${written}`;
  const isAny = acceptedProtocols === undefined && acceptedDomains === undefined;
  return { result: `case ${isAny ? `when regexp_full_match(${text}, ${quoteText(usual)}) then ${text} ` : ''}${read} end` };
}

/** The host itself, a name below it, or one that is it with whatever behind the last point. */
function ofDomain(domain: string): string {
  const known = domain.toLowerCase().replace(/^\.+/, '');
  const under = `h = ${quoteText(known)} or ends_with(h, ${quoteText(`.${known}`)})`;
  const bare = `regexp_replace(h, '\\.[^.]+$', '')`;
  return known.includes('.')
    ? `(${under})`
    : `(${under} or ${bare} = ${quoteText(known)} or ends_with(${bare}, ${quoteText(`.${known}`)}))`;
}

/** `/a//./b/../c` → `/a/c` */
function path(text: string): string {
  const steps = `list_filter(string_split(replace(${text}, '\\', '/'), '/'), lambda s: s not in ('', '.'))`;
  const walked = `list_reduce(list_prepend([''], list_transform(${steps}, lambda s: [s])), lambda a, s: case when s[1] = '..' then case when len(a) > 1 then a[:-2] else a end else list_concat(a, s) end)`;
  const end = `case when regexp_matches(${text}, '(/|/\\.\\.?)$') and len(w) > 1 then '/' else '' end`;
  return named('w', walked, `case when len(w) = 1 then '/' else array_to_string(w, '/') || ${end} end`);
}
