/** URLs that are written as they are delivered, which is nearly all of them: SQL finds them. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';
import type { UrlMeaning } from './looked.ts';
import type { Meant } from './meant.ts';

/**
 * A part of what `urlOf` leaves as it is: no port, no number or Punycode as a host, no empty step, none that begins with a point or an
 * escape, and no sign that is escaped anywhere.
 */
export const usualUrl = String.raw`https?://[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)*\.[a-z]+(?:/|(?:/[\w~!$&()*+,;=:@-][\w~!$&()*+,;=:@.%-]*)+/?)(?:\?[\w~!$&()*+,;=:@.%/?-]*)?(?:#[\w~!$&()*+,;=:@.%/?-]*)?`;

const isUsual = (text: string): string => `regexp_full_match(${text}, ${quoteText(usualUrl)})`;

const takesAll = ({ acceptedProtocols, acceptedDomains }: UrlMeaning): boolean =>
  acceptedProtocols === undefined && acceptedDomains === undefined;

/** Which texts have to be looked at. */
export const oddUrl = (meaning: UrlMeaning, text: string): string => (takesAll(meaning) ? `not ${isUsual(text)}` : 'true');

/** `table` = what was found of those, by `openKnown`. */
export function urlSql(meaning: UrlMeaning, text: string, table: string): Meant {
  const looked = `(select any_value(r) from ${table} where t = ${text})`;
  return { result: takesAll(meaning) ? `case when ${isUsual(text)} then ${text} else ${looked} end` : looked };
}
