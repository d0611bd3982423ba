import { z } from 'zod';
import { deleteGrants } from '../../store/grants.ts';
import { deletePipeline, lockPipeline } from '../../store/pipelines.ts';
import { outputFiles } from '../../store/run-outputs.ts';
import { discardFile } from '../files/store.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from './pipeline.ts';

export const discardPipeline = defineOperation({
  name: 'pipelines.discard',
  summary: 'Delete a pipeline with its runs and the files that they have made; one that is still at work loses its lease',
  scope: 'pipelines:write',
  access: { level: 'manage' },
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({}),
  async run(context, { pipeline }) {
    const { db, workspace, clock } = context;
    const { id } = await requirePipeline(context, pipeline);
    await db.tx(async (tx) => {
      await lockPipeline(tx, workspace, id);
      for (const file of await outputFiles(tx, workspace, id)) await discardFile({ db: tx, clock }, workspace, file);
      await deletePipeline(tx, workspace, id);
      await deleteGrants(tx, workspace, id);
    });
    return {};
  },
});
