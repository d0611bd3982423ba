/** Jobs that make a file plain and find out what is in it. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { warehouseSlug } from '../../../operations/warehouse/warehouse.ts';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { contentsOf, requireStoredFile, updateStoredFile } from './files-stored.ts';
import { archiving, insertJob, updateJob, type Job } from './jobs.ts';
import { levelOn } from './levels.ts';
import { preprocessBody, preprocessTask, type PreprocessBody } from './preprocess-task.ts';
import { route } from './route.ts';
import { jobIn } from './run-routes.ts';
import { status } from './shapes.ts';

const view = z.object({
  id: z.number().int(),
  fileId: z.number().int(),
  inPlace: z.boolean(),
  detectTableColumns: z.boolean(),
  forceCharacterSetConversion: z.boolean(),
  includeHeader: z.boolean().nullable(),
  columnDelimiter: z.string().nullable(),
  hidden: z.boolean(),
  myPermissionLevel: z.string(),
});

async function show(context: RouteContext, job: Job): Promise<z.input<typeof view>> {
  const { number, data } = job;
  const given = preprocessBody.parse(data.body);
  return {
    id: number,
    fileId: given.fileId,
    inPlace: given.inPlace ?? true,
    detectTableColumns: given.detectTableColumns ?? false,
    forceCharacterSetConversion: given.forceCharacterSetConversion ?? false,
    includeHeader: given.includeHeader ?? null,
    columnDelimiter: given.columnDelimiter ?? null,
    hidden: data.hidden,
    myPermissionLevel: await levelOn(context, job),
  };
}

const path = '/files/preprocess/csv';
const resolve = jobIn('preprocess job', ['preprocess']);

const plain = (sent: object): Json => JSON.parse(JSON.stringify(sent)) as Json; // plain data

async function flowOf(context: RouteContext, { fileId, includeHeader, columnDelimiter }: PreprocessBody): Promise<Json> {
  const ids = await contentsOf(context, [fileId]);
  return {
    files: {
      ids: [...ids],
      naming: 'plain',
      ...(includeHeader !== undefined && { header: includeHeader }),
      ...(columnDelimiter && { delimiter: columnDelimiter }),
    },
    into: 'prepared',
  };
}

/** In place means that the number stands for what the runs of the job make. */
async function follow(tx: RouteContext, { object }: Job, { fileId, inPlace = true }: PreprocessBody): Promise<void> {
  if (!inPlace) return;
  const file = await requireStoredFile(tx, fileId);
  await updateStoredFile(tx, file, { changing: [...new Set([...(file.data.changing ?? []), object])] });
}

const create = route({
  method: 'POST',
  path,
  name: 'files.preprocess.csv.create',
  summary: 'Create a job that makes a file plain and finds out what is in it',
  scope: 'pipelines:write',
  body: preprocessBody.extend({ hidden: z.boolean().optional() }),
  replies: { 201: view },
  async handle(context, { body: { hidden = false, ...sent } }) {
    const job = await context.tx(async (tx) => {
      const flows = [await flowOf(tx, sent)];
      const wanted = {
        kind: 'preprocess',
        hidden,
        body: plain(sent),
        name: () => `CSV preprocess of file ${sent.fileId}`,
      } as const;
      const made = await insertJob(tx, wanted, {
        source: warehouseSlug,
        destination: warehouseSlug,
        flows,
        task: preprocessTask(wanted),
      });
      await follow(tx, made, sent);
      return made;
    });
    return { status: 201, body: await show(context, job) };
  },
});

const get = route({
  method: 'GET',
  path: `${path}/:id`,
  name: 'files.preprocess.csv.get',
  summary: 'Get a preprocess job',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: view },
  handle: async (context, { found }) => ({ status: 200, body: await show(context, found) }),
});

const changing = (method: 'PUT' | 'PATCH', name: string, summary: string): GuardedRoute =>
  route({
    method,
    path: `${path}/:id`,
    name,
    summary,
    scope: 'pipelines:write',
    resolve,
    body: method === 'PUT' ? preprocessBody : preprocessBody.partial(),
    replies: { 200: view },
    async handle(context, { found, body: sent }) {
      const wanted = preprocessBody.safeParse(method === 'PUT' ? sent : { ...preprocessBody.parse(found.data.body), ...sent });
      if (!wanted.success) throw new HeadgateError('request.invalid', 'fileId: it is needed');
      const body = plain(wanted.data);
      const changed = await context.tx(async (tx) => {
        await follow(tx, found, wanted.data);
        return await updateJob(tx, found, { body }, { flows: [await flowOf(tx, wanted.data)], task: preprocessTask({ body }) });
      });
      return { status: 200, body: await show(context, changed) };
    },
  });

const archive = route({
  method: 'PUT',
  path: `${path}/:id/archive`,
  name: 'files.preprocess.csv.archive',
  summary: 'Archive a preprocess job, or take it back',
  scope: 'pipelines:write',
  resolve,
  body: status,
  replies: { 200: view },
  handle: async (context, { found, body: sent }) => ({
    status: 200,
    body: await show(context, await updateJob(context, found, ...archiving(sent.status))),
  }),
});

export const preprocessRoutes: readonly GuardedRoute[] = [
  create,
  get,
  changing('PUT', 'files.preprocess.csv.replace', 'Replace a preprocess job'),
  changing('PATCH', 'files.preprocess.csv.update', 'Change parts of a preprocess job'),
  archive,
];
