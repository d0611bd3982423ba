/** The command line of these clients does not start without such a path. There are none here. */
import { z } from 'zod';
import type { GuardedRoute } from '../../dialect.ts';
import { route } from './route.ts';
import { pageHeaders, paging } from './wire.ts';

const list = route({
  method: 'GET',
  path: '/notebooks',
  name: 'notebooks.list',
  summary: 'List notebooks: this server keeps none',
  scope: 'pipelines:read',
  query: z.object(paging(50, 20, ['updated_at'])),
  replies: { 200: z.array(z.object({ id: z.number().int(), name: z.string() })) },
  handle: (_, { query }) => Promise.resolve({ status: 200, headers: pageHeaders(0, query), body: [] }),
});

export const notebookRoutes: readonly GuardedRoute[] = [list];
