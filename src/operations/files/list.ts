import { z } from 'zod';
import { listFiles as list } from '../../store/files.ts';
import { readerOf } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { page, pageInput, pageOf } from '../paging.ts';
import { fileStates, fileView, show } from './file.ts';

export const listFiles = defineOperation({
  name: 'files.list',
  summary: 'List files, the newest first; deleted ones only where asked for',
  scope: 'files:read',
  access: { filters: true },
  input: z.strictObject({ state: z.enum(fileStates).optional(), ...pageInput }),
  output: pageOf(fileView),
  async run(context, { state, cursor, limit }) {
    const { db, workspace, clock } = context;
    const rows = await list(db, workspace, readerOf(context), limit + 1, { after: cursor, state });
    return page(rows, limit, (row) => show(row, clock.now()));
  },
});
