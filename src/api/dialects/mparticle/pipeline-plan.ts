/** What a pipeline of this vocabulary is to us: a pipeline with one flow, a schedule and a range. */
import { createHash } from 'node:crypto';
import type { RangeLimits } from '../../../domain/range.ts';
import { HeadgateError } from '../../../domain/error.ts';
import { withoutEnd } from '../../../domain/model-sql.ts';
import type { Json } from '../../../domain/json.ts';
import { perform } from '../../../operations/operation.ts';
import { setForward } from '../../../operations/forwarders/set.ts';
import { stopForward } from '../../../operations/forwarders/stop.ts';
import { createPipeline } from '../../../operations/pipelines/create.ts';
import { updatePipeline } from '../../../operations/pipelines/update.ts';
import { rangeLimits } from '../../../operations/ranges/limits.ts';
import { setRange } from '../../../operations/ranges/set.ts';
import { stopRange } from '../../../operations/ranges/stop.ts';
import { keeperOf, warehouseSlug } from '../../../operations/warehouse/warehouse.ts';
import type { RouteContext } from '../../dialect.ts';
import type { ConnectionBody } from './connection.ts';
import { attributeLimits, catchUp, mostAttributes, mostColumns, mostRows, quotaOf } from './limits.ts';
import type { ModelBody } from './model.ts';
import { eventFlow, labelsOf } from './events.ts';
import { reserved } from './identities.ts';
import { listStored, requireStored, type Stored } from './objects.ts';
import type { PipelineBody } from './pipeline.ts';
import type { TransformationBody } from './transformation.ts';

/** Three attempts, a minute and five minutes apart. */
const retry = { attempts: 3, waits: [60, 300] };

const units = { hourly: 'hours', daily: 'days', weekly: 'weeks', monthly: 'months' } as const;

export function scheduleOf({ schedule, sync_mode: { from } }: PipelineBody, limits: RangeLimits): Json {
  const { type, frequency, start, delay, end } = schedule;
  if (type === 'once') return { kind: 'once' };
  if (type === 'on_demand' || frequency === undefined || start === undefined) return { kind: 'manual' };
  // A lower bound before the start leaves no step out.
  const late = from !== undefined && Date.parse(from) >= Date.parse(start);
  return {
    kind: 'interval',
    every: 1,
    unit: units[frequency],
    start,
    delay,
    catch_up: catchUp(limits, frequency),
    ...(late && { after: from }),
    ...(end !== undefined && { end }),
  };
}

const unitOf = (type: PipelineBody['sync_mode']['iterator_data_type']): 'instant' | 'date' | 'unix_ms' | 'unix_s' => {
  if (type === 'date') return 'date';
  if (type === 'timestamp_unixtime_ms') return 'unix_ms';
  return type === 'timestamp_unixtime_s' ? 'unix_s' : 'instant';
};

const utc = (text: string): string => new Date(text).toISOString();

/** `own` = columns that the query has beside those of the model. */
export function rangeOf(body: PipelineBody, model: string, own = 0): Json {
  const { type, iterator_field: field, iterator_data_type, from, until } = body.sync_mode;
  const { schedule } = body;
  const quota = quotaOf(body);
  const mode = type === 'incremental' ? 'since_success' : field === undefined ? 'whole' : 'fixed';
  // Who asks by hand starts at the schedule's start, where no bound was given.
  const first = from ?? (schedule.type === 'on_demand' ? schedule.start : undefined);
  return {
    mode,
    unit: unitOf(iterator_data_type),
    model,
    quota,
    most_rows: mostRows(quota),
    most_fields: mostColumns,
    own_fields: own,
    ...(field !== undefined && { field }),
    ...(first !== undefined && mode !== 'whole' && { from: utc(first) }),
    ...(until !== undefined && { until: utc(until) }),
  };
}

/** A table of its own, under a name that no other pipeline of the workspace has, in whatever case. */
export function tableOf(id: string): string {
  const plain = id.toLowerCase().replaceAll('-', '_').slice(0, 40);
  return plain === id ? `mparticle_${plain}` : `mparticle_${plain}_${createHash('sha256').update(id).digest('hex').slice(0, 6)}`;
}

/** Rows are kept as they came in a table of the pipeline's own; users and events are made of them. */
function flowOf(id: string, body: PipelineBody, { model, transformation }: Parts): { readonly flow: Json; readonly own: number } {
  const name = tableOf(id);
  const sql = withoutEnd(model.body.config.sql_query);
  const shared = {
    into: name,
    read: 'snapshot',
    write: body.sync_mode.type === 'full' ? 'replace' : 'append',
    // An attribute of NULL stays as it was.
    nulls: 'keep',
    allow_delete: true,
    max_rejects: '100%',
  };
  if (!transformation) return { flow: { ...shared, query: { name, sql }, fit: {}, derive: attributesOf(body) }, own: 0 };
  const { rename, cast, others, drop, rules, derive, added, sql: mapped } = eventFlow(sql, transformation.body, body);
  return { flow: { ...shared, query: { name, sql: mapped }, rename, cast, fit: { others, drop, rules }, derive }, own: added };
}

