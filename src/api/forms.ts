/** Webhooks in the words of each dialect. */
import type { Ports } from '../operations/operation.ts';
import type { Compose } from '../operations/notifications/send.ts';
import { dialects } from './dialects/registry.ts';
import { contextOf } from './mount.ts';

/** Nobody asks for these: they read what they tell, and no more. */
const actor = { id: 'webhooks', principal: 'webhooks', level: 'own', scopes: ['files:read', 'runs:read'] } as const;

export function webhookForms(ports: Ports): Readonly<Record<string, Compose>> {
  const all = dialects.flatMap(({ name, forms }) =>
    forms
      ? Object.entries(forms((workspace) => contextOf({ ...ports, actor, workspace, signal: AbortSignal.timeout(60_000) }, name)))
      : [],
  );
  return Object.fromEntries(all);
}
