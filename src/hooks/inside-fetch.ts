/** Evaluated in the interpreter (see inside.ts): `fetch`, which our other half makes true. */
import { isObject, type Fields } from './inside-cells.ts';

declare const parse: (text: string) => unknown;
declare const stringify: (value: unknown) => string;
/** Hands a request on; a text that is not empty says why not. */
declare const want: (request: string) => string;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** Those that were handed on, in order. */
declare const waiting: Waiting[];

/** As JSON that our other half judges. */
export function requestOf(address: unknown, options: unknown): string {
  const given = isObject(options) ? options : {};
  const { method = 'GET', headers = {}, body = null, redirect = 'follow' } = given;
  if (body !== null && typeof body !== 'string') throw new TypeError('fetch: the body of a request is a text');
  const pairs = Array.isArray(headers) ? (headers as unknown[][]) : Object.entries(headers as Fields); // of pairs, or it fails
  const texts = pairs.map(([name, value]) => [String(name), String(value)]);
  return stringify({ method: String(method).toUpperCase(), url: String(address), headers: texts, body, redirect });
}

export function responseOf(answer: Fields): Fields {
  const { status, statusText, url, redirected, headers, body } = answer as unknown as {
    readonly status: number;
    readonly statusText: string;
    readonly url: string;
    readonly redirected: boolean;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  }; // our other half wrote it
  const found = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return {
    ok: status >= 200 && status <= 299,
    status,
    statusText,
    url,
    redirected,
    headers: {
      get: (name: unknown) => found.get(String(name).toLowerCase()) ?? null,
      has: (name: unknown) => found.has(String(name).toLowerCase()),
      forEach: (each: (value: string, name: string) => void) => found.forEach((value, name) => each(value, name)),
      entries: () => found.entries(),
    },
    text: async () => body,
    json: async () => parse(body),
  };
}

export async function fetch(address: unknown, options: unknown): Promise<unknown> {
  const refusal = want(requestOf(address, options));
  if (refusal !== '') throw new TypeError(`fetch: ${refusal}`);
  return await new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
  });
}

/** What has become of the first of those that wait. */
export async function hear(_hook: unknown, answersText: string): Promise<void> {
  const answers = parse(answersText) as readonly string[]; // our other half wrote it
  for (let at = 0; at < answers.length; at++) {
    const answer = parse(answers[at] ?? '') as Fields; // likewise
    const one = waiting.shift();
    if (typeof answer['error'] === 'string') one?.reject(new TypeError(answer['error']));
    else one?.resolve(responseOf(answer));
  }
}
