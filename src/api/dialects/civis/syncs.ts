/** Routes of the syncs of an import. */
import { z } from 'zod';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { bodyOf, plain, planOf } from './import.ts';
import { syncOf } from './import-views.ts';
import { resolveImport } from './imports.ts';
import { holdJob, updateJob, type FoundJob } from './jobs.ts';
import { missing, numberIn, route } from './route.ts';
import { syncIn, syncView, type Sync, type SyncBody } from './sync.ts';

interface Found {
  readonly job: FoundJob;
  readonly sync: Sync;
}

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<Found> => {
  const job = await resolveImport(context, params);
  const number = Number(numberIn(params, 'sync_id', 'sync'));
  const sync = bodyOf(job.data).syncs.find((one) => one.number === number);
  if (!sync) throw missing('sync');
  return { job, sync };
};

/** In the place of the one with its number, else behind all others. */
async function stored(tx: RouteContext, found: FoundJob, sync: Sync): Promise<void> {
  const job = await holdJob(tx, found);
  const body = bodyOf(job.data);
  const known = body.syncs.some(({ number }) => number === sync.number);
  const syncs = known ? body.syncs.map((one) => (one.number === sync.number ? sync : one)) : [...body.syncs, sync];
  const changed = { ...body, syncs: syncs.map((one) => ({ ...one })) };
  await updateJob(tx, job, { body: plain(changed) }, await planOf(tx, changed));
}

const create = route({
  method: 'POST',
  path: '/imports/:id/syncs',
  name: 'imports.syncs.create',
  summary: 'Add a sync to an import',
  scope: 'pipelines:write',
  resolve: resolveImport,
  body: syncIn,
  replies: { 201: syncView },
  async handle(context, { found, body }) {
    const sync = await context.tx(async (tx) => {
      const made: Sync = { number: await tx.objects.number('job'), archived: false, body };
      await stored(tx, found, made);
      return made;
    });
    return { status: 201, body: await syncOf(context, sync) };
  },
});

const changed = async (
  context: RouteContext,
  { job, sync }: Found,
  changes: { readonly body?: SyncBody; readonly archived?: boolean },
) => {
  const after: Sync = { ...sync, ...changes };
  await context.tx(async (tx) => await stored(tx, job, after));
  return await syncOf(context, after);
};

const put = route({
  method: 'PUT',
  path: '/imports/:id/syncs/:sync_id',
  name: 'imports.syncs.replace',
  summary: 'Replace a sync',
  scope: 'pipelines:write',
  resolve,
  body: syncIn,
  replies: { 200: syncView },
  handle: async (context, { found, body }) => ({ status: 200, body: await changed(context, found, { body }) }),
});

const archive = route({
  method: 'PUT',
  path: '/imports/:id/syncs/:sync_id/archive',
  name: 'imports.syncs.archive',
  summary: 'Archive a sync, or take it back',
  scope: 'pipelines:write',
  resolve,
  body: z.object({ status: z.boolean().optional() }),
  replies: { 200: syncView },
  handle: async (context, { found, body }) => ({
    status: 200,
    body: await changed(context, found, { archived: body.status ?? true }),
  }),
});

const remove = route({
  method: 'DELETE',
  path: '/imports/:id/syncs/:sync_id',
  name: 'imports.syncs.delete',
  summary: 'Archive a sync (deprecated, use the archive endpoint)',
  scope: 'pipelines:write',
  resolve,
  replies: { 204: undefined },
  async handle(context, { found }) {
    await changed(context, found, { archived: true });
    return { status: 204 };
  },
});

export const syncRoutes: readonly GuardedRoute[] = [create, put, archive, remove];
