/** Requests that hooks make of the network: which hosts an operator lets them reach, and what a request may be. Pure. */
import { z } from 'zod';

/** `api.example.com`, `*.example.com` or `10.1.2.3:8080`; without a port the usual one of http or https. */
export interface HostRule {
  readonly host: string;
  /** All names below it, and not itself. */
  readonly below: boolean;
  readonly port: string;
}

/** Undefined for what is no list of hosts. */
export function parseHosts(text: string): readonly HostRule[] | undefined {
  const rules: HostRule[] = [];
  for (const part of text.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [, star, rest = ''] = /^(\*\.)?([^*/?#@\s\\]+)$/.exec(part) ?? [];
    if (rest === '' || !URL.canParse(`http://${rest}/`)) return undefined;
    const { hostname: host, port } = new URL(`http://${rest}/`);
    rules.push({ host, below: star !== undefined, port });
  }
  return rules;
}

const ports: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/** Where a request would go: an address of http(s) without a user, on one of these hosts. A text says why not. */
export function judgeAddress(text: string, rules: readonly HostRule[]): URL | string {
  if (!URL.canParse(text)) return 'its address is none';
  const url = new URL(text);
  const usual = ports[url.protocol];
  if (usual === undefined) return 'only http and https are there';
  if (url.username !== '' || url.password !== '') return 'an address has no user and no password here';
  const isMeant = ({ host, below, port }: HostRule): boolean =>
    (below ? url.hostname.endsWith(`.${host}`) : url.hostname === host) &&
    (port === '' ? url.port === '' : (url.port || usual) === port);
  return rules.some(isMeant) ? url : `this server does not let hooks reach ${url.host}`;
}

/** Those that say where a request goes, how it is framed, or who sends it, are not for whoever writes a hook. */
const forbidden =
  /^(?:host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|accept-encoding|via|forwarded|(?:proxy|sec|x-forwarded)-.*)$/i;

const header = z.tuple([
  z
    .string()
    .max(200)
    .regex(/^[!#$%&'*+.^`|~\w-]+$/, 'the name of a header')
    .refine((name) => !forbidden.test(name), 'a header that hooks may send'),
  z
    .string()
    .max(8000)
    .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'one line of Latin characters'),
]);

/** Of one request, in characters. */
const longestBody = 2 ** 18;

export const fetchAsked = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
  url: z.string().max(8000),
  headers: z.array(header).max(64),
  body: z.string().max(longestBody).nullable(),
  redirect: z.enum(['follow', 'error', 'manual']),
});

export type FetchAsked = z.output<typeof fetchAsked>;

export interface FetchAnswer {
  readonly status: number;
  readonly statusText: string;
  /** Where the answer came from in the end. */
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

export interface FetchLimits {
  /** Of all of it, redirects included, in ms. */
  readonly ms: number;
  /** Of the answer. */
  readonly bytes: number;
}

/** One request. What it throws is told to the hook: messages hold nothing that is not the hook's own. */
export type HookFetch = (asked: FetchAsked, limits: FetchLimits, signal: AbortSignal) => Promise<FetchAnswer>;

/** The request that a redirect asks for: browsers have settled on this. */
export function redirected(asked: FetchAsked, from: URL, to: URL, status: number): FetchAsked {
  const { method, headers, body } = asked;
  const becomesGet = (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST');
  // What proves who asks is for the host that it was written for.
  const kept = headers.filter(
    ([name]) =>
      !(from.origin !== to.origin && /^(?:authorization|cookie|.*(?:key|token|secret).*)$/i.test(name)) &&
      !(becomesGet && /^content-/i.test(name)),
  );
  return { ...asked, url: to.href, headers: kept, ...(becomesGet ? { method: 'GET', body: null } : { body }) };
}
