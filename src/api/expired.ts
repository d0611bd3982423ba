/** Those dialects that wait for files, for whoever finds that some will not come. */
import type { Ports } from '../operations/operation.ts';
import type { Db } from '../store/db.ts';
import { dialects } from './dialects/registry.ts';
import { contextOf } from './mount.ts';

/** Nobody asks for this: they tell that nothing comes, and no more. */
const scopes = ['files:read', 'runs:write'] as const;
const actor = { id: 'expiry', principal: 'expiry', level: 'own', scopes } as const;

export const expiredOf =
  (ports: Ports) =>
  async (tx: Db, workspace: number, files: readonly string[]): Promise<void> => {
    const signal = AbortSignal.timeout(60_000);
    for (const { name, expired } of dialects)
      await expired?.(contextOf({ ...ports, db: tx, actor, workspace, signal }, name), files);
  };
