/** Data plans and their versions, as far as pipelines need them. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { base } from './base.ts';
import { auditFields, changes, label, merged, slug } from './fields.ts';
import { insertStored, listStored, missing, requireFree, requireStored, updateStored, type Stored } from './objects.ts';

const planBody = z.object({
  data_plan_id: slug,
  data_plan_name: label,
  data_plan_description: z.string().max(10_000).default(''),
});

const versionBody = z.object({
  version_description: z.string().max(10_000).default(''),
  activated_environment: z
    .enum(['none', 'development', 'production'])
    .default('none')
    .meta({ description: 'A version that is activated nowhere cannot be used' }),
  version_document: z.json().default({}),
});

type PlanBody = z.output<typeof planBody>;
type VersionBody = z.output<typeof versionBody> & { readonly data_plan_id: string };

const versionView = z.object({
  version: z.number().int(),
  data_plan_id: z.string(),
  version_description: z.string(),
  activated_environment: z.string(),
  version_document: z.json(),
  ...auditFields,
});
const planView = z.object({ ...planBody.shape, data_plan_versions: z.array(versionView), ...auditFields });

const plan = 'plan';
const kind = 'plan-version';
const place = (id: string, version: number | string): string => `${id}/${version}`;

const showVersion = ({ id, body, audit }: Stored<VersionBody>): z.output<typeof versionView> => ({
  version: Number(id.split('/')[1]),
  ...body,
  ...audit,
});

const versionsOf = async (context: RouteContext, id: string): Promise<readonly Stored<VersionBody>[]> =>
  (await listStored<VersionBody>(context, kind)).filter(({ body }) => body.data_plan_id === id);

async function show(context: RouteContext, { body, audit }: Stored<PlanBody>): Promise<z.output<typeof planView>> {
  const versions = await versionsOf(context, body.data_plan_id);
  return { ...body, data_plan_versions: versions.map(showVersion), ...audit };
}

/** Throws `object.missing`, also without a version; `request.invalid` for one that is not active. */
export async function requirePlan(context: RouteContext, id: string, version: number | undefined): Promise<void> {
  await requireStored(context, plan, id);
  if (version === undefined) throw new HeadgateError('object.missing', `Data plan ${id} was named without a version.`);
  const { body } = await requireStored<VersionBody>(context, kind, place(id, version));
  if (body.activated_environment !== 'none') return;
  throw new HeadgateError('request.invalid', `data_plan_id: version ${version} of data plan ${id} is not active.`);
}

type Params = Readonly<Record<string, string>>;
const path = `${base}/plans`;
const one = `${path}/:plan`;
const versions = `${one}/versions`;
const resolve = async (context: RouteContext, params: Params): Promise<Stored<PlanBody>> =>
  await requireStored<PlanBody>(context, plan, params['plan'] ?? '');
const resolveVersion = async (context: RouteContext, params: Params): Promise<Stored<VersionBody>> => {
  await resolve(context, params);
  const version = params['version'] ?? '';
  if (!/^[1-9]\d{0,8}$/.test(version)) throw missing(kind, version);
  return await requireStored<VersionBody>(context, kind, place(params['plan'] ?? '', version));
};

const list = defineRoute({
  method: 'GET',
  path,
  name: 'plans.list',
  summary: 'List data plans',
  auth: 'key',
  scope: 'pipelines:read',
  replies: { 200: z.array(planView) },
  async handle(context) {
    const all = await listStored<PlanBody>(context, plan);
    return {
      status: 200,
      body: await Promise.all(all.map(async (found) => await show(context, found))),
    };
  },
});

const create = defineRoute({
  method: 'POST',
  path,
  name: 'plans.create',
  summary: 'Create a data plan',
  auth: 'key',
  scope: 'pipelines:write',
  body: planBody,
  replies: { 200: planView },
  async handle(context, { body }) {
    await requireFree(context, plan, body.data_plan_id);
    return {
      status: 200,
      body: await show(context, await insertStored(context, plan, body.data_plan_id, body)),
    };
  },
});

