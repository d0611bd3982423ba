import { z } from 'zod';
import { connectionPolicy, sharesOf } from '../../domain/connection-policy.ts';
import { newId } from '../../domain/ids.ts';
import { insertConnection, setPolicy } from '../../store/connections.ts';
import { saveSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';
import { refusePlaces } from './places.ts';
import { slug, slugOf } from '../slug.ts';
import { connectionView, loadConnector, show, splitSettings, storedPolicy } from './connection.ts';

export const createConnection = defineOperation({
  name: 'connections.create',
  summary: 'Create a connection',
  scope: 'connections:write',
  access: { creates: 'connection' },
  input: z.strictObject({
    name: z.string().min(1).max(200),
    slug: slug.optional(),
    connector: z.string().max(100),
    settings: z.record(z.string(), z.json()).meta({ description: 'As the connector describes them: GET /v1/connectors' }),
    policy: connectionPolicy.prefault({}).meta({ description: 'What it can bear: sessions, hours' }),
  }),
  output: connectionView,
  async run({ db, key, workspace }, { name, slug: wanted, connector, settings: given, policy }) {
    refusePlaces(given);
    const { settings, secrets } = splitSettings(await loadConnector(connector), given);
    const id = newId('connection');
    return await db.tx(async (tx) => {
      await insertConnection(tx, workspace, { id, slug: wanted ?? slugOf(name), name, connector, settings });
      if (Object.keys(secrets).length > 0) await saveSecrets(tx, key, workspace, id, secrets);
      return show(await setPolicy(tx, workspace, id, storedPolicy(policy), sharesOf(policy).runs));
    });
  },
});
