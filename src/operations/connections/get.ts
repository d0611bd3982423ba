import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { connectionView, requireConnection, show } from './connection.ts';

export const getConnection = defineOperation({
  name: 'connections.get',
  summary: 'Get a connection',
  scope: 'connections:read',
  input: z.strictObject({ connection: z.string() }),
  output: connectionView,
  run: async (context, { connection }) => show(await requireConnection(context, connection)),
});
