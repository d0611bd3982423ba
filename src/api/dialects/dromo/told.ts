/** Those who want to hear of an import, hear what a person has made of it. */
import { tellImport } from '../../../operations/notifications/tell-import.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import type { StoredImport } from './imports-stored.ts';
import { topicsOf } from './topics.ts';
import type { ToldKind } from './webhook-bodies.ts';

/** In the transaction in which it comes to its end. */
export async function tellOf(context: RouteContext, { id, data }: StoredImport, kind: ToldKind): Promise<void> {
  const { filename, settings, run = '' } = data;
  const about = { import: id, filename, identifier: settings.importIdentifier ?? '', run };
  await perform(tellImport, context, { ...about, kind, topics: topicsOf(id, data) });
}
