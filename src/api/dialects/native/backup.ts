/** The whole installation as one archive, while it is at work. */
import { Readable } from 'node:stream';
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { defineRoute } from '../../route.ts';

export const backupRoute = defineRoute({
  method: 'POST',
  path: '/v1/backup',
  name: 'backup.create',
  summary: 'Back up the whole installation: state, master key and files, as an archive (tar, packed with zstd)',
  auth: 'key',
  scope: '*',
  body: z.strictObject({
    passphrase: z
      .string()
      .min(12)
      .max(1000)
      .optional()
      .meta({ description: 'Seals the master key in the archive; without one the key is left out' }),
  }),
  replies: { 200: z.string() },
  streams: 'application/zstd',
  async handle({ actor, backup, signal }, { body: { passphrase } }) {
    if (actor.workspace !== undefined || !actor.scopes.includes('*')) {
      throw new HeadgateError('access.scope', 'a backup holds all workspaces: it is for keys that work in all of them');
    }
    if (!backup) throw new HeadgateError('object.conflict', 'this server was started without backups');
    // A web stream of bytes, by the type of its source.
    const stream = Readable.toWeb(backup(passphrase, signal)) as ReadableStream<Uint8Array>;
    return await Promise.resolve({ status: 200, headers: { 'content-type': 'application/zstd' }, body: stream });
  },
});
