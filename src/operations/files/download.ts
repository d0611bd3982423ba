import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findContent } from '../../store/objects.ts';
import type { ByteRange } from '../../storage/storage.ts';
import { defineOperation } from '../operation.ts';
import { requireState } from './file.ts';
import { rangeOf } from './range.ts';

export const downloadFile = defineOperation({
  name: 'files.download',
  summary: 'Download a file, or a range of its bytes',
  scope: 'files:read',
  input: z.strictObject({
    file: z.string(),
    range: z.string().optional(),
    if_range: z.string().optional(),
    /** Nothing is opened. */
    head: z.boolean().default(false),
  }),
  output: z.object({
    name: z.string(),
    content_type: z.string(),
    size: z.number(),
    etag: z.string(),
    range: z.custom<ByteRange>().optional(),
    bytes: z.custom<AsyncIterable<Uint8Array>>().optional(),
  }),
  async run(context, { file, range: asked, if_range, head }) {
    const { db, workspace, storage } = context;
    const row = await requireState(context, file, 'ready');
    const size = Number(row.size);
    // Its bytes never change: the id says all that a version could.
    const etag = `"${row.id}"`;
    const range = rangeOf({ range: asked, ifRange: if_range }, etag, size);
    const about = { name: row.name, content_type: row.content_type, size, etag, range };
    if (head) return about;
    const key = await findContent(db, workspace, row.id);
    if (key === undefined) throw new HeadgateError('object.missing', 'there is no such file');
    return { ...about, bytes: await storage.get(key, range) };
  },
});
