/** What follows when a person has ended a review: its rows go where they go besides, and whoever waits hears of it. */
import { perform } from '../../../operations/operation.ts';
import { startPipeline } from '../../../operations/pipelines/start.ts';
import type { Delivered } from '../../../operations/reviews/finish.ts';
import type { RouteContext } from '../../dialect.ts';
import { updateStoredImport } from './imports-stored.ts';
import type { Visit } from './review-access.ts';
import { isTrial } from './status.ts';
import { tellOf } from './told.ts';
import { topicsOf } from './topics.ts';

/** In the transaction in which it ends. */
export async function concludeReview(
  context: RouteContext,
  { found, standing }: Visit,
  { file, rows }: Delivered,
): Promise<void> {
  const { id, data } = found;
  if (data.destination === undefined || data.pipeline === undefined || rows === 0) {
    await tellOf(context, found, standing, 'import.completed');
    return;
  }
  // Its end tells what came of it.
  const about = { id, filename: data.filename, importIdentifier: data.settings.importIdentifier ?? '' };
  const topics = topicsOf(id, data, isTrial(data, standing.findings));
  const task = { kind: 'deliver' as const, file, about, topics };
  const { id: delivery } = await perform(startPipeline, context, { pipeline: data.pipeline, task });
  await updateStoredImport(context, { ...found, data: { ...data, delivery } });
}
