/** What a job that makes a file plain is told. */
import { z } from 'zod';
import type { RunTask } from '../../../domain/run.ts';
import type { JobData } from './jobs.ts';
import { delimiter } from './load.ts';
import { id } from './wire.ts';

export const preprocessBody = z.object({
  fileId: id,
  inPlace: z.boolean().optional(),
  detectTableColumns: z.boolean().optional(),
  forceCharacterSetConversion: z.boolean().optional(),
  includeHeader: z.boolean().optional(),
  columnDelimiter: delimiter.optional(),
});

export type PreprocessBody = z.output<typeof preprocessBody>;

export const preprocessTask = ({ body }: Pick<JobData, 'body'>): RunTask => ({
  kind: 'prepare',
  types: preprocessBody.parse(body).detectTableColumns ?? false,
});
