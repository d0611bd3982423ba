/** An uploaded file as the API shows it. Its bytes never change once it is ready. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findFile, otherBytes, reserveBytes, type FileRow, type FileState } from '../../store/files.ts';
import { readLimits } from '../../store/limits.ts';
import type { OpContext } from '../operation.ts';
import { grouped } from '../../domain/count.ts';

export const fileStates = ['pending', 'ready', 'expired', 'deleted'] as const satisfies readonly FileState[];

export const fileView = z.object({
  id: z.string(),
  name: z.string(),
  content_type: z.string(),
  state: z.enum(fileStates),
  /** Bytes; of a pending file what was announced. */
  size: z.number().int().nullable(),
  sha256: z.string().nullable(),
  md5: z.string().nullable(),
  crc32: z.string().nullable(),
  created_at: z.iso.datetime(),
  ready_at: z.iso.datetime().nullable(),
  /** When a file whose bytes have not come is given up. */
  pending_until: z.iso.datetime().nullable(),
  expires_at: z.iso.datetime().nullable(),
});

/** As it is at that moment, swept or not. Pure. */
export function stateAt({ state, pending_until, expires_at }: FileRow, now: Date): FileState {
  const end = state === 'pending' ? pending_until : state === 'ready' ? expires_at : null;
  return end !== null && end <= now ? 'expired' : state;
}

/** Its bytes have not come, and may or might have until then. */
const isAwaited = ({ ready_at }: FileRow, state: FileState): boolean =>
  state === 'pending' || (state === 'expired' && ready_at === null);

export function show(row: FileRow, now: Date): z.input<typeof fileView> {
  const { id, name, content_type, sha256, md5, crc32 } = row;
  const state = stateAt(row, now);
  return {
    id,
    name,
    content_type,
    state,
    size: row.size === null ? null : Number(row.size),
    sha256,
    md5,
    crc32,
    created_at: row.created_at.toISOString(),
    ready_at: row.ready_at?.toISOString() ?? null,
    pending_until: isAwaited(row, state) ? row.pending_until.toISOString() : null,
    expires_at: row.expires_at?.toISOString() ?? null,
  };
}

type Asking = Pick<OpContext, 'db' | 'workspace' | 'clock'>;

/** Throws `object.missing`: also for one of another workspace. */
export async function requireFile({ db, workspace }: Pick<Asking, 'db' | 'workspace'>, id: string): Promise<FileRow> {
  const row = await findFile(db, workspace, id);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such file');
}

/** Throws `object.conflict` where it is in another state. */
export async function requireState(context: Asking, id: string, wanted: 'pending' | 'ready'): Promise<FileRow> {
  return inState(await requireFile(context, id), wanted, context.clock.now());
}

/** The row, where it is in that state. Throws `object.conflict`. Pure. */
export function inState(row: FileRow, wanted: 'pending' | 'ready', now: Date): FileRow {
  const state = stateAt(row, now);
  if (state === wanted) return row;
  throw new HeadgateError('object.conflict', `the file is ${state}, not ${wanted}`);
}

/** What is said to whoever sends or joins other bytes than those of a file that is ready. */
export const hasOtherBytes = (): HeadgateError => new HeadgateError('object.conflict', 'the file is ready, with other bytes');

/** Counts that many bytes of the file as stored from now on. Throws `upload.large`. */
export async function requireRoom(
  { db, workspace, fileLimits }: Pick<OpContext, 'db' | 'workspace' | 'fileLimits'>,
  id: string,
  bytes: number,
): Promise<void> {
  const limit = (what: string, most: number): HeadgateError =>
    new HeadgateError('upload.large', `${what} may have ${grouped(most)} bytes at most`);
  if (bytes > fileLimits.file) throw limit('a file', fileLimits.file);
  await db.tx(async (tx) => {
    const others = await otherBytes(tx, workspace, id);
    const { storage_bytes } = await readLimits(tx, workspace);
    const most = Math.min(fileLimits.workspace, storage_bytes ?? fileLimits.workspace);
    if (others + bytes > most) throw limit('all files of this workspace together', most);
    await reserveBytes(tx, workspace, id, bytes);
  });
}

/** A key of the storage that nobody has had before: each attempt has its own. */
export const newStorageKey = (workspace: number, file: string): string =>
  `${workspace}/${file}.${randomBytes(8).toString('hex')}`;
