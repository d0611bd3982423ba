/** The words of all dialects, for whoever delivers what has happened. */
import type { Forms } from '../operations/notifications/form.ts';
import type { Ports } from '../operations/operation.ts';
import { dialects } from './dialects/registry.ts';
import { contextOf } from './mount.ts';

/** Nobody asks for these: they read what they tell, and no more. */
const scopes = ['files:read', 'principals:read', 'runs:read'] as const;
const actor = { id: 'webhooks', principal: 'webhooks', level: 'own', scopes } as const;

export function formsOf(ports: Ports): Forms {
  const all = dialects.flatMap(({ name, forms }) =>
    forms
      ? Object.entries(forms((workspace) => contextOf({ ...ports, actor, workspace, signal: AbortSignal.timeout(60_000) }, name)))
      : [],
  );
  return Object.fromEntries(all);
}
