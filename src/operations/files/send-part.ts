import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { lockFile, type FileRow } from '../../store/files.ts';
import { dropObject, findUpload, insertObject, nameUpload, type Upload } from '../../store/objects.ts';
import { otherParts, savePart } from '../../store/parts.ts';
import { defineOperation, type OpContext } from '../operation.ts';
import { newStorageKey, requireRoom, requireState } from './file.ts';
import { partView, show } from './part.ts';
import { receive, receiveAsAnnounced } from './received.ts';
import { requireSize, sent } from './upload.ts';

export const sendPart = defineOperation({
  name: 'files.send_part',
  summary: 'Send one part of a file, in any order; sent again, it replaces the one before',
  scope: 'files:write',
  input: z.strictObject({
    file: z.string(),
    number: z.coerce.number().int().min(1).max(10_000),
    ...sent,
  }),
  output: partView,
  async run(context, { file, number, bytes, size: announced, summed, ...expected }) {
    const { db, workspace, clock, storage } = context;
    const row = await requireState(context, file, 'pending');
    const size = requireSize(null, announced);
    const { key, upload } = await uploadOf(context, row);
    const whole = size + (await otherParts(db, workspace, key, number));
    if (row.size !== null && whole > Number(row.size)) {
      throw new HeadgateError('upload.large', 'receiving a part: with it the file has more bytes than were announced');
    }
    await requireRoom(context, file, whole);
    const received = (summed ? receive : receiveAsAnnounced)(bytes, expected);
    const ref = await storage.part(key, upload, number, received.bytes, size);
    const arrived_at = clock.now();
    const sha256 = received.checksums().sha256 ?? '';
    if (!(await savePart(db, workspace, key, { number, size, sha256, ref, arrived_at }))) {
      throw new HeadgateError('object.conflict', 'the upload was given up meanwhile');
    }
    return show({ number, size: String(size), sha256, ref, arrived_at });
  },
});

/** The file's upload, begun where there is none: once, however many parts come at the same time. */
async function uploadOf({ db, workspace, clock, storage }: OpContext, { id, pending_until }: FileRow): Promise<Upload> {
  const known = await findUpload(db, workspace, id, clock.now());
  if (known) return known;
  const key = newStorageKey(workspace, id);
  // The row stands before the storage knows the key.
  await insertObject(db, workspace, { key, upload: null, file: id, goneBy: pending_until });
  return await db.tx(async (tx) => {
    await lockFile(tx, workspace, id);
    const begun = await findUpload(tx, workspace, id, clock.now());
    if (begun) {
      await dropObject(tx, workspace, key, clock.now());
      return begun;
    }
    const upload = await storage.begin(key);
    await nameUpload(tx, workspace, key, upload);
    return { key, upload };
  });
}
