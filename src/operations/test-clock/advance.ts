import { z } from 'zod';
import { instant } from '../../domain/interval.ts';
import { defineOperation } from '../operation.ts';
import { requireTestClock } from './test-clock.ts';

export const advanceTestClock = defineOperation({
  name: 'test-clock.advance',
  summary: 'Move the time of a test server; the answer comes when everything that fell due on the way has ended',
  scope: '*',
  access: { level: 'none' },
  input: z.strictObject({ advance_to: instant }),
  output: z.object({
    now: z.iso.datetime(),
    dispatched: z.number().int().meta({ description: 'Ticks that became runs' }),
  }),
  async run(context, { advance_to }) {
    const dispatched = await requireTestClock(context).advance(new Date(advance_to), context.signal);
    return { now: context.clock.now().toISOString(), dispatched };
  },
});
