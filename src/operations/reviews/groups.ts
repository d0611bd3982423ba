/** Many problems at once: those that are the same, texts without an option, and what replacing would do. */
import { z } from 'zod';
import { own } from '../../domain/own.ts';
import { dateChoice } from '../../review/choices.ts';
import { edit } from '../../review/edit.ts';
import type { Group } from '../../review/groups.ts';
import type { Foreseen } from '../../review/foresee.ts';
import type { EditLimits } from '../../review/limits.ts';
import type { Ports } from '../operation.ts';
import { withReview, type Reviewed } from './open.ts';
import { editOf, type SentReplacement } from './sent.ts';

const counted = z.object({ value: z.string(), count: z.number() });

export const groupShape = z.object({
  column: z.string(),
  level: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  count: z.number(),
  values: z.array(counted),
  suggestion: z.object({ kind: z.string(), label: z.string(), count: z.number() }).exactOptional(),
});

export const foreseenShape = z.object({
  count: z.number(),
  samples: z.array(z.object({ row: z.number(), column: z.string(), before: z.string(), after: z.string() })),
});

export const valuesShape = z.object({
  values: z.array(z.object({ text: z.string(), count: z.number(), value: z.string().nullable() })),
});

const reading = z.object({
  order: z.enum(['day', 'month']),
  samples: z.array(z.object({ before: z.string(), after: z.string() })),
});

export const datesShape = z.object({
  dates: z.array(z.object({ field: z.string(), choice: dateChoice.nullable(), readings: z.array(reading) })),
});

/** How those of a field are read, as somebody says. */
export const saidDates = z.object({ field: z.string().max(10_000), order: dateChoice });

/** Fields whose days are read only as somebody agrees to. */
export async function listDates(ports: Ports, reviewed: Reviewed): Promise<z.input<typeof datesShape>> {
  const found = await withReview(ports, reviewed, async (review) => await review.dates(reviewed.task.unfixed));
  const out = found.map(({ field, choice, readings }) => {
    const ways = readings.map(({ order, samples }) => ({ order, samples: samples.map((one) => ({ ...one })) }));
    return { field, choice, readings: ways };
  });
  return { dates: out };
}

export async function listGroups(ports: Ports, reviewed: Reviewed): Promise<readonly Group[]> {
  return await withReview(ports, reviewed, async (review) => await review.groups());
}

/** Throws `request.invalid`, `object.missing` for a view that is no more. */
export async function foreseeReplacing(
  ports: Ports,
  reviewed: Reviewed,
  limits: EditLimits,
  sent: SentReplacement,
): Promise<Foreseen> {
  return await withReview(ports, reviewed, async (review) => {
    const wanted = edit.parse(await editOf(review, sent, limits));
    return wanted.kind === 'replace' ? await review.foresee(wanted) : { count: 0, samples: [] };
  });
}

/** Texts that mean no option, and those that somebody has said the meaning of. */
export async function textsWithoutOption(
  ports: Ports,
  reviewed: Reviewed,
  field: string,
): Promise<z.input<typeof valuesShape>['values']> {
  return await withReview(ports, reviewed, async (review) => {
    const said = Object.entries(own(review.choices.values, field) ?? {}).filter(([, value]) => value !== null);
    const unknown = await review.unknownTexts(field);
    return [
      ...said.map(([text, value]) => ({ text, count: 0, value })),
      ...unknown
        .filter(({ value }) => !said.some(([text]) => text === value))
        .map(({ value, count }) => ({ text: value, count, value: null })),
    ];
  });
}
