import { z } from 'zod';
import { listFiles as list } from '../../store/files.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { fileStates, fileView, show } from './file.ts';

export const listFiles = defineOperation({
  name: 'files.list',
  summary: 'List files, the newest first; deleted ones only where asked for',
  scope: 'files:read',
  input: z.strictObject({ state: z.enum(fileStates).optional(), ...pageInput }),
  output: pageOf(fileView),
  async run({ db, workspace, clock }, { state, cursor, limit }) {
    const rows = await list(db, workspace, limit + 1, { after: cursor, state });
    return page(rows, limit, (row) => show(row, clock.now()));
  },
});
