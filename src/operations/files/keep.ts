import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { setExpiry } from '../../store/files.ts';
import { defineOperation } from '../operation.ts';
import { requireFile } from './file.ts';

export const keepFile = defineOperation({
  name: 'files.keep',
  summary: 'Say until when a file is kept',
  scope: 'files:write',
  input: z.strictObject({
    file: z.string(),
    expires_at: z.iso.datetime().nullable().meta({ description: 'null: until it is deleted' }),
  }),
  output: z.object({}),
  async run(context, { file, expires_at }) {
    const { id } = await requireFile(context, file);
    const at = expires_at === null ? null : new Date(expires_at);
    if (at !== null && at <= context.clock.now()) throw new HeadgateError('request.invalid', 'expires_at: that moment is over');
    await setExpiry(context.db, context.workspace, id, at);
    return {};
  },
});
