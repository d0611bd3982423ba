/** The words of all dialects, for whoever delivers what has happened. */
import type { Teller, Tellers } from '../operations/notifications/teller.ts';
import type { Db } from '../store/db.ts';
import { findPrincipal } from '../store/principals.ts';
import type { ApiDialect, TellContext } from './dialect.ts';
import { dialects } from './dialects/registry.ts';
import { externalObjects } from './external.ts';

export function tellersOf(db: Db, served: readonly ApiDialect[] = dialects): Tellers {
  const tellers = served.flatMap(({ name, tells }): [string, Teller][] => {
    if (!tells) return [];
    const context = (workspace: number): TellContext => ({
      objects: externalObjects(db, { dialect: name, workspace }),
      addressOf: async (principal) => (await findPrincipal(db, workspace, principal))?.email ?? null,
    });
    return [
      [
        name,
        {
          post: async (told) => await tells(context(told.workspace)).post(told),
          mail: async (told, usual) => await tells(context(told.workspace)).mail(told, usual),
        },
      ],
    ];
  });
  return new Map(tellers);
}
