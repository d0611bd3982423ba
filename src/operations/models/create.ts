import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import { insertModel } from '../../store/models.ts';
import { requireConnection } from '../connections/connection.ts';
import { defineOperation } from '../operation.ts';
import { slug, slugOf } from '../slug.ts';
import { describeModel, modelSql, modelView, show } from './model.ts';

export const createModel = defineOperation({
  name: 'models.create',
  summary: 'Create a model: a SELECT over a connection that flows read like a table',
  scope: 'models:write',
  access: { creates: 'model', objects: { connection: 'read' } },
  input: z.strictObject({
    name: z.string().min(1).max(200),
    slug: slug.optional(),
    connection: z.string().meta({ description: 'By id or slug' }),
    sql: modelSql,
    validate: z.boolean().default(true).meta({ description: 'false: it is stored without asking the source' }),
  }),
  output: modelView,
  async prepare(context, { name, slug: wanted, connection, sql, validate }) {
    const { id: connection_id } = await requireConnection(context, connection);
    return validate ? await describeModel(context, { connection_id, slug: wanted ?? slugOf(name), sql }) : null;
  },
  async run(context, { name, slug: wanted, connection, sql }, columns = null) {
    const { id: connection_id } = await requireConnection(context, connection);
    const made = { slug: wanted ?? slugOf(name), name, connection_id, sql };
    return show(await insertModel(context.db, context.workspace, { ...made, id: newId('model'), columns }));
  },
});
