/** The kinds of fields that several bodies share. */
import { z } from 'zod';

/** Chosen by the client; capitals count. */
export const slug = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'digits, letters, _ and - only')
  .max(200);

export const label = z.string().min(1).max(1000);

const form = /^(\d{4}-\d\d-\d\dT)(\d\d:\d\d:\d\d(?:\.\d{1,9})?)(Z|[+-]\d\d:\d\d)$/i;

/**
 * The clean text of a timestamp, in UTC; undefined for what is none. A colon right behind the T stands in the vendor's own
 * samples and is read as if it were absent.
 */
export function cleanTimestamp(text: string): string | undefined {
  const match = form.exec(text.replace(/^(\d{4}-\d\d-\d\dT):/i, '$1'));
  const [, date = '', time = '', zone = ''] = match ?? [];
  const whole = `${date}${time}${zone}`.toUpperCase();
  if (!match || !z.iso.datetime({ offset: true }).safeParse(whole).success) return undefined;
  return zone.toUpperCase() === 'Z' ? whole : new Date(whole).toISOString().replace('.000Z', 'Z');
}

export const timestamp = z.string().transform((text, context) => {
  const clean = cleanTimestamp(text);
  if (clean !== undefined) return clean;
  context.addIssue({ code: 'custom', message: 'a timestamp like 2022-10-30T11:00:16Z' });
  return z.NEVER;
});

/** Milliseconds since 1970. */
export const instantOf = (clean: string): number => Date.parse(clean);

/** JSON merge: objects named here are merged by their keys, all else is replaced; null takes a field away. Pure. */
export function merged(
  before: object,
  changes: Readonly<Record<string, unknown>>,
  nested: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  const had: Readonly<Record<string, unknown>> = { ...before };
  const all = Object.entries(changes).map(([name, value]) => {
    const old = had[name];
    return [name, nested.includes(name) && isObject(old) && isObject(value) ? merged(old, value) : value] as const;
  });
  return Object.fromEntries(Object.entries({ ...had, ...Object.fromEntries(all) }).filter(([, value]) => value !== null));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a change of a part may hold is known once it is merged. */
export const changes = z.record(z.string(), z.json());

const problem = z.object({ message: z.string() });
export const problems = z.array(problem);

export const auditFields = {
  created_on: z.string(),
  created_by: z.string(),
  last_modified_on: z.string().nullable(),
  last_modified_by: z.string().nullable(),
};
