import { z } from 'zod';
import { connectionPolicy, sharesOf } from '../../domain/connection-policy.ts';
import { HeadgateError } from '../../domain/error.ts';
import { setPolicy, updateConnection as update } from '../../store/connections.ts';
import { openSecrets, saveSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';
import { ifVersion, requireVersion } from '../version.ts';
import { refusePlaces } from './places.ts';
import { connectionView, loadConnector, requireConnection, show, splitSettings, storedPolicy } from './connection.ts';

export const updateConnection = defineOperation({
  name: 'connections.update',
  summary: 'Change a connection: what is left out stays, secrets too; null takes a setting away',
  scope: 'connections:write',
  access: { level: 'manage' },
  input: z.strictObject({
    connection: z.string(),
    name: z.string().min(1).max(200).optional(),
    settings: z.record(z.string(), z.json()).default({}),
    policy: connectionPolicy.optional().meta({ description: 'In place of the one before; {} takes it away' }),
    if_version: ifVersion,
  }),
  output: connectionView,
  async run(context, { connection, name, settings: given, policy, if_version }) {
    const { db, key, workspace } = context;
    const before = await requireConnection(context, connection);
    requireVersion('connection', before.version, if_version);
    refusePlaces(given);
    const known = { ...before.settings, ...(await openSecrets(db, key, workspace, before.id)) };
    const merged = Object.fromEntries(Object.entries({ ...known, ...given }).filter(([, value]) => value !== null));
    const { settings, secrets } = splitSettings(await loadConnector(before.connector), merged);
    return await db.tx(async (tx) => {
      const row = await update(tx, workspace, { ...before, name: name ?? before.name, settings });
      if (!row) throw new HeadgateError('object.changed', 'the connection was changed in the meantime');
      await saveSecrets(tx, key, workspace, before.id, secrets);
      return show(policy ? await setPolicy(tx, workspace, row.id, storedPolicy(policy), sharesOf(policy).runs) : row);
    });
  },
});
