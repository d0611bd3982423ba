import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { flowSpecs, pipelineStates, scheduleSpec } from '../../domain/pipeline.ts';
import { retrySpec } from '../../domain/retry.ts';
import { findPipeline, type PipelineRow } from '../../store/pipelines.ts';
import type { OpContext } from '../operation.ts';

export const priority = z
  .number()
  .int()
  .min(-100)
  .max(100)
  .default(0)
  .meta({ description: 'Where more runs wait than can work, the higher goes first' });

export const pipelineView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  state: z.enum(pipelineStates),
  source: z.string(),
  destination: z.string(),
  flows: flowSpecs,
  schedule: scheduleSpec,
  next_due_at: z.iso.datetime().nullable(),
  last_due_at: z.iso.datetime().nullable(),
  retry: retrySpec,
  priority,
  version: z.number().int(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

export function show(row: PipelineRow): z.input<typeof pipelineView> {
  const { id, slug, name, state, version } = row;
  return {
    id,
    slug,
    name,
    state,
    source: row.source_id,
    destination: row.destination_id,
    // Checked when they were stored; what a later version adds gets its default here.
    flows: flowSpecs.parse(row.flows),
    schedule: scheduleSpec.parse(row.schedule),
    next_due_at: row.next_due_at?.toISOString() ?? null,
    last_due_at: row.last_due_at?.toISOString() ?? null,
    retry: retrySpec.parse(row.retry),
    priority: row.priority,
    version,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requirePipeline({ db, workspace }: OpContext, ref: string): Promise<PipelineRow> {
  const row = await findPipeline(db, workspace, ref);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such pipeline');
}
