/** Requests as routes see them, over those that the server hands us. */
import { HeadgateError } from '../domain/error.ts';
import { within } from '../operations/patience.ts';
import type { Incoming } from './dialect.ts';
import { requireText } from './text.ts';
import { grouped } from '../domain/count.ts';

interface Reading {
  /** Bytes of a body that is read as a whole. */
  readonly limit: number;
  readonly requestId: string;
  /** Ours as clients see it; absent = as the request says. */
  readonly origin?: string | undefined;
  /** The body's bytes by a shorter way; absent = those of the request. */
  readonly body?: (() => AsyncIterable<Uint8Array>) | undefined;
}

/** Milliseconds that a body may take that is read as a whole. */
const patience = 60_000;
const late = (): HeadgateError => new HeadgateError('request.invalid', 'the body does not come to its end');

export function incomingOf(raw: Request, params: Incoming['params'], { limit, requestId, origin, body }: Reading): Incoming {
  let text: Promise<string> | undefined;
  const read = async (): Promise<string> => await (text ??= within(patience, textOf(limited(raw, limit)), late));
  const json: Incoming['json'] = async (parse) => checked(parsed(await read(), parse));
  return {
    params,
    url: origin === undefined ? new URL(raw.url) : new URL(raw.url.replace(/^\w+:\/\/[^/?#]*/, origin)),
    headers: raw.headers,
    requestId,
    head: raw.method === 'HEAD',
    json,
    fields: async (parse) => {
      const form = /^application\/x-www-form-urlencoded\b/i.test(raw.headers.get('content-type') ?? '');
      return form ? checked(Object.fromEntries(new URLSearchParams(await read()))) : await json(parse);
    },
    bytes: (most) => limited(raw, most, body),
  };
}

function checked(value: unknown): unknown {
  requireText(value);
  return value;
}

function parsed(text: string, parse: (text: string) => unknown = JSON.parse): unknown {
  if (text === '') return undefined;
  try {
    return parse(text);
  } catch {
    throw new HeadgateError('request.invalid', 'the body is no JSON');
  }
}

/** The body, which fails behind `limit` bytes; at once where its own header says that it is longer. */
function limited(raw: Request, limit: number, body?: () => AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const tooLarge = (): HeadgateError => new HeadgateError('request.large', `the body is larger than ${grouped(limit)} bytes`);
  if (Number(raw.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  if (limit === Number.POSITIVE_INFINITY && body) return body();
  async function* counted(): AsyncGenerator<Uint8Array> {
    let size = 0;
    for await (const chunk of body?.() ?? raw.body ?? []) {
      size += chunk.byteLength;
      if (size > limit) throw tooLarge();
      yield chunk;
    }
  }
  return counted();
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return new TextDecoder().decode(Buffer.concat(chunks));
}
