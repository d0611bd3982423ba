import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { newId } from '../../domain/ids.ts';
import { insertFile } from '../../store/files.ts';
import { defineOperation } from '../operation.ts';
import { checksums } from './checksums.ts';
import { fileView, requireRoom, show } from './file.ts';

/** Time that the bytes of a file may take to arrive. */
const pendingMs = 7 * 86_400_000;
/** However it is asked: what was announced takes up room. */
const mostPendingMs = 366 * 86_400_000;

const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^(?!\.{1,2}$)[^/\\\x00-\x1f\x7f-\x9f]+$/, 'a name without slashes and control characters');

export const createFile = defineOperation({
  name: 'files.create',
  summary: 'Create a file, whose bytes follow: in one PUT, or in parts',
  scope: 'files:write',
  access: { creates: 'file' },
  input: z.strictObject({
    name: name.meta({ description: 'Of the file where it came from', example: 'orders.csv' }),
    content_type: z
      .string()
      .max(100)
      .regex(/^[\w.+-]+\/[\w.+-]+(?:; ?[\w-]+=[\w-]+)?$/, 'a media type')
      .default('application/octet-stream'),
    size: z
      .number()
      .int()
      .min(0)
      .max(2 ** 53 - 1)
      .optional()
      .meta({ description: 'Bytes; other than these are refused' }),
    ...checksums,
    pending_until: z.iso
      .datetime()
      .optional()
      .meta({ description: 'Until when its bytes are awaited, a year from now at most; absent: a week' }),
    expires_at: z.iso.datetime().optional().meta({ description: 'Absent: it is kept until it is deleted' }),
  }),
  output: fileView,
  async run({ db, workspace, clock, fileLimits }, { expires_at, pending_until, size, ...given }) {
    const now = clock.now();
    const expires = expires_at === undefined ? null : new Date(expires_at);
    if (expires !== null && expires <= now) throw new HeadgateError('request.invalid', 'expires_at: that moment is over');
    const pending = new Date(pending_until ?? now.getTime() + pendingMs);
    if (pending <= now || pending.getTime() > now.getTime() + mostPendingMs)
      throw new HeadgateError('request.invalid', 'pending_until: give a moment within a year from now');
    return await db.tx(async (tx) => {
      const row = await insertFile(tx, workspace, {
        id: newId('file'),
        name: given.name,
        content_type: given.content_type,
        size: size ?? null,
        sha256: given.sha256 ?? null,
        md5: given.md5 ?? null,
        crc32: given.crc32 ?? null,
        pending_until: pending,
        expires_at: expires,
        created_at: now,
      });
      await requireRoom({ db: tx, workspace, fileLimits }, row.id, size ?? 0);
      return show(row, now);
    });
  },
});
