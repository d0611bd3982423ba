import { z } from 'zod';
import { findFiles } from '../../store/files.ts';
import { readerOf } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { fileView, show } from './file.ts';

export const severalFiles = defineOperation({
  name: 'files.several',
  summary: 'Get those of some files that the caller may see: what is known of them, not their bytes',
  scope: 'files:read',
  access: { filters: true },
  input: z.strictObject({ files: z.array(z.string()) }),
  output: z.object({ data: z.array(fileView) }),
  async run(context, { files: ids }) {
    const files = await findFiles(context.db, context.workspace, ids, readerOf(context));
    return { data: files.map((file) => show(file, context.clock.now())) };
  },
});