const attributesOf = ({ sync_mode: { iterator_field } }: PipelineBody): Json => ({
  into: 'profiles',
  objects: 'text',
  id: 'mpid',
  identities: reserved.map((one) => ({ ...one })),
  except: iterator_field === undefined ? [] : [iterator_field],
  limits: { ...attributeLimits, count: mostAttributes },
});

export interface Parts {
  readonly connection: Stored<ConnectionBody>;
  readonly model: Stored<ModelBody>;
  /** Of pipelines of events. */
  readonly transformation?: Stored<TransformationBody>;
}

export async function partsOf(context: RouteContext, body: PipelineBody): Promise<Parts> {
  const connection = await requireStored<ConnectionBody>(context, 'connection', body.connection_id);
  const model = await requireStored<ModelBody>(context, 'data-model', body.data_model_id);
  const { field_transformation_id: id } = body;
  if (id === undefined) return { connection, model };
  return { connection, model, transformation: await requireStored<TransformationBody>(context, 'field-transformation', id) };
}

/** It runs only where all three are active. */
const stateOf = ({ state }: PipelineBody, { connection, model }: Parts): 'active' | 'paused' =>
  state === 'active' && connection.body.state === 'active' && model.body.state === 'active' ? 'active' : 'paused';

/** What cannot be opened yet has nothing of ours behind it: the pipeline waits, and reads nowhere. */
const sourceOf = ({ connection }: Parts): string => (connection.object.startsWith('con_') ? connection.object : warehouseSlug);

const named = (body: PipelineBody): string => body.name.slice(0, 200);

interface Wanted {
  readonly flows: Json[];
  readonly schedule: Json;
  readonly policy: Json;
}

async function wantedOf(context: RouteContext, id: string, body: PipelineBody, parts: Parts): Promise<Wanted> {
  const { flow, own } = flowOf(id, body, parts);
  const limits = await perform(rangeLimits, context, {});
  return { flows: [flow], schedule: scheduleOf(body, limits), policy: rangeOf(body, parts.model.object, own) };
}

/** What the body names is told everything; nobody, where it names none. */
async function forward(context: RouteContext, pipeline: string, body: PipelineBody): Promise<void> {
  const { forwarder_id: forwarder } = body;
  if (forwarder === undefined) await perform(stopForward, context, { pipeline });
  else await perform(setForward, context, { pipeline, forwarder, labels: labelsOf(body) });
}

/** The id of our pipeline. */
export async function build(context: RouteContext, id: string, body: PipelineBody, parts: Parts): Promise<string> {
  const { flows, schedule, policy } = await wantedOf(context, id, body, parts);
  const made = await perform(createPipeline, context, {
    name: named(body),
    source: sourceOf(parts),
    destination: await keeperOf(context),
    flows,
    schedule,
    retry,
    state: 'paused',
  });
  await perform(setRange, context, { pipeline: made.id, policy });
  await forward(context, made.id, body);
  // Its first tick may be due at once: by then its range is there.
  const state = stateOf(body, parts);
  if (state === 'active') await perform(updatePipeline, context, { pipeline: made.id, state });
  return made.id;
}

interface Rebuilding {
  readonly stored: Stored<PipelineBody>;
  /** Absent = what was read before still counts. */
  readonly restart?: boolean;
}

export async function rebuild(context: RouteContext, { stored, restart = false }: Rebuilding, parts: Parts): Promise<void> {
  const { id, object: pipeline, body } = stored;
  // First of all: the end of a run takes its locks in this order, too.
  if (body.state === 'paused') await perform(stopRange, context, { pipeline });
  const { flows, schedule, policy } = await wantedOf(context, id, body, parts);
  await perform(setRange, context, { pipeline, source: sourceOf(parts), policy, restart });
  await perform(updatePipeline, context, {
    pipeline,
    name: named(body),
    flows,
    schedule,
    state: stateOf(body, parts),
  });
  await forward(context, pipeline, body);
}

/** Pipelines that name something. */
export async function usersOf(
  context: RouteContext,
  names: (body: PipelineBody) => boolean,
): Promise<readonly Stored<PipelineBody>[]> {
  return (await listStored<PipelineBody>(context, 'pipeline')).filter(({ body }) => names(body));
}

/** Throws `object.conflict` where a pipeline names it. `what` begins a sentence. */
export async function requireUnused(context: RouteContext, what: string, names: (body: PipelineBody) => boolean): Promise<void> {
  const [user] = await usersOf(context, names);
  if (user) throw new HeadgateError('object.conflict', `${what} is used by pipeline ${user.id}.`);
}

/** Something that these pipelines name has changed. */
export async function refresh(context: RouteContext, users: readonly Stored<PipelineBody>[]): Promise<void> {
  for (const stored of users) await rebuild(context, { stored }, await partsOf(context, stored.body));
}
