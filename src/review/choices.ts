/** What a person has decided about a file before its rows are looked at: plain data, part of the log of edits. */
import { z } from 'zod';

/** Which comes first where days are numbers; `keep`: they are days only where they stand as they are shown. */
export const dateChoice = z.enum(['day', 'month', 'keep']);
export type DateChoice = z.output<typeof dateChoice>;

export const choices = z.object({
  sheet: z.string().nullable().default(null),
  /** The row of names, from 0. */
  header: z.number().int().min(0).nullable().default(null),
  /** Column of the file → key of a field, null = none; absent = as it matches by itself. */
  mapping: z.record(z.string(), z.string().nullable()).nullable().default(null),
  /** Columns that become fields of their own; null = as it is usual for the import. */
  custom: z.array(z.int().min(0)).nullable().default(null),
  /** Field → text as it stands in the file → the value that is meant, null = it stays as it is. */
  values: z.record(z.string(), z.record(z.string(), z.string().nullable())).default({}),
  /** Field → how its days are read. */
  dates: z.record(z.string(), dateChoice).default({}),
});

export type Choices = z.output<typeof choices>;

export const noChoices: Choices = choices.parse({});
