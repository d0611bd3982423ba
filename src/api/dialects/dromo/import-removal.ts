/** The end of an import: nothing of it stays. */
import { HeadgateError } from '../../../domain/error.ts';
import { deleteFile } from '../../../operations/files/delete.ts';
import { removeReview } from '../../../operations/reviews/remove.ts';
import { perform } from '../../../operations/operation.ts';
import { deletePipeline } from '../../../operations/pipelines/delete.ts';
import { cancelRun } from '../../../operations/runs/cancel.ts';
import type { RouteContext } from '../../dialect.ts';
import { removeBasicWebhooks } from './basic-webhooks.ts';
import { importKind, type StoredImport } from './imports-stored.ts';
import { standingOf } from './status.ts';

export async function removeImport(context: RouteContext, found: StoredImport): Promise<void> {
  const { id, file, data } = found;
  const { status, rows } = await standingOf(context, found);
  const run = data.delivery ?? data.run;
  if (status === 'RUNNING' && run !== undefined) await perform(cancelRun, context, { run });
  for (const one of [file, rows]) if (one !== undefined) await gone(perform(deleteFile, context, { file: one }));
  if (data.pipeline !== undefined) await gone(perform(deletePipeline, context, { pipeline: data.pipeline }));
  await removeReview(context, context.workspace, id);
  await removeBasicWebhooks(context, found);
  await context.objects.delete(importKind, id);
}

/** What is gone already is what was wanted. */
async function gone(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof HeadgateError) || error.code !== 'object.missing') throw error;
  });
}
