import { HeadgateError } from '../../domain/error.ts';
import { readLimits, saveLimits } from '../../store/limits.ts';
import { defineOperation } from '../operation.ts';
import { limitsView } from './limits.ts';

export const setLimits = defineOperation({
  name: 'limits.set',
  summary: 'Limit a workspace: what is left out stays, null takes a limit away; only for keys of the whole server',
  scope: 'workspaces:write',
  input: limitsView.partial().strict(),
  output: limitsView,
  async run({ db, workspace, actor }, given) {
    // A workspace does not limit itself.
    if (actor.workspace !== undefined) throw new HeadgateError('access.scope', 'this key belongs to one workspace');
    return await db.tx(async (tx) => {
      const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
      const limits = { ...(await readLimits(tx, workspace)), ...wanted };
      await saveLimits(tx, workspace, limits);
      return limits;
    });
  },
});
