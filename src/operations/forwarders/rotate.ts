import { z } from 'zod';
import { rotated } from '../../notify/signature.ts';
import { openSecrets, saveSecrets } from '../../store/secrets.ts';
import { defineOperation } from '../operation.ts';
import { overlap } from '../webhooks/rotate.ts';
import { forwarderView, requireForwarder, show, type ForwarderSecrets } from './forwarder.ts';

export const rotateForwarder = defineOperation({
  name: 'forwarders.rotate',
  summary: 'Make a new secret, which is in this answer and never again; for a time both sign',
  scope: 'webhooks:write',
  input: z.strictObject({ forwarder: z.string(), overlap_seconds: overlap }),
  output: forwarderView.extend({ secret: z.string(), previous_until: z.iso.datetime().nullable() }),
  async run(context, { forwarder, overlap_seconds }) {
    const { db, key, workspace, clock } = context;
    const row = await requireForwarder(context, forwarder);
    return await db.tx(async (tx) => {
      // Sealed by us in this form.
      const { headers, ...known } = (await openSecrets(tx, key, workspace, row.id)) as unknown as ForwarderSecrets;
      const next = rotated(known, clock.now(), overlap_seconds);
      await saveSecrets(tx, key, workspace, row.id, { ...next, headers });
      return { ...show(row), secret: next.current, previous_until: next.until ?? null };
    });
  },
});
