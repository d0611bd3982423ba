/** Absolute URLs, as the WHATWG's parser of Node reads them. Loaded in a thread only: the list of public suffixes is large. Pure. */
import { parse } from 'tldts';
import type { Look, UrlMeaning } from './looked.ts';

/** Undefined = none, or none that is accepted. Superfluous slashes go, which the standard keeps (contract section 7). */
export function urlOf(text: string, { acceptedProtocols, acceptedDomains }: UrlMeaning): Look | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.host !== '') url.pathname = url.pathname.replaceAll(/\/{2,}/g, '/');
  const isOf = (protocol: string): boolean => `${protocol.toLowerCase()}:` === url.protocol;
  if (acceptedProtocols !== undefined && !acceptedProtocols.some(isOf)) return undefined;
  if (acceptedDomains !== undefined && !acceptedDomains.some((domain) => isBelow(url.hostname, domain))) return undefined;
  return { result: url.href, shown: text };
}

/** The host itself, a name below it, or the one that somebody registered without what it was registered under. */
function isBelow(host: string, domain: string): boolean {
  const known = domain.toLowerCase().replace(/^\.+/, '');
  return host === known || host.endsWith(`.${known}`) || parse(host).domainWithoutSuffix === known;
}
