import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { readStreamName } from '../../engine/streams.ts';
import { canForget } from '../../sdk/index.ts';
import { deletePipeline as remove, followersOf, lockPipeline, type PipelineRow } from '../../store/pipelines.ts';
import { deleteGrants } from '../../store/grants.ts';
import { receiptsOf, tablesOfOthers } from '../../store/runs.ts';
import { outwardError } from '../connections/outward.ts';
import { requireGrant } from '../access.ts';
import { silent } from '../log.ts';
import { defineOperation, type OpContext } from '../operation.ts';
import { enterRoom } from '../room.ts';
import { endsOf } from './ends.ts';
import { requirePipeline } from './pipeline.ts';

export const deletePipeline = defineOperation({
  name: 'pipelines.delete',
  summary: 'Delete a pipeline with its runs; `data=drop` drops the tables that it wrote, too',
  scope: 'pipelines:write',
  access: { level: 'manage' },
  input: z.strictObject({
    pipeline: z.string(),
    data: z.enum(['keep', 'drop']).default('keep').meta({ description: 'What happens to the tables that it wrote' }),
  }),
  output: z.object({}),
  async run(context, { pipeline, data }) {
    const row = await requirePipeline(context, pipeline);
    if (data === 'drop') await requireGrant(context, { kind: 'connection', ref: row.destination_id, level: 'write' });
    await context.db.tx(async (tx) => {
      // From here on none of its runs begins.
      if (!(await lockPipeline(tx, context.workspace, row.id))) {
        throw new HeadgateError('object.conflict', 'a run of the pipeline is at work', {
          hint: 'cancel it, or wait for its end',
        });
      }
      const [follower] = await followersOf(tx, context.workspace, row.id);
      if (follower !== undefined) {
        throw new HeadgateError('object.conflict', `the pipeline ${follower} starts after this one`);
      }
      if (data === 'drop') await dropTables({ ...context, db: tx }, row);
      await remove(tx, context.workspace, row.id);
      await deleteGrants(tx, context.workspace, row.id);
    });
    return {};
  },
});

/** Every table that a run of it wrote, by its receipts. Throws `object.conflict` where another pipeline writes into one of them. */
async function dropTables(context: OpContext, row: PipelineRow): Promise<void> {
  const tables = Map.groupBy(await receiptsOf(context.db, context.workspace, row.id), ({ table }: Receipt) => table);
  if (tables.size === 0) return;
  const [shared] = await tablesOfOthers(context.db, context.workspace, row, [...tables.keys()]);
  if (shared !== undefined) throw new HeadgateError('object.conflict', `another pipeline writes into the table ${shared}`);
  const { destination } = await endsOf(context, row);
  await using scratch = await enterRoom(context, silent);
  try {
    await using opened = await destination.destination.open(scratch);
    if (!canForget(opened)) {
      throw new HeadgateError('usage.mode', 'tables of this destination are dropped by its owner: delete with data=keep');
    }
    for (const [table, receipts] of tables) {
      const { defaultNamespace } = destination.destination.identifiers;
      await opened.forget(readStreamName(table, defaultNamespace), [...new Set(receipts.map(({ pipeline }) => pipeline))]);
    }
  } catch (error) {
    throw outwardError(error);
  }
}
