/** How often clients may ask, counted by each process for itself. */
import { HeadgateError } from '../../../domain/error.ts';
import { usualImportLimits, type ImportLimits } from '../../../domain/import-limits.ts';
import type { RouteContext } from '../../dialect.ts';
import { RateLimit } from '../../rate.ts';
import { Refused } from '../../refusal.ts';

type Turn = 'creates' | 'polls';

/** By the limits that a server was started with. */
const buckets = new WeakMap<ImportLimits, Readonly<Record<Turn, RateLimit>>>();

export const limitsOf = ({ importLimits = usualImportLimits }: RouteContext): ImportLimits => importLimits;
export const linkSecondsOf = (context: RouteContext): number => limitsOf(context).linkSeconds;

/** `of`: what is asked for, where each has a count of its own. Throws Refused with `request.limit`. */
export function requireTurn(context: RouteContext, turn: Turn, of = ''): void {
  const limits = limitsOf(context);
  if (limits[turn] === 0) return;
  const ticks = (): number => performance.now();
  const all = buckets.get(limits) ?? {
    creates: new RateLimit(limits.creates, ticks),
    polls: new RateLimit(limits.polls, ticks),
  };
  buckets.set(limits, all);
  const { allowed, retryAfter } = all[turn].take(`${context.workspace}/${context.actor.id}/${of}`);
  if (allowed) return;
  const error = new HeadgateError('request.limit', `this key may ask ${limits[turn]} times a minute for this`);
  throw new Refused('rate', error, Math.max(1, retryAfter));
}
