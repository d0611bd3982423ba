/** The end of an import: nothing of it stays. */
import { HeadgateError } from '../../../domain/error.ts';
import { deleteFile } from '../../../operations/files/delete.ts';
import { forgetReview, removeReview } from '../../../operations/reviews/remove.ts';
import { perform } from '../../../operations/operation.ts';
import { discardPipeline } from '../../../operations/pipelines/discard.ts';
import { stopRuns } from '../../../operations/runs/stop.ts';
import type { RouteContext } from '../../dialect.ts';
import { removeBasicWebhooks } from './basic-webhooks.ts';
import { holdStoredImport, importKind, type StoredImport } from './imports-stored.ts';

/** All of it or nothing. Throws `object.missing`, also where somebody else was first. */
export async function removeImport(context: RouteContext, found: StoredImport): Promise<void> {
  const { id, data } = found;
  if (data.pipeline !== undefined) await gone(perform(stopRuns, context, { pipeline: data.pipeline }));
  await context.tx(async (tx) => {
    // In the order in which the end of a review takes them; it may have made a run meanwhile.
    await removeReview(tx, tx.workspace, id);
    const held = await holdStoredImport(tx, id);
    const { pipeline } = held.data;
    if (pipeline !== undefined) await gone(perform(discardPipeline, tx, { pipeline }));
    await gone(perform(deleteFile, tx, { file: held.file }));
    await removeBasicWebhooks(tx, held);
    await tx.objects.delete(importKind, id);
  });
  await forgetReview(context, context.workspace, id);
}

/** What is gone already is what was wanted. */
async function gone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof HeadgateError) || error.code !== 'object.missing') throw error;
  });
}
