/** Imports: several syncs between the same two ends, as one pipeline. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import type { RunTask } from '../../../domain/run.ts';
import { warehouseSlug } from '../../../operations/warehouse/warehouse.ts';
import type { RouteContext } from '../../dialect.ts';
import { nothing } from './csv-import.ts';
import { contentsOf } from './files-stored.ts';
import { connectionFor } from './hosts.ts';
import { findJob, type JobData, type Plan } from './jobs.ts';
import { dataSourceIn, notificationsIn, scheduleIn } from './shapes.ts';
import { fileFlow, lacking, syncIn, tableFlow, type Sync } from './sync.ts';
import { scheduleOf } from './timing.ts';
import { id } from './wire.ts';

export const syncTypes = ['Dbsync', 'AutoImport', 'GdocImport', 'GdocExport'] as const;

/** In the order in which clients take them. */
export const importPut = z.object({
  name: z.string().min(1).max(1000),
  syncType: z.enum(syncTypes),
  source: dataSourceIn.optional(),
  destination: dataSourceIn.optional(),
  schedule: scheduleIn.optional(),
  notifications: notificationsIn.optional(),
  parentId: id.optional(),
  isOutbound: z.boolean(),
  nextRunAt: z.iso.datetime({ offset: true }).optional(),
  timeZone: z.string().max(64).optional(),
});

export const importPost = importPut.extend({ hidden: z.boolean().optional() });

const stored = z.object({
  syncType: z.enum(syncTypes),
  source: dataSourceIn.optional(),
  destination: dataSourceIn.optional(),
  isOutbound: z.boolean(),
  syncs: z.array(z.object({ number: z.number().int(), archived: z.boolean(), body: syncIn })),
});

export type ImportBody = z.output<typeof stored>;

export const bodyOf = ({ body }: Pick<JobData, 'body'>): ImportBody => stored.parse(body);

export const plain = (body: object): Json => JSON.parse(JSON.stringify(body)) as Json; // plain data

/** Both ends, where they are named: else the warehouse stands for them. */
async function endsOf(
  context: RouteContext,
  { source, destination }: Pick<ImportBody, 'source' | 'destination'>,
): Promise<Pick<Plan, 'source' | 'destination'>> {
  const into = destination ? await connectionFor(context, destination) : warehouseSlug;
  return { source: source ? await connectionFor(context, source) : into, destination: into };
}

/** Those that are not archived, in the order in which they were made. Throws `request.invalid`. */
async function flowsOf(context: RouteContext, { syncs }: ImportBody): Promise<readonly Json[]> {
  const flows: Json[] = [];
  for (const { archived, body } of syncs) {
    if (archived || lacking(body) !== undefined) continue;
    if (!body.source.file) flows.push(tableFlow(body));
    else flows.push(fileFlow(body, ...(await contentOf(context, body.source.file.id))));
  }
  return flows.length === 0 ? [nothing] : flows;
}

/** What its runs are. Throws `request.invalid`. */
export async function planOf(context: RouteContext, body: ImportBody): Promise<Plan> {
  return { ...(await endsOf(context, body)), flows: await flowsOf(context, body), task: importTask(body) };
}

async function contentOf(context: RouteContext, number: number): Promise<[string]> {
  const [content] = await contentsOf(context, [number]);
  if (content === undefined) throw new HeadgateError('request.invalid', `there is no file ${number}`);
  return [content];
}

/** Of a job of any kind. Throws `request.invalid`. */
export async function timingOf(context: RouteContext, of: Pick<JobData, 'schedule' | 'timeZone' | 'parentId'>): Promise<Json> {
  const { schedule, timeZone = context.timeZone, parentId } = of;
  const parent = parentId === undefined ? undefined : await findJob(context, parentId);
  if (parentId !== undefined && !parent) throw new HeadgateError('request.invalid', `parentId: there is no job ${parentId}`);
  return scheduleOf({ schedule, timeZone, ...(parent && { parent: parent.object }) });
}

/** A run of what cannot be run says why. */
export function importTask({ syncs }: Pick<ImportBody, 'syncs'>): RunTask | undefined {
  const live = syncs.filter(({ archived }) => !archived);
  if (live.length === 0) return { kind: 'refuse', reason: 'the import has no syncs: add one, and run it again' };
  const reason = live.map(({ body }) => lacking(body)).find((one) => one !== undefined);
  return reason === undefined ? undefined : { kind: 'refuse', reason };
}

export const liveSyncs = ({ syncs }: ImportBody): readonly Sync[] => syncs.filter(({ archived }) => !archived);
