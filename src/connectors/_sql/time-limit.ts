import { z } from 'zod';

/** How long a source's server may work on one read: `30min`; a bare number is milliseconds, 0 = as long as it takes. */
export const timeLimit = z
  .string()
  .regex(/^\d{1,9} ?(?:ms|s|min|h|d)?$/, 'a time like 30min')
  .default('0')
  .meta({ title: 'Time limit of a read', example: '30min', advanced: true });

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Of a text that is one; for servers that have no units of their own. */
export function milliseconds(limit: string): number {
  const [, count = '0', unit = 'ms'] = /^(\d+) ?(\w+)?$/.exec(limit) ?? [];
  return Number(count) * (units[unit] ?? 1);
}
