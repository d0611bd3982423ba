/**
 * What the language of hooks does not bring and Node has: done here, outside the interpreter, for functions inside it (inside-*.ts).
 * Texts come in and a text goes out, each with its longest; whoever wrote them, nothing is kept but a few formatters. Pure, but for chance.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Call, Made } from './call.ts';
import { caseOf, formatterOf, localesAnswer } from './outside-intl.ts';
import { addressOf } from './outside-url.ts';

/** What a call gives, in UTF-16 units of JSON: `maker` and `call` together, and the reply. */
export const longestCall = 2 ** 18;
const longestMaker = 2 ** 12;
const longestReply = 2 ** 20;
/** Kept for the next call with the same locale and options: to make one takes as long as to use it a hundred times. */
const mostMade = 32;
/** What was made holds memory that the garbage collector does not see: after so many it is called. */
const madeBetween = 500;
const mostRandomBytes = 65_536;

const makers: Readonly<Record<string, (given: readonly unknown[]) => Made>> = {
  url: () => addressOf,
  random: () => randomOf,
  uuid: () => () => randomUUID(),
  case: caseOf,
  locales: localesAnswer,
  intl: formatterOf,
};

const made = new Map<string, Made>();
let news = 0;

/**
 * `maker`: JSON of what does it, with its settings; `call`: JSON of the arguments. The reply is JSON, of `[value]` or of
 * `[null, name, message, code]` of an error. Never throws.
 */
export function replyTo(maker: string, call: string): string {
  try {
    const args: unknown = JSON.parse(call);
    if (!isCall(args)) throw new TypeError('a call is a list of texts');
    const reply = JSON.stringify([madeOf(maker)(args)]);
    if (reply.length > longestReply) throw new RangeError('the result is too long');
    return reply;
  } catch (error) {
    return refusalOf(error);
  }
}

export function refusalOf(error: unknown): string {
  const name = error instanceof RangeError ? 'RangeError' : 'TypeError';
  const message = error instanceof Error ? error.message.slice(0, 500) : '';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return JSON.stringify([null, name, message, code]);
}

/** The one used last stands last; the first goes. */
function madeOf(maker: string): Made {
  const known = made.get(maker);
  if (known) made.delete(maker);
  const one = known ?? newOf(maker);
  made.set(maker, one);
  const [oldest] = made.keys();
  if (made.size > mostMade && oldest !== undefined) made.delete(oldest);
  return one;
}

function newOf(maker: string): Made {
  if (maker.length > longestMaker) throw new RangeError('locales and options are too long');
  const given: unknown = JSON.parse(maker);
  const [kind, ...settings] = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const make = typeof kind === 'string' && Object.hasOwn(makers, kind) ? makers[kind] : undefined;
  if (!make) throw new TypeError('nothing does that');
  news += 1;
  if (news % madeBetween === 0) gc?.();
  return make(settings);
}

function isCall(args: unknown): args is Call {
  const isText = (arg: unknown): boolean => typeof arg === 'string';
  return Array.isArray(args) && args.every((arg: unknown) => isText(arg) || (Array.isArray(arg) && arg.every(isText)));
}

/** In hexadecimal digits. */
function randomOf([count]: Call): string {
  const bytes = Number(count);
  if (!(bytes >= 0 && bytes <= mostRandomBytes)) throw new RangeError(`at most ${mostRandomBytes} bytes at a time`);
  return randomBytes(bytes).toString('hex');
}
