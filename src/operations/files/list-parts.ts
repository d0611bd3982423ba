import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findUpload } from '../../store/objects.ts';
import { listParts as list } from '../../store/parts.ts';
import { defineOperation } from '../operation.ts';
import { pageInput, pageOf } from '../paging.ts';
import { requireState } from './file.ts';
import { partView, show } from './part.ts';

export const listParts = defineOperation({
  name: 'files.list_parts',
  summary: 'List the parts of a pending file that have arrived, by number: what is missing is still to be sent',
  scope: 'files:read',
  input: z.strictObject({ file: z.string(), ...pageInput }),
  output: pageOf(partView),
  async run(context, { file, cursor, limit }) {
    const { db, workspace, clock } = context;
    const { id } = await requireState(context, file, 'pending');
    if (cursor !== undefined && !/^\d{1,5}$/.test(cursor)) {
      throw new HeadgateError('request.invalid', 'cursor: this is none of ours');
    }
    const upload = await findUpload(db, workspace, id, clock.now());
    const rows = upload ? await list(db, workspace, upload.key, Number(cursor ?? 0), limit + 1) : [];
    const data = rows.slice(0, limit).map(show);
    const has_more = rows.length > limit;
    return { data, has_more, next_cursor: has_more ? String(data.at(-1)?.number) : null };
  },
});
