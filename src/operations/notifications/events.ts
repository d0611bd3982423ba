import { z } from 'zod';
import { listEvents as list, type EventRow } from '../../store/events.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { eventKind } from './subscription.ts';

const eventView = z.object({
  id: z.string(),
  type: z.string(),
  at: z.iso.datetime(),
  pipeline: z.string().nullable(),
  run: z.string().nullable(),
  data: z.record(z.string(), z.json()),
});

export const listEvents = defineOperation({
  name: 'events.list',
  summary: 'List what has happened, the newest first, whether anybody was told or not',
  scope: 'notifications:read',
  input: z.strictObject({ ...pageInput, type: eventKind.optional(), pipeline: z.string().optional() }),
  output: pageOf(eventView),
  async run(context, { cursor, limit, type, pipeline: ref }) {
    const pipeline = ref === undefined ? undefined : (await requirePipeline(context, ref)).id;
    return page(await list(context.db, context.workspace, { kind: type, pipeline }, limit + 1, cursor), limit, show);
  },
});

function show({ id, kind, at, pipeline_id, run_id, body }: EventRow): z.input<typeof eventView> {
  // Written by us in this form.
  const { data } = JSON.parse(body) as { readonly data: Record<string, z.core.util.JSONType> };
  return { id, type: kind, at: at.toISOString(), pipeline: pipeline_id, run: run_id, data };
}
