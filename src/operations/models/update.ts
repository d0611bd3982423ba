import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { updateModel as update } from '../../store/models.ts';
import { requireGrant } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { ifVersion, requireVersion } from '../version.ts';
import { describeModel, modelSql, modelView, requireModel, show } from './model.ts';

export const updateModel = defineOperation({
  name: 'models.update',
  summary: 'Change a model: incremental flows over another SELECT begin at its beginning',
  scope: 'models:write',
  input: z.strictObject({
    model: z.string(),
    name: z.string().min(1).max(200).optional(),
    sql: modelSql.optional(),
    validate: z.boolean().default(true).meta({ description: 'false: it is stored without asking the source' }),
    if_version: ifVersion,
  }),
  output: modelView,
  async run(context, { model, name, sql, validate, if_version }) {
    const before = await requireModel(context, model);
    requireVersion('model', before.version, if_version);
    const wanted = { ...before, name: name ?? before.name, sql: sql ?? before.sql };
    const changed = wanted.sql !== before.sql;
    // Another SELECT reads other things from the connection.
    if (changed) await requireGrant(context, { kind: 'connection', ref: before.connection_id, level: 'read' });
    const columns = !changed ? before.columns : validate ? await describeModel(context, wanted) : null;
    const row = await update(context.db, context.workspace, { ...wanted, columns });
    if (!row) throw new HeadgateError('object.changed', 'the model was changed in the meantime');
    return show(row);
  },
});
