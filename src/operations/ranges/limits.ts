import { z } from 'zod';
import { rangeLimits as view } from '../../domain/range.ts';
import { readLimits } from '../../store/limits.ts';
import { defineOperation } from '../operation.ts';

export const rangeLimits = defineOperation({
  name: 'ranges.limits',
  summary: 'What the workspace says about limits of pipelines with ranges; empty: nothing',
  scope: 'pipelines:read',
  input: z.strictObject({}),
  output: view,
  run: async ({ db, workspace }) => (await readLimits(db, workspace)).ranges ?? {},
});
