import { z } from 'zod';
import { runTask } from '../../domain/run.ts';
import { arrangePipeline as arrange } from '../../store/pipelines.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from './pipeline.ts';

export const arrangePipeline = defineOperation({
  name: 'pipelines.arrange',
  summary: 'Say how runs of a pipeline begin by themselves, and what they do',
  scope: 'pipelines:write',
  input: z.strictObject({
    pipeline: z.string(),
    task: runTask.optional().meta({ description: 'Absent: its flows' }),
    alone: z.boolean().default(false).meta({ description: 'What falls due while a run has not ended is left out' }),
    due: z.iso.datetime({ offset: true }).optional().meta({ description: 'Once, instead of what its schedule says' }),
  }),
  output: z.object({}),
  async run(context, { pipeline, task, alone, due }) {
    const { id } = await requirePipeline(context, pipeline);
    await arrange(context.db, context.workspace, id, {
      task: task ?? null,
      alone,
      due: due === undefined ? undefined : new Date(due),
    });
    return {};
  },
});
