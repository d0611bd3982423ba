/** Which header is which field, as people have said before: for imports of one identifier, their own word first. */
import { createHash } from 'node:crypto';
import type { RouteContext } from '../../dialect.ts';
import type { ImportData, StoredImport } from './imports-stored.ts';

const kind = 'mapping';
/** More than any file has that somebody matches by hand. */
const mostHeaders = 5000;

type Mapping = Readonly<Record<string, string>>;

const nameOf = (identifier: string, user = ''): string => createHash('sha256').update(`${identifier}\n${user}`).digest('hex');

/** Empty unless the settings ask for it. */
export async function rememberedMapping({ objects }: RouteContext, { settings, user }: ImportData): Promise<Mapping> {
  const { autoMapHeaders = false, importIdentifier } = settings;
  if (!autoMapHeaders || importIdentifier === undefined) return {};
  const all = await objects.find(kind, nameOf(importIdentifier));
  const own = user ? await objects.find(kind, nameOf(importIdentifier, user.id)) : undefined;
  return { ...(all?.data as Mapping | undefined), ...(own?.data as Mapping | undefined) }; // written below
}

/** What a person has confirmed: header → key of a field, null = none. */
export async function rememberMapping(
  context: RouteContext,
  { data: { settings, user } }: StoredImport,
  said: Readonly<Record<string, string | null>>,
): Promise<void> {
  if (settings.importIdentifier === undefined) return;
  for (const name of [nameOf(settings.importIdentifier), ...(user ? [nameOf(settings.importIdentifier, user.id)] : [])]) {
    await context.tx(async ({ objects }) => {
      const before = await objects.hold(kind, name);
      const merged = Object.entries({ ...(before?.data as Mapping | undefined), ...said }); // written here
      const data = Object.fromEntries(merged.filter(([, key]) => key !== null).slice(-mostHeaders));
      if (before) await objects.update(kind, name, data);
      else await objects.insert({ kind, external_id: name, object_id: name, data });
    });
  }
}
