/** Saved schemas: fields, settings and hooks under a name. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parsedAsSent } from '../../../domain/exact-json.ts';
import type { Json } from '../../../domain/json.ts';
import { InvalidInput, perform } from '../../../operations/operation.ts';
import { createSchema } from '../../../operations/schemas/create.ts';
import { deleteSchema } from '../../../operations/schemas/delete.ts';
import { updateSchema } from '../../../operations/schemas/update.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { field } from '../../../domain/fields/forms.ts';
import { hooks } from '../../../domain/fields/hooks.ts';
import { savedBody } from './exact-numbers.ts';
import { nativeDefinition, requireFields, requireHooks } from './fields.ts';
import {
  insertStoredSchema,
  listStoredSchemas,
  plainData,
  replaceStoredSchema,
  requireStoredSchema,
  savedForm,
  schemaKind,
  type SchemaData,
  type StoredSchema,
} from './schemas-stored.ts';
import { settings } from './settings-shapes.ts';

const path = '/api/v1/schemas';

const body = z.object({
  name: z.string().min(1).max(200),
  fields: z.array(field).min(1),
  settings: settings.refine(({ importIdentifier }) => importIdentifier !== undefined, {
    error: 'This field is required.',
    path: ['importIdentifier'],
  }),
  hooks: hooks.optional(),
});

const view = z.object({ id: z.uuid(), name: z.string(), fields: z.array(field), settings, hooks });

const show = ({ id, data: { name, fields, settings: chosen, hooks: code = {}, initialData } }: StoredSchema): Json => ({
  ...plainData({ id, name, fields, hooks: code }),
  settings: { ...plainData(chosen), ...(initialData !== undefined && { initialData: parsedAsSent(initialData) }) },
});

const resolve = async (context: RouteContext, { schema }: Incoming['params']): Promise<StoredSchema> =>
  await requireStoredSchema(context, schema ?? '');

/** Throws InvalidInput. */
async function requireSound(data: SchemaData): Promise<void> {
  requireFields('schemas', data.fields, data.settings);
  await requireHooks('schemas', data.hooks ?? {}, data.fields);
}

/** In the transaction in which it gets that name: of those that want one at once, one comes after the other. Throws InvalidInput. */
async function requireFreeName(tx: RouteContext, data: SchemaData, own?: string): Promise<void> {
  await tx.objects.takeTurns(schemaKind);
  const others = await listStoredSchemas(tx);
  if (others.every(({ id, data: { name } }) => id === own || name !== data.name)) return;
  throw new InvalidInput('schemas', [{ path: ['name'], message: 'schema with this name already exists.' }]);
}

const list = defineRoute({
  method: 'GET',
  path,
  name: 'schemas.list',
  summary: 'List saved schemas',
  auth: 'key',
  scope: 'schemas:read',
  replies: { 200: z.array(view) },
  handle: async (context) => ({ status: 200, body: (await listStoredSchemas(context)).map(show) }),
});

const create = defineRoute({
  method: 'POST',
  path,
  name: 'schemas.create',
  summary: 'Save a schema',
  auth: 'key',
  scope: 'schemas:write',
  parse: savedBody,
  body,
  replies: { 201: view },
  async handle(context, { body: sent }) {
    const data = savedForm(sent);
    await requireSound(data);
    const made = await context.tx(async (tx) => {
      await requireFreeName(tx, data);
      const id = randomUUID();
      const definition = nativeDefinition(data.fields);
      const { id: object } = await perform(createSchema, tx, { name: data.name, slug: `dromo-${id}`, definition });
      return await insertStoredSchema(tx, { id, object, data });
    });
    return { status: 201, body: show(made) };
  },
});

const get = defineRoute({
  method: 'GET',
  path: `${path}/:schema`,
  name: 'schemas.get',
  summary: 'Get a saved schema',
  auth: 'key',
  scope: 'schemas:read',
  resolve,
  replies: { 200: view },
  handle: (_, { found }) => Promise.resolve({ status: 200, body: show(found) }),
});

const replace = defineRoute({
  method: 'PUT',
  path: `${path}/:schema`,
  name: 'schemas.replace',
  summary: 'Replace a saved schema',
  auth: 'key',
  scope: 'schemas:write',
  resolve,
  parse: savedBody,
  body,
  replies: { 200: view },
  async handle(context, { found, body: sent }) {
    const data = savedForm(sent);
    await requireSound(data);
    const made = await context.tx(async (tx) => {
      await requireFreeName(tx, data, found.id);
      const definition = nativeDefinition(data.fields);
      await perform(updateSchema, tx, { schema: found.object, name: data.name, definition });
      return await replaceStoredSchema(tx, found.id, data);
    });
    return { status: 200, body: show(made) };
  },
});

const remove = defineRoute({
  method: 'DELETE',
  path: `${path}/:schema`,
  name: 'schemas.delete',
  summary: 'Delete a saved schema; imports that were made with it keep what they took from it',
  auth: 'key',
  scope: 'schemas:write',
  resolve,
  replies: { 204: undefined },
  async handle(context, { found }) {
    await context.tx(async (tx) => {
      await perform(deleteSchema, tx, { schema: found.object });
      await tx.objects.delete(schemaKind, found.id);
    });
    return { status: 204 };
  },
});

export const schemaRoutes: readonly GuardedRoute[] = [list, create, get, replace, remove];
