import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { changeOwner, everything, pipelinesWithoutRight } from '../../store/grants.ts';
import { defineOperation } from '../operation.ts';
import { requirePrincipal } from '../principals/principal.ts';
import { grantView, objectInput, objectOf, show } from './grant.ts';

export const transferObject = defineOperation({
  name: 'grants.transfer',
  summary: 'Give an object to another owner; the earlier one still manages it',
  scope: 'grants:write',
  access: { level: 'own' },
  input: z.strictObject({ ...objectInput, principal: z.string() }),
  output: grantView,
  async run(context, { principal, ...named }) {
    const { db, workspace } = context;
    const [object, { id }] = [await objectOf(context, named), await requirePrincipal(context, principal)];
    if (object === everything) throw new HeadgateError('request.invalid', 'transferring: name the object');
    return await db.tx(async (tx) => {
      const row = await changeOwner(tx, workspace, object, id);
      // A pipeline acts for its owner.
      if ((await pipelinesWithoutRight(tx, workspace, object)).length > 0) {
        throw new HeadgateError('object.conflict', 'transferring: the new owner may not use the connections of the pipeline');
      }
      return show(row);
    });
  },
});
