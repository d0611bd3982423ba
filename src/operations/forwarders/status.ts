import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { forwardLabels } from '../../domain/forward.ts';
import { findForward } from '../../store/forwards.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';

export const forwardStatus = defineOperation({
  name: 'forwards.get',
  summary: 'Tell how far the events and users of a pipeline have been posted on',
  scope: 'pipelines:read',
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({
    forwarder: z.string(),
    labels: forwardLabels,
    sent: z.number().int().meta({ description: 'Batches that were accepted; one that was repeated counts once' }),
    sent_at: z.iso.datetime().nullable(),
    due_at: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When the next request is made; null: everything there was is posted' }),
    failures: z.number().int().meta({ description: 'Since the last request that was accepted' }),
    error: z.string().nullable().meta({ description: 'The code of what went wrong with the last one' }),
  }),
  async run(context, { pipeline }) {
    const { id } = await requirePipeline(context, pipeline);
    const row = await findForward(context.db, context.workspace, id);
    if (!row) throw new HeadgateError('object.missing', 'this pipeline has no forwarder');
    return {
      forwarder: row.forwarder_id,
      labels: row.labels,
      sent: Number(row.sent),
      sent_at: row.sent_at?.toISOString() ?? null,
      due_at: row.due_at?.toISOString() ?? null,
      failures: row.failures,
      error: row.error,
    };
  },
});
