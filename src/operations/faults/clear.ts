import { z } from 'zod';
import { clearFaults as clear } from '../../store/faults.ts';
import { defineOperation } from '../operation.ts';

export const clearFaults = defineOperation({
  name: 'faults.clear',
  summary: 'Objects have been repaired: their pipelines run at their next tick',
  scope: 'pipelines:write',
  input: z.strictObject({ objects: z.array(z.string()) }),
  output: z.object({}),
  async run({ db, workspace }, { objects }) {
    await clear(db, workspace, objects);
    return {};
  },
});
