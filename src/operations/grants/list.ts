import { z } from 'zod';
import { listGrants as list } from '../../store/grants.ts';
import { defineOperation } from '../operation.ts';
import { grantView, objectInput, objectOf, show } from './grant.ts';

export const listGrants = defineOperation({
  name: 'grants.list',
  summary: 'List what is granted on an object or on the workspace, the owner first; at most a thousand',
  scope: 'grants:read',
  input: z.strictObject(objectInput),
  output: z.object({ data: z.array(grantView) }),
  run: async (context, named) => ({
    data: (await list(context.db, context.workspace, await objectOf(context, named))).map(show),
  }),
});
