import { z } from 'zod';
import { levels, levelOf } from '../../domain/access.ts';
import { HeadgateError } from '../../domain/error.ts';
import { everything, findGrant, setGrant as set } from '../../store/grants.ts';
import { authorize } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { grantView, holderInput, holderOf, objectInput, objectOf, show } from './grant.ts';
import { stopUngranted } from './stop.ts';

export const setGrant = defineOperation({
  name: 'grants.set',
  summary: 'Grant something on an object or on the workspace, in place of what was granted on it before',
  scope: 'grants:write',
  access: { level: 'manage' },
  input: z.strictObject({ ...objectInput, ...holderInput, level: z.enum(levels) }),
  output: grantView,
  async run(context, { principal, group, level, ...named }) {
    const { db, workspace } = context;
    const [object, holder] = [await objectOf(context, named), await holderOf(context, { principal, group })];
    const before = levelOf((await findGrant(db, workspace, object, holder))?.level ?? 0);
    if (object === everything) {
      // Nobody grants more than they have, or takes from who stands above them.
      for (const one of [level, before]) await authorize(context, { objects: [], workspace: one ?? 'manage' });
    } else if (level === 'own' || before === 'own') {
      throw new HeadgateError('object.conflict', 'granting: an object has one owner', {
        hint: 'POST …/grants/transfer changes it',
      });
    }
    return await db.tx(async (tx) => {
      const row = await set(tx, workspace, object, holder, level);
      await stopUngranted(tx, workspace);
      return show(row);
    });
  },
});
