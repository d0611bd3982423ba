import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { workspaceLevel } from '../../store/grants.ts';
import { updatePrincipal as update } from '../../store/principals.ts';
import { authorize } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { principalEmail, principalName, principalView, requirePrincipal, show } from './principal.ts';

export const updatePrincipal = defineOperation({
  name: 'principals.update',
  summary: 'Change a user or a service account; the keys of a disabled one are refused at their next request',
  scope: 'principals:write',
  access: { level: 'manage' },
  input: z.strictObject({
    principal: z.string(),
    name: principalName.optional(),
    email: principalEmail.optional(),
    disabled: z.boolean().optional(),
  }),
  output: principalView,
  async run(context, { principal, name, email, disabled }) {
    const { db, workspace } = context;
    const before = await requirePrincipal(context, principal);
    // Nobody shuts out who stands above them.
    await authorize(context, { objects: [], workspace: (await workspaceLevel(db, workspace, principal)) ?? 'manage' });
    const row = await update(db, workspace, {
      id: before.id,
      name: name ?? before.name,
      email: email === undefined ? before.email : email,
      disabled: disabled ?? before.disabled_at !== null,
    });
    if (!row) throw new HeadgateError('object.missing', 'there is no such principal');
    return show(row);
  },
});
