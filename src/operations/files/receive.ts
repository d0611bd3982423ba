/** Bytes whose number nobody announced: they wait on the disk until it is known. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { asHeadgateError } from '../../domain/error.ts';
import { defineOperation, perform } from '../operation.ts';
import { roomOf, type Room } from '../room.ts';
import { fileView, requireState } from './file.ts';
import { receiveAsAnnounced } from './received.ts';
import { sent, uploadFile } from './upload.ts';

export const receiveFile = defineOperation({
  name: 'files.receive',
  summary: 'Send all bytes of a file, announced or not',
  scope: 'files:write',
  input: z.strictObject({ file: z.string(), ...sent }),
  output: fileView,
  async run(context, { file, bytes, ...announced }) {
    if (announced.size !== undefined) return await perform(uploadFile, context, { file, bytes, ...announced });
    await requireState(context, file, 'pending');
    const folder = await waitingRoom(roomOf(context, context.workspace)).catch((error: unknown) => {
      throw asHeadgateError(error, 'receiving bytes');
    });
    const path = join(folder, 'bytes');
    try {
      await pipeline(Readable.from(receiveAsAnnounced(bytes).bytes), createWriteStream(path), { signal: context.signal });
      const { size } = await stat(path);
      return await perform(uploadFile, context, { file, bytes: createReadStream(path), size, ...announced });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
});

async function waitingRoom({ stateDir }: Room): Promise<string> {
  await mkdir(stateDir, { recursive: true });
  return await mkdtemp(join(stateDir, 'received-'));
}
