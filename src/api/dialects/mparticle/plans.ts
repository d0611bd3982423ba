/** Data plans and their versions, as far as pipelines need them. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { base } from './base.ts';
import { auditFields, label, slug } from './fields.ts';
import { insertStored, listStored, missing, requireFree, requireStored, updateStored, type Stored } from './objects.ts';
import { finder, resourceRoutes, type Finder } from './resource.ts';

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

const path = `${base}/plans`;
const one = `${path}/:plan`;
const versions = `${one}/versions`;
const resolve = finder<PlanBody>(plan, 'plan');
const resolveVersion: Finder<VersionBody> = async (context, params) => {
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

const onePlan = resourceRoutes<PlanBody>({
  path: one,
  name: 'plans',
  title: 'data plan',
  noun: 'pipelines',
  resolve,
  view: planView,
  removal: 'Delete a data plan with its versions',
  shown: show,
  async replace(context, found, sent) {
    const parsed = planBody.safeParse({ ...sent, data_plan_id: found.id });
    if (!parsed.success) throw new InvalidInput(plan, parsed.error.issues);
    return await show(context, await updateStored(context, plan, found, parsed.data));
  },
  async remove(context, found) {
    await context.tx(async (tx) => {
      for (const { id } of await versionsOf(tx, found.id)) await tx.objects.delete(kind, id);
      await tx.objects.delete(plan, found.id);
    });
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

const oneVersion = resourceRoutes<VersionBody>({
  path: `${versions}/:version`,
  name: 'plan-versions',
  title: 'version of a data plan',
  noun: 'pipelines',
  resolve: resolveVersion,
  view: versionView,
  removal: 'Delete a version of a data plan',
  shown: (_, found) => showVersion(found),
  async replace(context, found, sent) {
    const parsed = versionBody.safeParse(sent);
    if (!parsed.success) throw new InvalidInput(kind, parsed.error.issues);
    const next: VersionBody = { data_plan_id: found.body.data_plan_id, ...parsed.data };
    return showVersion(await updateStored(context, kind, found, next));
  },
  remove: async ({ objects }, found) => void (await objects.delete(kind, found.id)),
});

export const planRoutes = [list, create, ...onePlan, listVersions, createVersion, ...oneVersion];
