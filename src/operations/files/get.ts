import { z } from 'zod';
import { defineOperation } from '../operation.ts';
import { fileView, requireFile, show } from './file.ts';

export const getFile = defineOperation({
  name: 'files.get',
  summary: 'Get a file: what is known of it, not its bytes',
  scope: 'files:read',
  input: z.strictObject({ file: z.string() }),
  output: fileView,
  run: async (context, { file }) => show(await requireFile(context, file), context.clock.now()),
});
