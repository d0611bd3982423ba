import { z } from 'zod';
import { asHeadgateError } from '../../domain/error.ts';
import { requireConnection } from '../connections/connection.ts';
import { outward } from '../connections/outward.ts';
import { defineOperation } from '../operation.ts';
import { describeModel, modelColumn, modelSql } from './model.ts';

export const validateModel = defineOperation({
  name: 'models.validate',
  summary: 'Ask the source what a SELECT would return, without running or storing it',
  scope: 'models:write',
  access: { level: 'read' },
  input: z.strictObject({ connection: z.string(), sql: modelSql }),
  output: z.object({
    ok: z.boolean(),
    columns: z.array(modelColumn),
    error: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
  }),
  async run(context, { connection, sql }) {
    const { id: connection_id } = await requireConnection(context, connection);
    try {
      return { ok: true, columns: await describeModel(context, { connection_id, slug: 'model', sql }), error: null };
    } catch (error) {
      const { code, message, hint } = asHeadgateError(error, 'asking the source');
      // What nobody foresaw may say anything.
      if (code === 'internal.unexpected') throw error;
      return { ok: false, columns: [], error: outward({ code, message, hint }) };
    }
  },
});
