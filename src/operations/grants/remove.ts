import { z } from 'zod';
import { levelOf } from '../../domain/access.ts';
import { HeadgateError } from '../../domain/error.ts';
import { deleteGrant, everything, findGrant } from '../../store/grants.ts';
import { authorize } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { holderInput, holderOf, objectInput, objectOf } from './grant.ts';
import { stopUngranted } from './stop.ts';

export const removeGrant = defineOperation({
  name: 'grants.remove',
  summary: 'Take back what was granted: at the next request, and from runs that are at work',
  scope: 'grants:write',
  access: { level: 'manage' },
  input: z.strictObject({ ...objectInput, ...holderInput }),
  output: z.object({}),
  async run(context, { principal, group, ...named }) {
    const { db, workspace } = context;
    const [object, holder] = [await objectOf(context, named), await holderOf(context, { principal, group })];
    const grant = await findGrant(db, workspace, object, holder);
    if (!grant) throw new HeadgateError('object.missing', 'there is no such grant');
    const level = levelOf(grant.level) ?? 'manage';
    if (object === everything) await authorize(context, { objects: [], workspace: level });
    else if (level === 'own') {
      throw new HeadgateError('object.conflict', 'taking back: an object has one owner', {
        hint: 'POST …/grants/transfer changes it',
      });
    }
    await db.tx(async (tx) => {
      await deleteGrant(tx, workspace, object, holder);
      await stopUngranted(tx, workspace);
    });
    return {};
  },
});
