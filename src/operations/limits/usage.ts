import { z } from 'zod';
import { countObjects, readLimits, readUsage } from '../../store/limits.ts';
import { defineOperation } from '../operation.ts';
import { limitsView } from './limits.ts';
import { storedBytes } from './storage.ts';

const count = z.number().int().min(0);

export const workspaceUsage = defineOperation({
  name: 'workspaces.usage',
  summary: 'Tell what a workspace has and does, and what it may have and do',
  scope: 'workspaces:read',
  input: z.strictObject({}),
  output: z.object({
    limits: limitsView,
    connections: count,
    pipelines: count,
    runs_today: count,
    rows_this_month: count,
    storage_bytes: count,
    requests_today: count.meta({ description: 'Each process adds its own every few seconds' }),
  }),
  run: async (context) => {
    const { db, workspace, clock } = context;
    return {
      limits: await readLimits(db, workspace),
      connections: await countObjects(db, workspace, 'connection'),
      pipelines: await countObjects(db, workspace, 'pipeline'),
      ...(await readUsage(db, workspace, clock.now())),
      storage_bytes: await storedBytes(context, workspace),
    };
  },
});
