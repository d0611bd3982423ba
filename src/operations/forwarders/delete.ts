import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { deleteForwarder as remove, forwardedBy } from '../../store/forwarders.ts';
import { deleteSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';
import { requireForwarder } from './forwarder.ts';

export const deleteForwarder = defineOperation({
  name: 'forwarders.delete',
  summary: 'Delete a forwarder that no pipeline names',
  scope: 'webhooks:write',
  input: z.strictObject({ forwarder: z.string() }),
  output: z.object({}),
  async run(context, { forwarder }) {
    const { workspace } = context;
    const { id } = await requireForwarder(context, forwarder);
    await context.db.tx(async (tx) => {
      const users = await forwardedBy(tx, workspace, id);
      if (users.length > 0) throw new HeadgateError('object.conflict', `${users.length} pipelines name this forwarder`);
      await remove(tx, workspace, id);
      await deleteSecrets(tx, workspace, id);
    });
    return {};
  },
});
