/** Routes of CSV imports. */
import type { Json } from '../../../domain/json.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import type { GuardedRoute, RouteContext } from '../../dialect.ts';
import { csvInputs, csvPatch, csvPost, csvPut, csvView, planOf, showCsv, showInputs, type CsvBody } from './csv-import.ts';
import { taskOf } from './job-task.ts';
import { archiving, insertJob, updateJob, type FoundJob, type JobData } from './jobs.ts';
import { levelOn } from './levels.ts';
import { route } from './route.ts';
import { jobIn, runRoutes } from './run-routes.ts';
import { showTyped, typedRun } from './runs.ts';
import { status } from './shapes.ts';

const path = '/imports/files/csv';
const title = 'CSV import';
const resolve = jobIn(title, ['csv']);
const one = `${path}/:id`;

const plain = (body: object): Json => JSON.parse(JSON.stringify(body)) as Json; // plain data

async function changed(context: RouteContext, job: FoundJob, body: CsvBody): Promise<FoundJob> {
  const { name, ...rest } = body;
  const plan = await planOf(context, body);
  return await updateJob(context, job, { ...(name !== undefined && { name }), body: plain(rest) }, plan);
}

const create = route({
  method: 'POST',
  path,
  name: 'imports.files.csv.create',
  summary: 'Create a CSV import',
  scope: 'pipelines:write',
  body: csvPost,
  replies: { 201: csvView },
  async handle(context, { body }) {
    const { name, hidden = false, ...rest } = body;
    const job = await context.tx(
      async (tx) =>
        await insertJob(
          tx,
          { kind: 'csv', hidden, body: plain(rest), name: (number) => name ?? `CSV Import #${number}` },
          await planOf(tx, body),
        ),
    );
    return { status: 201, body: showCsv(job, 'manage') };
  },
});

const get = route({
  method: 'GET',
  path: one,
  name: 'imports.files.csv.get',
  summary: 'Get a CSV import',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: csvView },
  handle: async (context, { found }) => ({ status: 200, body: showCsv(found, await levelOn(context, found)) }),
});

const put = route({
  method: 'PUT',
  path: one,
  name: 'imports.files.csv.replace',
  summary: 'Replace a CSV import: what is left out becomes what it is by default',
  scope: 'pipelines:write',
  resolve,
  body: csvPut,
  replies: { 200: csvView },
  handle: async (context, { found, body }) => ({
    status: 200,
    body: showCsv(await changed(context, found, body), await levelOn(context, found)),
  }),
});

const patch = route({
  method: 'PATCH',
  path: one,
  name: 'imports.files.csv.update',
  summary: 'Change parts of a CSV import',
  scope: 'pipelines:write',
  resolve,
  body: csvPatch,
  replies: { 200: csvView },
  async handle(context, { found, body }) {
    const before = csvPut.parse(found.data.body);
    const merged = csvPut.safeParse({ ...before, ...body, destination: { ...before.destination, ...body.destination } });
    if (!merged.success) throw new InvalidInput('imports.files.csv.update', merged.error.issues);
    return { status: 200, body: showCsv(await changed(context, found, merged.data), await levelOn(context, found)) };
  },
});

const archive = route({
  method: 'PUT',
  path: `${one}/archive`,
  name: 'imports.files.csv.archive',
  summary: 'Archive a CSV import, or take it back',
  scope: 'pipelines:write',
  resolve,
  body: status,
  replies: { 200: csvView },
  handle: async (context, { found, body }) => ({
    status: 200,
    body: showCsv(await updateJob(context, found, ...archiving(body.status)), await levelOn(context, found)),
  }),
});

const remove = route({
  method: 'DELETE',
  path: one,
  name: 'imports.files.csv.delete',
  summary: 'Archive a CSV import (deprecated, use the archive endpoint)',
  scope: 'pipelines:write',
  resolve,
  replies: { 204: undefined },
  async handle(context, { found }) {
    await updateJob(context, found, ...archiving(true));
    return { status: 204 };
  },
});

const runs = runRoutes({
  path: one,
  name: 'imports.files.csv',
  title,
  kinds: ['csv'],
  view: typedRun('csvImportId'),
  show: (_, job, run) => showTyped('csvImportId', job, run),
  task: taskOf,
  inputs: {
    view: csvInputs,
    // Kept when the run began.
    show: (_, { inputs }) => showInputs(inputs as unknown as JobData),
  },
});

export const csvRoutes: readonly GuardedRoute[] = [create, get, put, patch, archive, remove, ...runs];
