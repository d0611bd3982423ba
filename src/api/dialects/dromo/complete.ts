/** What follows from the end of a review: its rows go on where the import has a destination, and those who wait for it hear of it. */
import { perform } from '../../../operations/operation.ts';
import { startPipeline } from '../../../operations/pipelines/start.ts';
import type { RouteContext } from '../../dialect.ts';
import { updateStoredImport, type StoredImport } from './imports-stored.ts';
import { tellOf } from './told.ts';
import { topicsOf } from './topics.ts';

/** In the transaction in which it ends. `file`: its rows. A run that is told of brings them to their table, and ends the import. */
export async function completeImport(context: RouteContext, found: StoredImport, file: string): Promise<void> {
  const { id, data } = found;
  const { destination, pipeline, filename, settings } = data;
  if (!destination || pipeline === undefined) return await tellOf(context, found, 'import.completed');
  const about = { id, filename, importIdentifier: settings.importIdentifier ?? '' };
  const task = { kind: 'load', file, about, topics: topicsOf(id, data) };
  const { id: run } = await perform(startPipeline, context, { pipeline, task });
  await updateStoredImport(context, { ...found, data: { ...data, run, reviewed: true } });
}
