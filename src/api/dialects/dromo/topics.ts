/** What events of imports are about, and which of them a webhook wants. Pure. */
import type { ImportData } from './imports-stored.ts';

const mode = (isTrial: boolean): string => (isTrial ? 'trial' : 'live');

export function topicsOf(id: string, { settings, schemaId }: ImportData, isTrial = settings.developmentMode ?? false): string[] {
  const { importIdentifier } = settings;
  const suffix = mode(isTrial);
  return [
    `import:${id}`,
    `any:${suffix}`,
    ...(importIdentifier === undefined ? [] : [`identifier:${importIdentifier}:${suffix}`]),
    ...(schemaId === null ? [] : [`schema:${schemaId}:${suffix}`]),
  ];
}

export interface Wanted {
  readonly developmentMode: boolean;
  readonly importIdentifiers: readonly string[];
  readonly schemas: readonly string[];
}

/** Without a list all imports are meant. */
export function wantedTopics({ developmentMode, importIdentifiers, schemas }: Wanted): string[] {
  const suffix = mode(developmentMode);
  const named = [...importIdentifiers.map((name) => `identifier:${name}`), ...schemas.map((id) => `schema:${id}`)];
  return (named.length === 0 ? ['any'] : named).map((topic) => `${topic}:${suffix}`);
}
