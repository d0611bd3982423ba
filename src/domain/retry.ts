/** What happens after an attempt that failed. Pure. */
import { z } from 'zod';
import { codes, type ErrorCode } from './codes.ts';

export const retrySpec = z.strictObject({
  attempts: z.number().int().min(1).max(100).default(4).meta({ description: 'Of one run, the first one included' }),
  first_seconds: z
    .number()
    .int()
    .min(1)
    .max(86_400)
    .default(15)
    .meta({ description: 'Wait before the second attempt; it doubles' }),
  max_seconds: z.number().int().min(1).max(604_800).default(900),
  waits: z
    .array(z.number().int().min(1).max(604_800))
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'Exact seconds before the second attempt, the third …, instead of those; the last one repeats' }),
});

export type RetryPolicy = z.output<typeof retrySpec>;

/**
 * Milliseconds until the next attempt; undefined = there is none. `failures` counts the one that just happened, `random` is
 * from 0 to 1: waits lie between half of the full one and all of it, so that what failed together does not return together.
 */
export function retryDelay(policy: RetryPolicy, failures: number, errors: readonly string[], random: number): number | undefined {
  if (failures >= policy.attempts || !errors.some(mayPass)) return undefined;
  const exact = policy.waits?.[Math.min(failures, policy.waits.length) - 1];
  if (exact !== undefined) return exact * 1000;
  const full = Math.min(policy.max_seconds, policy.first_seconds * 2 ** (failures - 1));
  return full * 1000 * (0.5 + random / 2);
}

const mayPass = (code: string): boolean => isCode(code) && codes[code].retry === 'later';

const isCode = (code: string): code is ErrorCode => Object.hasOwn(codes, code);
