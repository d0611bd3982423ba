import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { InvalidInput, perform } from '../../../operations/operation.ts';
import { requireForwarder } from '../../../operations/forwarders/forwarder.ts';
import { stopForward } from '../../../operations/forwarders/stop.ts';
import { updatePipeline } from '../../../operations/pipelines/update.ts';
import { rangeLimits } from '../../../operations/ranges/limits.ts';
import { rangeStatus } from '../../../operations/ranges/status.ts';
import { stopRange } from '../../../operations/ranges/stop.ts';
import type { RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { base } from './base.ts';
import { changes } from './fields.ts';
import { requireFeed } from './feeds.ts';
import { mostActive } from './limits.ts';
import { insertStored, listStored, requireFree, requireSameId, updateStored, type Stored } from './objects.ts';
import { pipelineBody, pipelineView, show, type Doing, type PipelineBody } from './pipeline.ts';
import { build, partsOf, rebuild, usersOf, type Parts } from './pipeline-plan.ts';
import { requirePlan } from './plans.ts';
import { finder, resourceRoutes } from './resource.ts';
import { repaired } from './status.ts';

export type FoundPipeline = Stored<PipelineBody>;

const kind = 'pipeline';
export const pipelinesPath = `${base}/inputs/data-pipelines`;
export const pipelinePath = `${pipelinesPath}/:pipeline`;

export const resolvePipeline = finder<PipelineBody>(kind, 'pipeline');

/** By our own id. */
async function doingOf(context: RouteContext, pipelines?: readonly string[]): Promise<ReadonlyMap<string, Doing>> {
  const { data } = await perform(rangeStatus, context, { ...(pipelines && { pipelines }) });
  return new Map(data.map(({ pipeline, busy, fault }) => [pipeline, { busy, fault: fault?.message }]));
}

const idle: Doing = { busy: false };

export async function doing(context: RouteContext, { object }: FoundPipeline): Promise<Doing> {
  return (await doingOf(context, [object])).get(object) ?? idle;
}

const list = defineRoute({
  method: 'GET',
  path: pipelinesPath,
  name: 'data-pipelines.list',
  summary: 'List pipelines',
  auth: 'key',
  scope: 'pipelines:read',
  replies: { 200: z.array(pipelineView) },
  async handle(context) {
    const all = await listStored<PipelineBody>(context, kind);
    const now = await doingOf(context);
    return {
      status: 200,
      body: all.map((found) => show(found, now.get(found.object) ?? idle)),
    };
  },
});

/** Everything that the body names. Throws `object.missing`; `request.invalid` for what is there and cannot be used. */
async function referred(context: RouteContext, id: string, body: PipelineBody): Promise<Parts> {
  const parts = await partsOf(context, body);
  const { partner_feed_id, data_plan_id, data_plan_version, forwarder_id } = body;
  if (partner_feed_id !== undefined && partner_feed_id !== 0) await requireFeed(context, partner_feed_id);
  if (forwarder_id !== undefined) await requireForwarder(context, forwarder_id);
  if (data_plan_id !== undefined) await requirePlan(context, data_plan_id, data_plan_version);
  if (body.state === 'active') {
    const active = await usersOf(context, ({ state }) => state === 'active');
    const most = mostActive(await perform(rangeLimits, context, {}));
    if (active.filter((other) => other.id !== id).length >= most) {
      throw new HeadgateError('request.invalid', `state: at most ${most} pipelines can be active.`);
    }
  }
  return parts;
}

const create = defineRoute({
  method: 'POST',
  path: pipelinesPath,
  name: 'data-pipelines.create',
  summary: 'Create a pipeline',
  auth: 'key',
  scope: 'pipelines:write',
  body: pipelineBody,
  replies: { 200: pipelineView },
  async handle(context, { body }) {
    await requireFree(context, kind, body.id);
    const found = await context.tx(async (tx) => {
      const object = await build(tx, body.id, body, await referred(tx, body.id, body));
      return await insertStored(tx, kind, body.id, body, object);
    });
    return {
      status: 200,
      body: show(found, idle),
    };
  },
});

/** Rows that were read with other means say nothing about where to continue. */
function restarts(before: PipelineBody, after: PipelineBody): boolean {
  const [a, b] = [before.sync_mode, after.sync_mode];
  return (
    a.type !== b.type ||
    a.iterator_field !== b.iterator_field ||
    a.iterator_data_type !== b.iterator_data_type ||
    before.data_model_id !== after.data_model_id ||
    before.connection_id !== after.connection_id
  );
}

async function replace(context: RouteContext, found: FoundPipeline, sent: unknown): Promise<Json> {
  const parsed = pipelineBody.safeParse(sent);
  if (!parsed.success) throw new InvalidInput(kind, parsed.error.issues);
  const body = parsed.data;
  requireSameId(body.id, found.id);
  const stored = await context.tx(async (tx) => {
    const parts = await referred(tx, found.id, body);
    const changed = await updateStored(tx, kind, found, body);
    await repaired(tx, [found.object]);
    await rebuild(tx, { stored: changed, restart: restarts(found.body, body) }, parts);
    return changed;
  });
  return show(stored, await doing(context, stored));
}

async function remove(context: RouteContext, { id, object: pipeline }: FoundPipeline): Promise<void> {
  await context.tx(async (tx) => {
    await perform(updatePipeline, tx, {
      pipeline,
      state: 'archived',
    });
    await perform(stopRange, tx, { pipeline });
    await repaired(tx, [pipeline]);
    await perform(stopForward, tx, { pipeline });
    await tx.objects.delete(kind, id);
  });
}

const resource = resourceRoutes({
  path: pipelinePath,
  name: 'data-pipelines',
  title: 'pipeline',
  noun: 'pipelines',
  resolve: resolvePipeline,
  view: pipelineView,
  body: changes,
  nested: ['sync_mode', 'schedule'],
  removal: 'Delete a pipeline, and stop it',
  shown: async (context, found) => show(found, await doing(context, found)),
  replace,
  remove,
});

export const pipelineRoutes = [list, create, ...resource];
