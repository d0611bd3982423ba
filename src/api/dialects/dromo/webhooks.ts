/** Webhooks that are managed: an extension, since the vocabulary has only a page for them. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { deleteWebhook } from '../../../operations/webhooks/delete.ts';
import { webhookDeliveries } from '../../../operations/webhooks/deliveries.ts';
import { getWebhook } from '../../../operations/webhooks/get.ts';
import { createWebhookIn, updateWebhookIn } from '../../../operations/webhooks/tell-in.ts';
import { webhookUrl } from '../../../operations/webhooks/webhook.ts';
import { perform } from '../../../operations/operation.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { moment } from './import-view.ts';
import { missing, plainData } from './schemas-stored.ts';
import { wantedTopics } from './topics.ts';
import { eventNames, managedForm, toldKinds } from './webhook-bodies.ts';

const path = '/api/v1/webhooks';
const kind = 'webhook';
const most = 1000;

const names = z.enum(Object.values(eventNames));
const body = z.strictObject({
  url: webhookUrl,
  developmentMode: z.boolean().default(false),
  importIdentifiers: z.array(z.string().min(1).max(400)).max(200).default([]),
  schemas: z.array(z.uuid()).max(200).default([]),
  events: z.array(names).min(1).default(Object.values(eventNames)),
  active: z.boolean().default(true),
});
type Body = z.output<typeof body>;

const view = z.object({ id: z.uuid(), ...body.shape, failures: z.number().int(), state: z.string(), created_date: z.string() });

const kindsOf = (events: Body['events']) => toldKinds.filter((one) => events.includes(eventNames[one]));
const wishOf = (sent: Body) => ({
  name: sent.url.slice(0, 200),
  url: sent.url,
  events: kindsOf(sent.events),
  topics: wantedTopics(sent),
});

type Stored = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

async function show(
  context: RouteContext,
  { external_id: id, object_id, data, created_at }: Stored,
): Promise<z.output<typeof view>> {
  const { failures, state } = await perform(getWebhook, context, { webhook: object_id });
  const stored = body.parse(data);
  return { id, ...stored, active: state !== 'paused', failures, state, created_date: moment(created_at.toISOString()) };
}

async function resolve({ objects }: RouteContext, { webhook }: Incoming['params']): Promise<Stored> {
  const found = await objects.find(kind, webhook ?? '');
  if (!found) throw missing();
  return found;
}

const list = defineRoute({
  method: 'GET',
  path,
  name: 'webhooks.managed.list',
  summary: 'List webhooks, the newest first',
  auth: 'key',
  scope: 'webhooks:read',
  replies: { 200: z.array(view) },
  async handle(context) {
    const shown = [];
    for (const row of await context.objects.list(kind, { limit: most, offset: 0, order: 'newest' }))
      shown.push(await show(context, row));
    return { status: 200, body: shown };
  },
});

const create = defineRoute({
  method: 'POST',
  path,
  name: 'webhooks.managed.create',
  summary: 'Have events of imports posted to an address; the secret that signs them is in this answer and never again',
  auth: 'key',
  scope: 'webhooks:write',
  body,
  replies: { 201: view.extend({ secret: z.string() }) },
  handle: async (context, { body: sent }) =>
    await context.tx(async (tx) => {
      const { id, secret } = await perform(createWebhookIn, tx, { ...wishOf(sent), form: managedForm });
      if (!sent.active) await perform(updateWebhookIn, tx, { ...wishOf(sent), webhook: id, state: 'paused' });
      const made = await tx.objects.insert({ kind, external_id: randomUUID(), object_id: id, data: plainData(sent) });
      return { status: 201, body: { ...(await show(tx, made)), secret } };
    }),
});

const get = defineRoute({
  method: 'GET',
  path: `${path}/:webhook`,
  name: 'webhooks.managed.get',
  summary: 'Get a webhook',
  auth: 'key',
  scope: 'webhooks:read',
  resolve,
  replies: { 200: view },
  handle: async (context, { found }) => ({ status: 200, body: await show(context, found) }),
});

const replace = defineRoute({
  method: 'PUT',
  path: `${path}/:webhook`,
  name: 'webhooks.managed.replace',
  summary: 'Replace a webhook; one that was given up begins anew',
  auth: 'key',
  scope: 'webhooks:write',
  resolve,
  body,
  replies: { 200: view },
  handle: async (context, { found, body: sent }) =>
    await context.tx(async (tx) => {
      const state = sent.active ? 'active' : 'paused';
      await perform(updateWebhookIn, tx, { ...wishOf(sent), webhook: found.object_id, state });
      const changed = await tx.objects.update(kind, found.external_id, plainData(sent));
      if (!changed) throw missing();
      return { status: 200, body: await show(tx, changed) };
    }),
});

const remove = defineRoute({
  method: 'DELETE',
  path: `${path}/:webhook`,
  name: 'webhooks.managed.delete',
  summary: 'Delete a webhook: nothing more is posted',
  auth: 'key',
  scope: 'webhooks:write',
  resolve,
  replies: { 204: undefined },
  handle: async (context, { found }) =>
    await context.tx(async (tx) => {
      await perform(deleteWebhook, tx, { webhook: found.object_id });
      await tx.objects.delete(kind, found.external_id);
      return { status: 204 };
    }),
});

const delivery = z.object({
  id: z.string(),
  state: z.string(),
  due_at: z.string().nullable(),
  created_at: z.string(),
  attempts: z.array(z.object({ at: z.string(), status: z.number().nullable(), error: z.string().nullable(), ms: z.number() })),
});

const deliveries = defineRoute({
  method: 'GET',
  path: `${path}/:webhook/deliveries`,
  name: 'webhooks.managed.deliveries',
  summary: 'List what was and will be posted, with every attempt, the newest first',
  auth: 'key',
  scope: 'webhooks:read',
  resolve,
  replies: { 200: z.array(delivery) },
  async handle(context, { found }) {
    const { data } = await perform(webhookDeliveries, context, { webhook: found.object_id, limit: 100 });
    const body = data.map(({ due_at, created_at, attempts, ...rest }) => ({
      ...rest,
      due_at: due_at === null ? null : moment(due_at),
      created_at: moment(created_at),
      attempts: attempts.map((one) => ({ ...one, at: moment(one.at) })),
    }));
    return { status: 200, body };
  },
});

export const webhookRoutes: readonly GuardedRoute[] = [list, create, get, replace, remove, deliveries];
