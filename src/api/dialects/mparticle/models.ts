/** Data models: one SELECT each, checked by its words when it is written and by the warehouse when it runs. */
import { z } from 'zod';
import { InvalidInput } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { base } from './base.ts';
import { modelBody, modelView, show, type ModelBody } from './model.ts';
import { insertStored, listStored, requireFree, requireSameId, updateStored, type Stored } from './objects.ts';
import { refresh, requireUnused, usersOf } from './pipeline-plan.ts';
import { finder, resourceRoutes } from './resource.ts';
import { faultOf, faultsOf, repaired } from './status.ts';

type Found = Stored<ModelBody>;

const path = `${base}/data-models`;
const one = `${path}/:model`;
const resolve = finder<ModelBody>('data-model', 'model');

const list = defineRoute({
  method: 'GET',
  path,
  name: 'data-models.list',
  summary: 'List data models',
  auth: 'key',
  scope: 'pipelines:read',
  replies: { 200: z.array(modelView) },
  async handle(context) {
    const all = await listStored<ModelBody>(context, 'data-model');
    const faults = await faultsOf(
      context,
      all.map(({ object }) => object),
    );
    return {
      status: 200,
      body: all.map((found) => show(found, faults.get(found.object))),
    };
  },
});

const create = defineRoute({
  method: 'POST',
  path,
  name: 'data-models.create',
  summary: 'Create a data model',
  auth: 'key',
  scope: 'pipelines:write',
  body: modelBody,
  replies: { 200: modelView },
  async handle(context, { body }) {
    await requireFree(context, 'data-model', body.id);
    return {
      status: 200,
      body: show(await insertStored(context, 'data-model', body.id, body), undefined),
    };
  },
});

/** Repairs the model, and the pipelines that it stopped. */
async function replace(context: RouteContext, found: Found, sent: unknown): Promise<z.input<typeof modelView>> {
  const parsed = modelBody.safeParse(sent);
  if (!parsed.success) throw new InvalidInput('data-model', parsed.error.issues);
  requireSameId(parsed.data.id, found.id);
  return await context.tx(async (tx) => {
    const stored = await updateStored(tx, 'data-model', found, parsed.data);
    const users = await usersOf(tx, ({ data_model_id }) => data_model_id === found.id);
    await repaired(tx, [found.object, ...users.map(({ object }) => object)]);
    await refresh(tx, users);
    return show(stored, undefined);
  });
}

async function remove(context: RouteContext, found: Found): Promise<void> {
  await context.tx(async (tx) => {
    await requireUnused(tx, `Data model ${found.id}`, ({ data_model_id }) => data_model_id === found.id);
    await tx.objects.delete('data-model', found.id);
    await repaired(tx, [found.object]);
  });
}

const resource = resourceRoutes({
  path: one,
  name: 'data-models',
  title: 'data model',
  noun: 'pipelines',
  resolve,
  view: modelView,
  body: modelBody.partial({ id: true }),
  nested: ['config'],
  removal: 'Delete a data model that no pipeline uses',
  shown: async (context, found) => show(found, await faultOf(context, found.object)),
  replace,
  remove,
});

export const modelRoutes = [list, create, ...resource];
