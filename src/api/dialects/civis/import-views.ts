/** Imports as they are answered. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { RouteContext } from '../../dialect.ts';
import { requireStoredFile } from './files-stored.ts';
import { listHosts } from './hosts.ts';
import { bodyOf, liveSyncs } from './import.ts';
import { jobState } from './job-routes.ts';
import type { Job, JobData, JobKind } from './jobs.ts';
import { levelOn } from './levels.ts';
import { users } from './people.ts';
import { runsOf, showRun, type JobRun } from './runs.ts';
import {
  dataSource,
  jobRun,
  notifications,
  schedule,
  showNotifications,
  showSchedule,
  user,
  type DataSourceIn,
} from './shapes.ts';
import { showSync, syncView, type Sync } from './sync.ts';
import { usualZone } from './timing.ts';

const said = z.string().nullable();

const shared = {
  name: z.string(),
  syncType: said,
  source: dataSource.nullable(),
  destination: dataSource.nullable(),
  schedule,
};

export const importSummary = z.object({
  ...shared,
  id: z.number().int(),
  isOutbound: z.boolean(),
  jobType: z.string(),
  state: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  lastRun: jobRun.nullable(),
  user,
  timeZone: z.string(),
  archived: z.boolean(),
});

const settings = {
  ...shared,
  notifications,
  parentId: z.number().int().nullable(),
  isOutbound: z.boolean(),
  nextRunAt: said,
  timeZone: z.string(),
  hidden: z.boolean(),
};

export const importInputs = z.object(settings);

export const importView = z.object({
  ...settings,
  id: z.number().int(),
  jobType: z.string(),
  syncs: z.array(syncView),
  state: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  lastRun: jobRun.nullable(),
  user,
  runningAs: user,
  archived: z.boolean(),
  myPermissionLevel: z.string(),
});

/** What is known of the ends of a job, whatever its kind. */
export interface Ends {
  readonly syncType: string;
  readonly source?: DataSourceIn | undefined;
  readonly destination?: DataSourceIn | undefined;
  readonly isOutbound: boolean;
}

const target = z.object({ remoteHostId: z.number().int(), credentialId: z.number().int() });
const loose = z.object({
  destination: target.optional(),
  remoteHostId: z.number().int().optional(),
  credentialId: z.number().int().optional(),
});

export const importKinds: readonly JobKind[] = ['import', 'file', 'csv', 'batch'];

/** Loads of files are imports by themselves. */
export function endsOf({ kind, body }: Pick<JobData, 'kind' | 'body'>): Ends {
  if (kind === 'import') return bodyOf({ body });
  const { destination, remoteHostId, credentialId } = loose.parse(body);
  const own = destination ?? { remoteHostId: remoteHostId ?? 0, credentialId: credentialId ?? 0 };
  return { syncType: 'AutoImport', destination: own, isOutbound: false };
}

/** Names of hosts by their numbers, looked up once for one answer. */
export async function hostNames(context: RouteContext): Promise<ReadonlyMap<number, string>> {
  return new Map((await listHosts(context)).map(({ number, name }) => [number, name]));
}

const endShown = (given: DataSourceIn | undefined, names: ReadonlyMap<number, string>): z.input<typeof dataSource> | null =>
  given
    ? {
        remoteHostId: given.remoteHostId,
        credentialId: given.credentialId,
        additionalCredentials: given.additionalCredentials ?? [],
        name: names.get(given.remoteHostId) ?? '',
      }
    : null;

export async function summaryOf(
  context: RouteContext,
  job: Job,
  last: JobRun | undefined,
  names: ReadonlyMap<number, string>,
  of = users(context),
): Promise<z.input<typeof importSummary>> {
  const ends = endsOf(job.data);
  return {
    name: job.data.name,
    syncType: ends.syncType,
    source: endShown(ends.source, names),
    destination: endShown(ends.destination, names),
    schedule: showSchedule(job.data.schedule),
    id: job.number,
    isOutbound: ends.isOutbound,
    jobType: 'JobTypes::Import',
    state: jobState(job, last),
    createdAt: job.createdAt,
    updatedAt: job.data.updatedAt,
    lastRun: last ? showRun(last) : null,
    user: await of(job.data.author),
    timeZone: job.data.timeZone ?? usualZone,
    archived: job.data.archived,
  };
}

/** As they were when the run began. */
export function showImportInputs(data: JobData, names: ReadonlyMap<number, string>): z.input<typeof importInputs> {
  const ends = endsOf(data);
  return {
    name: data.name,
    syncType: ends.syncType,
    source: endShown(ends.source, names),
    destination: endShown(ends.destination, names),
    schedule: showSchedule(data.schedule),
    notifications: showNotifications(data.notifications),
    parentId: data.parentId ?? null,
    isOutbound: ends.isOutbound,
    nextRunAt: null,
    timeZone: data.timeZone ?? usualZone,
    hidden: data.hidden,
  };
}

/** With the name of the file that it reads. */
export async function syncOf(context: RouteContext, sync: Sync): Promise<z.input<typeof syncView>> {
  const { file } = sync.body.source;
  if (!file) return showSync(sync);
  const found = await requireStoredFile(context, file.id).catch((error: unknown) => {
    if (error instanceof HeadgateError && error.code === 'object.missing') return undefined;
    throw error;
  });
  return showSync(sync, found?.data.name ?? found?.file.name);
}

export async function importOf(
  context: RouteContext,
  job: Job & { readonly pipeline?: { readonly next_due_at: string | null } },
): Promise<z.input<typeof importView>> {
  const [last] = await runsOf(context, job, 1);
  const names = await hostNames(context);
  const of = users(context);
  const syncs: z.input<typeof syncView>[] = [];
  if (job.data.kind === 'import') for (const sync of liveSyncs(bodyOf(job.data))) syncs.push(await syncOf(context, sync));
  return {
    ...(await summaryOf(context, job, last, names, of)),
    ...showImportInputs(job.data, names),
    nextRunAt: job.pipeline?.next_due_at ?? null,
    syncs,
    runningAs: await of(job.data.runningAs),
    myPermissionLevel: await levelOn(context, job),
  };
}
