import { z } from 'zod';
import { markDeleted } from '../../store/files.ts';
import { dropOthers } from '../../store/objects.ts';
import { defineOperation } from '../operation.ts';
import { requireFile } from './file.ts';

export const deleteFile = defineOperation({
  name: 'files.delete',
  summary: 'Delete a file: nobody reads it any more, and its bytes go soon after',
  scope: 'files:write',
  access: { level: 'manage' },
  input: z.strictObject({ file: z.string() }),
  output: z.object({}),
  async run(context, { file }) {
    const { db, workspace, clock } = context;
    const { id } = await requireFile(context, file);
    await db.tx(async (tx) => {
      await markDeleted(tx, workspace, id);
      await dropOthers(tx, workspace, id, clock.now());
    });
    return {};
  },
});
