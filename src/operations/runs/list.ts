import { z } from 'zod';
import { listRuns as list } from '../../store/runs.ts';
import { readerOf } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';
import { runStates, runView, show } from './run.ts';

export const listRuns = defineOperation({
  name: 'runs.list',
  summary: 'List runs, the newest first',
  scope: 'runs:read',
  access: { filters: true },
  input: z.strictObject({ ...pageInput, pipeline: z.string().optional(), state: z.enum(runStates).optional() }),
  output: pageOf(runView),
  async run(context, { pipeline, state, cursor, limit }) {
    const id = pipeline === undefined ? undefined : (await requirePipeline(context, pipeline)).id;
    return page(
      await list(context.db, context.workspace, { pipeline: id, state, reader: readerOf(context) }, limit + 1, cursor),
      limit,
      show,
    );
  },
});
