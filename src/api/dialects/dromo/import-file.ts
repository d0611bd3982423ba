/** The bytes of an import, at the address that was given out for them. */
import { grouped } from '../../../domain/count.ts';
import { HeadgateError } from '../../../domain/error.ts';
import { getFile } from '../../../operations/files/get.ts';
import { receiveFile } from '../../../operations/files/receive.ts';
import { perform } from '../../../operations/operation.ts';
import { defineRoute } from '../../route.ts';
import { importsPath } from './import-view.ts';
import { requireStoredImport } from './imports-stored.ts';
import { largestFile } from './settings-shapes.ts';
import { asMaker, isRefused, startImport } from './start.ts';
import { tellRefused } from './told.ts';

/** Whatever its type is called; with a key or without one. */
export const sendImportFile = defineRoute({
  method: 'PUT',
  path: `${importsPath}/:id/file`,
  name: 'headless.imports.file',
  summary: 'Send the file of an import, which begins it',
  auth: 'signed',
  scope: 'files:write',
  uploads: 'application/octet-stream',
  resolve: async (context, { id }) => await requireStoredImport(context, id ?? ''),
  replies: { 200: undefined },
  async handle(context, { found, headers, bytes }) {
    const maker = asMaker(context);
    if (found.data.run !== undefined) throw new HeadgateError('object.conflict', 'The file is there already.');
    if (found.data.refused) throw isRefused();
    // Who was cut off between the last byte and the answer sends again, and only the beginning is missing.
    if ((await perform(getFile, maker, { file: found.file })).state !== 'ready') {
      const most = Math.min(found.data.settings.maxFileSize ?? largestFile, context.fileLimits.file);
      const announced = Number(headers.get('content-length') ?? Number.NaN);
      try {
        if (announced > most)
          throw new HeadgateError('request.large', `receiving a file: it is larger than ${grouped(most)} bytes`);
        const size = Number.isSafeInteger(announced) ? { size: announced } : {};
        await perform(receiveFile, maker, { file: found.file, bytes: bytes(most), ...size });
      } catch (error) {
        // Who polls without having looked at this answer hears of it as well.
        if (error instanceof HeadgateError && error.code === 'request.large') await tellRefused(maker, found, most);
        throw error;
      }
    }
    await startImport(maker, found);
    return { status: 200 };
  },
});
