import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { deleteConnection as remove } from '../../store/connections.ts';
import { deleteGrants } from '../../store/grants.ts';
import { deleteSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';
import { requireConnection } from './connection.ts';

export const deleteConnection = defineOperation({
  name: 'connections.delete',
  summary: 'Delete a connection that no pipeline uses',
  scope: 'connections:write',
  access: { level: 'manage' },
  input: z.strictObject({ connection: z.string() }),
  output: z.object({}),
  async run(context, { connection }) {
    const { db, workspace } = context;
    const { id, name } = await requireConnection(context, connection);
    await db.tx(async (tx) => {
      if (!(await remove(tx, workspace, id)))
        throw new HeadgateError(
          'object.conflict',
          `a pipeline uses the connection ${name}, or the workspace keeps its users and events there`,
        );
      await deleteSecrets(tx, workspace, id);
      await deleteGrants(tx, workspace, id);
    });
    return {};
  },
});
