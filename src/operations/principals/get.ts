import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { principalView, requirePrincipal, show } from './principal.ts';

export const getPrincipal = defineOperation({
  name: 'principals.get',
  summary: 'Get a user or a service account',
  scope: 'principals:read',
  input: z.strictObject({ principal: z.string() }),
  output: principalView,
  run: async (context, { principal }) => show(await requirePrincipal(context, principal)),
});
