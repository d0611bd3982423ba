import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import { insertPrincipal } from '../../store/principals.ts';
import { defineOperation } from '../operation.ts';
import { principalEmail, principalName, principalView, show } from './principal.ts';

export const createPrincipal = defineOperation({
  name: 'principals.create',
  summary: 'Create a user or a service account; it may do nothing until something is granted to it',
  scope: 'principals:write',
  access: { level: 'manage' },
  input: z.strictObject({
    kind: z.enum(['user', 'service']).default('user'),
    name: principalName,
    email: principalEmail.default(null),
  }),
  output: principalView,
  run: async ({ db, workspace }, wanted) => show(await insertPrincipal(db, workspace, { id: newId('principal'), ...wanted })),
});
