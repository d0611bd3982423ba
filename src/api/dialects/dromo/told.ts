/** Those who want to hear of an import, hear what no run tells them: what a person has made of it, and that its file did not come or is too large. */
import { tellImport } from '../../../operations/notifications/tell-import.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { holdStoredImport, importsOfFiles, updateStoredImport, type StoredImport } from './imports-stored.ts';
import { topicsOf } from './topics.ts';
import { isTrial, standingOf, type Standing } from './status.ts';
import type { ToldKind } from './webhook-bodies.ts';

/** In the transaction in which it comes to its end. */
export async function tellOf(
  context: RouteContext,
  { id, data }: StoredImport,
  { findings }: Pick<Standing, 'findings'>,
  kind: ToldKind,
): Promise<void> {
  const { filename, settings, run } = data;
  const about = { import: id, filename, identifier: settings.importIdentifier ?? '', ...(run !== undefined && { run }) };
  await perform(tellImport, context, { ...about, kind, topics: topicsOf(id, data, isTrial(data, findings)) });
}

/** Of files that will not come any more. */
export async function tellExpired(context: RouteContext, files: readonly string[]): Promise<void> {
  for (const found of await importsOfFiles(context, files)) {
    if (found.data.run !== undefined || found.data.refused) continue;
    const standing = await standingOf(context, found);
    // What is known of the file goes later, and this stays as it was.
    await updateStoredImport(context, { ...found, data: { ...found.data, expired: standing.since } });
    await tellOf(context, found, standing, 'import.failed');
  }
}

/** Of one whose file has more than `most` bytes; not where another file has come meanwhile. */
export async function tellRefused(context: RouteContext, { id }: StoredImport, most: number): Promise<void> {
  await context.tx(async (tx) => {
    const held = await holdStoredImport(tx, id);
    if (held.data.run !== undefined || held.data.refused) return;
    const refused = { at: tx.clock.now().toISOString(), most };
    const found = await updateStoredImport(tx, { ...held, data: { ...held.data, refused } });
    await tellOf(tx, found, {}, 'import.failed');
  });
}
