/** The tables that derivations write. */
import { quoteName } from '../names.ts';

export interface Tables {
  /** As it is, and quoted. */
  readonly name: string;
  readonly namespace: string;
  readonly imports: string;
  readonly events: string;
  readonly profiles: string;
  readonly identities: string;
  /** Which import wrote which property, and what it covered: a view. */
  readonly properties: string;
}

export function tablesIn(namespace: string): Tables {
  const inside = (table: string): string => `${quoteName(namespace)}.${quoteName(table)}`;
  return {
    name: namespace,
    namespace: quoteName(namespace),
    imports: inside('imports'),
    events: inside('events'),
    profiles: inside('profiles'),
    identities: inside('identities'),
    properties: inside('profile_properties'),
  };
}

/** Columns of events that are there without any label. */
export const eventColumns = ['import', 'id', 'kind', 'profile', 'time', 'properties', 'seq'] as const;
