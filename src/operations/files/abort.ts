import { z } from 'zod';
import { markDeleted } from '../../store/files.ts';
import { dropOthers } from '../../store/objects.ts';
import { defineOperation } from '../operation.ts';
import { fileView, requireState, show } from './file.ts';

export const abortFile = defineOperation({
  name: 'files.abort',
  summary: 'Give up a file that is not ready, with the parts that have arrived',
  scope: 'files:write',
  input: z.strictObject({ file: z.string() }),
  output: fileView,
  async run(context, { file }) {
    const { db, workspace, clock } = context;
    const row = await requireState(context, file, 'pending');
    await db.tx(async (tx) => {
      await markDeleted(tx, workspace, file);
      await dropOthers(tx, workspace, file, clock.now());
    });
    return show({ ...row, state: 'deleted' }, clock.now());
  },
});
