/** Loads of one file each: imports that wait for their bytes, and batches of files that are there. */
import { z } from 'zod';
import type { Json } from '../../../domain/json.ts';
import type { RunTask } from '../../../domain/run.ts';
import { getFile } from '../../../operations/files/get.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { updateJob, type Job } from './jobs.ts';
import { delimiter, existingRows, layout, maxErrors, noKeys, plainName, writing } from './load.ts';
import { id, listOf } from './wire.ts';

const text = z.string().max(500).optional();

/** In the order in which clients take them. */
export const filePost = z.object({
  schema: plainName,
  name: plainName,
  remoteHostId: id,
  credentialId: id,
  maxErrors: maxErrors.optional(),
  existingTableRows: existingRows.optional(),
  diststyle: z.enum(['even', 'all', 'key']).optional(),
  distkey: text,
  sortkey1: text,
  sortkey2: text,
  columnDelimiter: delimiter.optional(),
  firstRowIsHeader: z.boolean().optional(),
  multipart: z.boolean().optional(),
  escaped: z.boolean().optional(),
  hidden: z.boolean().optional(),
});

const stored = filePost.extend({ file: z.string() });

function flowOf(given: z.output<typeof stored>): Json {
  return {
    files: {
      ids: [given.file],
      naming: 'plain',
      by_place: true,
      escape: given.escaped ? 'backslash' : 'quote',
      ...(given.columnDelimiter && { delimiter: given.columnDelimiter }),
      ...(given.firstRowIsHeader !== undefined && { header: given.firstRowIsHeader }),
    },
    into: `${given.schema}.${given.name}`,
    max_rejects: String(given.maxErrors ?? 0),
    ...layout(given.distkey, given.sortkey1, given.sortkey2),
    ...writing(given.existingTableRows ?? 'fail', noKeys),
  };
}

/** What is to be read is known once it has arrived. */
export async function fileTask(context: RouteContext, job: Job): Promise<RunTask | undefined> {
  const given = stored.parse(job.data.body);
  const { state } = await perform(getFile, context, { file: given.file });
  if (state !== 'ready') {
    return { kind: 'refuse', reason: 'no file has been uploaded for this import: send it to the upload URI first' };
  }
  await updateJob(context, job, {}, { flows: [flowOf(given)] });
  return undefined;
}

export const batchPost = z.object({
  fileIds: listOf(id),
  schema: plainName,
  table: plainName,
  remoteHostId: id,
  credentialId: id,
  columnDelimiter: delimiter.optional(),
  firstRowIsHeader: z.boolean().optional(),
  compression: z.enum(['gzip', 'zip', 'none']).optional(),
  hidden: z.boolean().optional(),
});

/** The table must be there: nothing is said about its types. */
export const batchFlow = (given: z.output<typeof batchPost>, ids: readonly string[]): Json => ({
  files: {
    ids: [...ids],
    infer: false,
    by_place: true,
    delimiter: given.columnDelimiter ?? 'comma',
    escape: 'quote',
    header: given.firstRowIsHeader ?? false,
  },
  into: `${given.schema}.${given.table}`,
  ...writing('append', noKeys),
});