const get = defineRoute({
  method: 'GET',
  path: one,
  name: 'plans.get',
  summary: 'Get a data plan',
  auth: 'key',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: planView },
  handle: async (context, { found }) => ({
    status: 200,
    body: await show(context, found),
  }),
});

const patch = defineRoute({
  method: 'PATCH',
  path: one,
  name: 'plans.update',
  summary: 'Change a data plan',
  auth: 'key',
  scope: 'pipelines:write',
  resolve,
  body: changes,
  replies: { 200: planView },
  async handle(context, { found, body }) {
    const parsed = planBody.safeParse({
      ...merged(found.body, body),
      data_plan_id: found.id,
    });
    if (!parsed.success) throw new InvalidInput(plan, parsed.error.issues);
    return {
      status: 200,
      body: await show(context, await updateStored(context, plan, found, parsed.data)),
    };
  },
});

const remove = defineRoute({
  method: 'DELETE',
  path: one,
  name: 'plans.delete',
  summary: 'Delete a data plan with its versions',
  auth: 'key',
  scope: 'pipelines:write',
  resolve,
  replies: { 204: undefined },
  async handle(context, { found }) {
    await context.tx(async (tx) => {
      for (const { id } of await versionsOf(tx, found.id)) await tx.objects.delete(kind, id);
      await tx.objects.delete(plan, found.id);
    });
    return { status: 204 };
  },
});

const listVersions = defineRoute({
  method: 'GET',
  path: versions,
  name: 'plan-versions.list',
  summary: 'List versions of a data plan',
  auth: 'key',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: z.array(versionView) },
  handle: async (context, { found }) => ({
    status: 200,
    body: (await versionsOf(context, found.id)).map(showVersion),
  }),
});

const createVersion = defineRoute({
  method: 'POST',
  path: versions,
  name: 'plan-versions.create',
  summary: 'Add a version to a data plan',
  auth: 'key',
  scope: 'pipelines:write',
  resolve,
  body: versionBody,
  replies: { 200: versionView },
  async handle(context, { found, body }) {
    const made = await context.tx(async (tx) => {
      const version = await tx.objects.number(`plan/${found.id}`);
      return await insertStored<VersionBody>(tx, kind, place(found.id, version), {
        data_plan_id: found.id,
        ...body,
      });
    });
    return {
      status: 200,
      body: showVersion(made),
    };
  },
});

const getVersion = defineRoute({
  method: 'GET',
  path: `${versions}/:version`,
  name: 'plan-versions.get',
  summary: 'Get a version of a data plan',
  auth: 'key',
  scope: 'pipelines:read',
  resolve: resolveVersion,
  replies: { 200: versionView },
  handle: async (_, { found }) => ({
    status: 200,
    body: showVersion(found),
  }),
});

const patchVersion = defineRoute({
  method: 'PATCH',
  path: `${versions}/:version`,
  name: 'plan-versions.update',
  summary: 'Change a version of a data plan',
  auth: 'key',
  scope: 'pipelines:write',
  resolve: resolveVersion,
  body: changes,
  replies: { 200: versionView },
  async handle(context, { found, body }) {
    const parsed = versionBody.safeParse(merged(found.body, body));
    if (!parsed.success) throw new InvalidInput(kind, parsed.error.issues);
    const next: VersionBody = {
      data_plan_id: found.body.data_plan_id,
      ...parsed.data,
    };
    return {
      status: 200,
      body: showVersion(await updateStored<VersionBody>(context, kind, found, next)),
    };
  },
});

const removeVersion = defineRoute({
  method: 'DELETE',
  path: `${versions}/:version`,
  name: 'plan-versions.delete',
  summary: 'Delete a version of a data plan',
  auth: 'key',
  scope: 'pipelines:write',
  resolve: resolveVersion,
  replies: { 204: undefined },
  async handle({ objects }, { found }) {
    await objects.delete(kind, found.id);
    return { status: 204 };
  },
});

export const planRoutes = [
  list,
  create,
  get,
  patch,
  remove,
  listVersions,
  createVersion,
  getVersion,
  patchVersion,
  removeVersion,
];
