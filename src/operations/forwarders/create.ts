import { z } from 'zod';
import { newId } from '../../domain/ids.ts';
import { newSecret } from '../../notify/signature.ts';
import { insertForwarder } from '../../store/forwarders.ts';
import { saveSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';
import { forwarderView, show, wishes } from './forwarder.ts';

export const createForwarder = defineOperation({
  name: 'forwarders.create',
  summary:
    'Name an address that pipelines can post their events and users on to; the secret that signs is in this answer and never again',
  scope: 'webhooks:write',
  input: z.strictObject({
    name: wishes.name,
    url: wishes.url,
    headers: wishes.headers.default({}),
    batch: wishes.batch.default(100),
  }),
  output: forwarderView.extend({ secret: z.string() }),
  async run({ db, key, workspace }, { name, url, headers, batch }) {
    const [id, secret] = [newId('forwarder'), newSecret()];
    return await db.tx(async (tx) => {
      const row = await insertForwarder(tx, workspace, { id, name, url, headers: Object.keys(headers).toSorted(), batch });
      await saveSecrets(tx, key, workspace, id, { current: secret, headers });
      return { ...show(row), secret };
    });
  },
});
