import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { forwarderView, requireForwarder, show } from './forwarder.ts';

export const getForwarder = defineOperation({
  name: 'forwarders.get',
  summary: 'Get a forwarder',
  scope: 'webhooks:read',
  input: z.strictObject({ forwarder: z.string() }),
  output: forwarderView,
  run: async (context, { forwarder }) => show(await requireForwarder(context, forwarder)),
});
