import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findConnection } from '../../store/connections.ts';
import { previewInput, previewRows, previewView } from '../connections/preview.ts';
import { requireGrant } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { requireModel } from './model.ts';

export const previewModel = defineOperation({
  name: 'models.preview',
  summary: 'Look at the first rows of a model; who hangs up stops the source',
  scope: 'models:write',
  access: { level: 'read' },
  input: z.strictObject({ model: z.string(), ...previewInput }),
  output: previewView,
  async run(context, { model, ...asked }) {
    const { slug, sql, connection_id } = await requireModel(context, model);
    // Rows are the connection's, whoever wrote the SELECT.
    await requireGrant(context, { kind: 'connection', ref: connection_id, level: 'read' });
    const row = await findConnection(context.db, context.workspace, connection_id);
    if (!row) throw new HeadgateError('object.missing', 'there is no such connection');
    return await previewRows(context, row, () => ({ name: slug, query: sql }), asked);
  },
});
