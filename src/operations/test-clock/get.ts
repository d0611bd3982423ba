import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { requireTestClock } from './test-clock.ts';

export const getTestClock = defineOperation({
  name: 'test-clock.get',
  summary: 'Tell the time of a server that was started with --test-clock',
  scope: '*',
  access: { level: 'none' },
  input: z.strictObject({}),
  output: z.object({ now: z.iso.datetime() }),
  async run(context) {
    requireTestClock(context);
    return { now: context.clock.now().toISOString() };
  },
});
