/** Amounts of time as people write them: `15m`, `36h`, `2w`. */
import { z } from 'zod';

const units = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 } as const;
const isUnit = (text: string): text is keyof typeof units => Object.hasOwn(units, text);

/** Milliseconds; days have 24 hours, years 365 days. NaN for what is no duration. */
export function durationMs(text: string): number {
  const unit = text.slice(-1);
  return isUnit(unit) && /^\d{1,9}.$/.test(text) ? Number(text.slice(0, -1)) * units[unit] * 1000 : Number.NaN;
}

const longest = durationMs('100y');

export const duration = z
  .string()
  .refine((text) => durationMs(text) <= longest, 'a number with s, m, h, d, w or y, at most 100y')
  .meta({ example: '15m' });
