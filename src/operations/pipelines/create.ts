import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import { flowSpecs, scheduleSpec } from '../../domain/pipeline.ts';
import { retrySpec } from '../../domain/retry.ts';
import { insertPipeline } from '../../store/pipelines.ts';
import { requireConnection } from '../connections/connection.ts';
import { defineOperation } from '../operation.ts';
import { slug, slugOf } from '../slug.ts';
import { settledFlows } from './flows.ts';
import { pipelineView, priority, show } from './pipeline.ts';
import { plannedSchedule } from './schedule.ts';

export const createPipeline = defineOperation({
  name: 'pipelines.create',
  summary: 'Create a pipeline',
  scope: 'pipelines:write',
  access: { creates: 'pipeline', objects: { source: 'read', destination: 'write' } },
  input: z.strictObject({
    name: z.string().min(1).max(200),
    slug: slug.optional(),
    source: z.string().meta({ description: 'A connection, by id or slug' }),
    destination: z.string().meta({ description: 'A connection, by id or slug' }),
    flows: flowSpecs,
    schedule: scheduleSpec.default({ kind: 'manual' }),
    retry: retrySpec.prefault({}),
    priority,
    state: z.enum(['active', 'paused']).default('active'),
  }),
  output: pipelineView,
  async run(context, { name, slug: wanted, source, destination, flows, schedule, state, retry, priority }) {
    const [from, into] = [await requireConnection(context, source), await requireConnection(context, destination)];
    const id = newId('pipeline');
    const row = await insertPipeline(context.db, context.workspace, {
      id,
      slug: wanted ?? slugOf(name),
      name,
      state,
      source_id: from.id,
      destination_id: into.id,
      flows: (await settledFlows(context, { flows, source: from.id })) as Json, // checked by its schema: nothing but JSON
      retry: retry as Json, // the same
      priority,
      ...(await plannedSchedule(context, { id, schedule, state })),
    });
    return show(row);
  },
});
