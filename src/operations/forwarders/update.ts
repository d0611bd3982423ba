import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { updateForwarder as update } from '../../store/forwarders.ts';
import { openSecrets, saveSecrets } from '../../store/secrets.ts';
import { settableState } from '../notifications/subscription.ts';
import { defineOperation } from '../operation.ts';
import { ifVersion, requireVersion } from '../version.ts';
import { forwarderView, requireForwarder, show, wishes } from './forwarder.ts';

export const updateForwarder = defineOperation({
  name: 'forwarders.update',
  summary: 'Change a forwarder: what is left out stays, headers only as a whole; what a paused one is to post waits',
  scope: 'webhooks:write',
  input: z.strictObject({
    forwarder: z.string(),
    name: wishes.name.optional(),
    url: wishes.url.optional(),
    headers: wishes.headers.optional(),
    batch: wishes.batch.optional(),
    state: settableState.optional(),
    if_version: ifVersion,
  }),
  output: forwarderView,
  async run(context, { forwarder, name, url, headers, batch, state, if_version }) {
    const { key, workspace } = context;
    const before = await requireForwarder(context, forwarder);
    requireVersion('forwarder', before.version, if_version);
    return await context.db.tx(async (tx) => {
      const row = await update(tx, workspace, {
        ...before,
        name: name ?? before.name,
        url: url ?? before.url,
        headers: headers ? Object.keys(headers).toSorted() : before.headers,
        batch: batch ?? before.batch,
        state: state ?? before.state,
      });
      if (!row) throw new HeadgateError('object.changed', 'the forwarder was changed in the meantime');
      if (headers) {
        await saveSecrets(tx, key, workspace, row.id, { ...(await openSecrets(tx, key, workspace, row.id)), headers });
      }
      return show(row);
    });
  },
});
