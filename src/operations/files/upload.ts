import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { markReady, type FileRow } from '../../store/files.ts';
import { dropObject, dropOthers, findContent, insertObject, keepObject } from '../../store/objects.ts';
import { defineOperation, type OpContext } from '../operation.ts';
import { checksums, type Checksums } from './checksums.ts';
import { fileView, inState, newStorageKey, hasOtherBytes, requireFile, requireRoom, show, stateAt } from './file.ts';
import { receive, receiveAsAnnounced } from './received.ts';
import { areSame } from './same-bytes.ts';

/** What a request with bytes brings along. */
export const sent = {
  bytes: z.custom<AsyncIterable<Uint8Array>>(),
  /** As the request announced it. */
  size: z.number().int().min(0).optional(),
  ...checksums,
  /** false: nobody wants to know a sum that was not announced; it costs more than all the rest. */
  summed: z.boolean().default(true),
};

export const uploadFile = defineOperation({
  name: 'files.upload',
  summary: 'Send all bytes of a file: it is ready when they have arrived, or stays as it was; sent again, nothing happens',
  scope: 'files:write',
  input: z.strictObject({ file: z.string(), ...sent }),
  output: fileView,
  async run(context, { file, bytes, size: announced, summed, ...expected }) {
    const { db, workspace, clock, storage } = context;
    const row = await requireFile(context, file);
    if (stateAt(row, clock.now()) === 'ready') {
      const again = receiveAsAnnounced(bytes, row, expected);
      return show(await requireSame(context, row, again.bytes), clock.now());
    }
    inState(row, 'pending', clock.now());
    const size = requireSize(row.size, announced);
    await requireRoom(context, file, size);
    const key = newStorageKey(workspace, file);
    await insertObject(db, workspace, { key, upload: null, file, goneBy: row.pending_until });
    try {
      const received = (summed ? receive : receiveAsAnnounced)(bytes, row, expected);
      await storage.put(key, received.bytes, size);
      return show(await becomeReady(context, file, key, size, received.checksums()), clock.now());
    } catch (error) {
      // What cannot be written down now goes when the file would have been given up.
      await dropObject(db, workspace, key, clock.now()).catch(() => undefined);
      throw error;
    }
  },
});

/** For a sender that has not heard the answer to the first time. Throws `object.conflict` where the file that is ready has other bytes. */
async function requireSame(
  { db, workspace, storage }: OpContext,
  row: FileRow,
  bytes: AsyncIterable<Uint8Array>,
): Promise<FileRow> {
  const key = await findContent(db, workspace, row.id);
  if (key !== undefined && (await areSame(await storage.get(key), bytes))) return row;
  throw hasOtherBytes();
}

/** Throws `request.invalid`: a storage wants to know beforehand. */
export function requireSize(declared: string | null, announced: number | undefined): number {
  const size = announced ?? (declared === null ? undefined : Number(declared));
  if (size === undefined) {
    throw new HeadgateError('request.invalid', 'receiving bytes: how many is not said', {
      hint: 'send a Content-Length, or give the size when the file is created',
    });
  }
  if (declared !== null && size !== Number(declared)) {
    throw new HeadgateError('upload.incomplete', 'receiving bytes: the file was announced with another size');
  }
  return size;
}

/** The object becomes the file's content, and the only one. Throws `object.conflict` where another attempt was first. */
export async function becomeReady(
  { db, workspace, clock }: Pick<OpContext, 'db' | 'workspace' | 'clock'>,
  file: string,
  key: string,
  size: number,
  found: Checksums,
): Promise<FileRow> {
  const now = clock.now();
  return await db.tx(async (tx) => {
    const arrived = { size, sha256: found.sha256 ?? null, md5: found.md5 ?? null, crc32: found.crc32 ?? null };
    const row = await markReady(tx, workspace, file, arrived, now);
    if (!row || !(await keepObject(tx, workspace, key))) {
      throw new HeadgateError('object.conflict', 'the file is no longer pending');
    }
    await dropOthers(tx, workspace, file, now, key);
    return row;
  });
}
