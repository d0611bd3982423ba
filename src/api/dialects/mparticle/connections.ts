/** Connections: stored only once the warehouse has let us in. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { deleteConnection } from '../../../operations/connections/delete.ts';
import { updateConnection } from '../../../operations/connections/update.ts';
import { InvalidInput, perform } from '../../../operations/operation.ts';
import { forgetSecrets } from '../../../operations/secrets/forget.ts';
import type { RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { change, checked, connectionBody, connectionView, open, probe, show, type ConnectionBody } from './connection.ts';
import { insertStored, listStored, requireFree, requireSameId, updateStored, type Stored } from './objects.ts';
import { refresh, requireUnused, usersOf } from './pipeline-plan.ts';
import { providerNames, providerOf } from './providers.ts';
import { finder, resourceRoutes } from './resource.ts';
import { faultOf, faultsOf, repaired } from './status.ts';
import { base } from './base.ts';

type Found = Stored<ConnectionBody>;

const path = `${base}/connections`;
const one = `${path}/:connection`;
const resolve = finder<ConnectionBody>('connection', 'connection');

const list = defineRoute({
  method: 'GET',
  path,
  name: 'connections.list',
  summary: 'List connections',
  auth: 'key',
  scope: 'connections:read',
  query: z.object({ serviceProvider: z.enum(providerNames).optional() }),
  replies: { 200: z.array(connectionView) },
  async handle(context, { query: { serviceProvider } }) {
    const all = await listStored<ConnectionBody>(context, 'connection');
    const wanted = all.filter(({ body }) => serviceProvider === undefined || body.service_provider === serviceProvider);
    const faults = await faultsOf(
      context,
      wanted.map(({ object }) => object),
    );
    return {
      status: 200,
      body: wanted.map((found) => show(found, faults.get(found.object))),
    };
  },
});

const create = defineRoute({
  method: 'POST',
  path,
  name: 'connections.create',
  summary: 'Create a connection',
  auth: 'key',
  scope: 'connections:write',
  body: connectionBody,
  replies: { 200: connectionView },
  async handle(context, { body }) {
    const wanted = checked(body, false);
    await requireFree(context, 'connection', body.id);
    await probe(context, wanted);
    const found = await context.tx(
      async (tx) => await insertStored(tx, 'connection', body.id, wanted.body, await open(tx, wanted)),
    );
    return {
      status: 200,
      body: show(found, undefined),
    };
  },
});

/** Repairs the connection and what it has stopped. */
async function replace(context: RouteContext, found: Found, sent: unknown): Promise<z.input<typeof connectionView>> {
  const parsed = connectionBody.safeParse(sent);
  if (!parsed.success) throw new InvalidInput('connection', parsed.error.issues);
  requireSameId(parsed.data.id, found.id);
  if (parsed.data.service_provider !== found.body.service_provider) {
    throw new HeadgateError('request.invalid', `service_provider: it stays ${found.body.service_provider}.`);
  }
  const wanted = checked(parsed.data, true);
  await probe(context, wanted, found);
  return await context.tx(async (tx) => {
    await change(tx, found, wanted);
    const stored = await updateStored(tx, 'connection', found, wanted.body);
    const users = await usersOf(tx, ({ connection_id }) => connection_id === found.id);
    await repaired(tx, [found.object, ...users.map(({ object }) => object)]);
    if (found.body.state !== wanted.body.state) await refresh(tx, users);
    return show(stored, undefined);
  });
}

/** Runs of deleted pipelines still name what they read from; its secret goes in any case. */
async function close(context: RouteContext, { object, body }: Found): Promise<void> {
  const { connector, secrets } = providerOf(body.service_provider);
  if (connector === undefined) {
    await perform(forgetSecrets, context, { holder: object });
    return;
  }
  try {
    await perform(deleteConnection, context, { connection: object });
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'object.conflict') throw error;
    const settings = Object.fromEntries(secrets.map((name) => [name, null]));
    await perform(updateConnection, context, { connection: object, settings });
  }
}

async function remove(context: RouteContext, found: Found): Promise<void> {
  await context.tx(async (tx) => {
    await requireUnused(tx, `Connection ${found.id}`, ({ connection_id }) => connection_id === found.id);
    await tx.objects.delete('connection', found.id);
    await repaired(tx, [found.object]);
  });
  await close(context, found);
}

const resource = resourceRoutes({
  path: one,
  name: 'connections',
  title: 'connection',
  noun: 'connections',
  resolve,
  view: connectionView,
  body: connectionBody.partial({ id: true }),
  nested: ['config'],
  removal: 'Delete a connection that no pipeline uses',
  shown: async (context, found) => show(found, await faultOf(context, found.object)),
  replace,
  remove,
});

export const connectionRoutes = [list, create, ...resource];
