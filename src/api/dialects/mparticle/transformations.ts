import { z } from 'zod';
import { InvalidInput } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { base } from './base.ts';
import { insertStored, listStored, requireFree, requireSameId, updateStored, type Stored } from './objects.ts';
import { finder, resourceRoutes } from './resource.ts';
import { refresh, requireUnused, usersOf } from './pipeline-plan.ts';
import { show, transformationBody, transformationView, type TransformationBody } from './transformation.ts';

type Found = Stored<TransformationBody>;

const path = `${base}/field-transformations`;
const one = `${path}/:transformation`;
const kind = 'field-transformation';
const resolve = finder<TransformationBody>(kind, 'transformation');

const list = defineRoute({
  method: 'GET',
  path,
  name: 'field-transformations.list',
  summary: 'List field transformations',
  auth: 'key',
  scope: 'pipelines:read',
  replies: { 200: z.array(transformationView) },
  handle: async (context) => ({
    status: 200,
    body: (await listStored<TransformationBody>(context, kind)).map(show),
  }),
});

const create = defineRoute({
  method: 'POST',
  path,
  name: 'field-transformations.create',
  summary: 'Create a field transformation',
  auth: 'key',
  scope: 'pipelines:write',
  body: transformationBody,
  replies: { 200: transformationView },
  async handle(context, { body }) {
    await requireFree(context, kind, body.id);
    return {
      status: 200,
      body: show(await insertStored(context, kind, body.id, body)),
    };
  },
});

async function replace(context: RouteContext, found: Found, sent: unknown): Promise<z.input<typeof transformationView>> {
  const parsed = transformationBody.safeParse(sent);
  if (!parsed.success) throw new InvalidInput(kind, parsed.error.issues);
  requireSameId(parsed.data.id, found.id);
  return await context.tx(async (tx) => {
    const stored = await updateStored(tx, kind, found, parsed.data);
    await refresh(tx, await usersOf(tx, ({ field_transformation_id }) => field_transformation_id === found.id));
    return show(stored);
  });
}

async function remove(context: RouteContext, found: Found): Promise<void> {
  await context.tx(async (tx) => {
    await requireUnused(
      tx,
      `Field transformation ${found.id}`,
      ({ field_transformation_id }) => field_transformation_id === found.id,
    );
    await tx.objects.delete(kind, found.id);
  });
}

const resource = resourceRoutes({
  path: one,
  name: 'field-transformations',
  title: 'field transformation',
  noun: 'pipelines',
  resolve,
  view: transformationView,
  body: transformationBody.partial({ id: true }),
  removal: 'Delete a field transformation',
  shown: (_, found) => show(found),
  replace,
  remove,
});

export const transformationRoutes = [list, create, ...resource];
