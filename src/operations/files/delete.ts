import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { requireFile } from './file.ts';
import { discardFile } from './store.ts';

export const deleteFile = defineOperation({
  name: 'files.delete',
  summary: 'Delete a file: nobody reads it any more, and its bytes go soon after',
  scope: 'files:write',
  access: { level: 'manage' },
  input: z.strictObject({ file: z.string() }),
  output: z.object({}),
  async run(context, { file }) {
    const { id } = await requireFile(context, file);
    await discardFile(context, context.workspace, id);
    return {};
  },
});
