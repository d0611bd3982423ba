/** A data model: its body, and how it is answered. */
import { z } from 'zod';
import { modelProblems } from '../../../domain/model-sql.ts';
import { auditFields, label, problems, slug } from './fields.ts';
import type { Stored } from './objects.ts';

const states = z.enum(['new', 'active', 'inactive']);

const query = z
  .string()
  .min(1)
  .max(100_000)
  .superRefine((sql, context) => {
    for (const message of modelProblems(sql)) context.addIssue({ code: 'custom', message });
  })
  .meta({ description: 'One SELECT', example: 'SELECT email, last_updated FROM shop.public.customers' });

export const modelBody = z.object({
  id: slug,
  name: label,
  state: states,
  type: z.literal('sql'),
  config: z.object({ sql_query: query }),
});

export type ModelBody = z.output<typeof modelBody>;
export const modelView = z.object({
  id: z.string(),
  name: z.string(),
  state: states,
  status: z.enum(['valid', 'invalid']),
  errors: problems,
  type: z.literal('sql'),
  config: z.object({ sql_query: z.string() }),
  ...auditFields,
});

export function show({ id, body, audit }: Stored<ModelBody>, fault: string | undefined): z.input<typeof modelView> {
  const { name, state, type, config } = body;
  return {
    id,
    name,
    state,
    status: fault === undefined ? 'valid' : 'invalid',
    errors: fault === undefined ? [] : [{ message: fault }],
    type,
    config,
    ...audit,
  };
}
