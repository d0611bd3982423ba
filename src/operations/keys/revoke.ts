import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { revokeKey as revoke } from '../../store/keys.ts';
import { defineOperation } from '../operation.ts';
import { keysOf, keyView, show } from './key.ts';

export const revokeKey = defineOperation({
  name: 'keys.revoke',
  summary: 'Revoke an API key: its next request is refused',
  scope: 'keys:write',
  access: { level: 'none' },
  input: z.strictObject({ key: z.string() }),
  output: keyView,
  async run(context, { key }) {
    const row = await revoke(context.db, context.workspace, key, keysOf(context));
    if (!row) throw new HeadgateError('object.missing', 'there is no such key');
    return show(row);
  },
});
