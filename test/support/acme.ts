/** A vocabulary that nobody has, which needs everything that the machinery offers: what vendors ask for, all in one. */
import { z } from 'zod';
import { HeadgateError } from '../../src/domain/error.ts';
import { authorization, headerKey } from '../../src/api/credentials.ts';
import type { ApiDialect, Route, RouteContext } from '../../src/api/dialect.ts';
import { issueAccess } from '../../src/api/identify.ts';
import { statusOf } from '../../src/api/problem.ts';
import type { Refusal } from '../../src/api/refusal.ts';
import { defineRoute } from '../../src/api/route.ts';
import { signedLink } from '../../src/operations/links.ts';
import { createConnection } from '../../src/operations/connections/create.ts';
import { perform } from '../../src/operations/operation.ts';
import { createPipeline } from '../../src/operations/pipelines/create.ts';
import { updatePipeline } from '../../src/operations/pipelines/update.ts';
import type { ExternalRow } from '../../src/store/external-objects.ts';

const here = '/acme/projects/:project';
const also = '/acme/environments/:project';

const view = z.object({ id: z.number().int(), title: z.string(), type: z.string(), runEvery: z.number().nullable() });
const wish = z.object({
  title: z.string().min(1).meta({ description: 'What people call it' }),
  file: z.string(),
  type: z.enum(['people', 'events']).default('events'),
  runEvery: z.number().int().nullish(),
  pipelineName: z.string().nullish(),
});

/** An integer of ours, or nothing that anybody can find. */
async function found({ objects }: RouteContext, { import: id = '' }: Readonly<Record<string, string>>): Promise<ExternalRow> {
  const row = /^\d{1,15}$/.test(id) ? await objects.find('import', id) : undefined;
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such import');
}

function show({ external_id, data }: ExternalRow): z.input<typeof view> {
  const { title, type, runEvery } = data as z.output<typeof wish>; // written below
  return { id: Number(external_id), title, type, runEvery: runEvery ?? null };
}

const create = defineRoute({
  method: 'POST',
  path: `${here}/imports`,
  also: [`${also}/imports`],
  name: 'imports.create',
  summary: 'Create an import',
  auth: 'key',
  scope: 'pipelines:write',
  // Its clients write names in both ways.
  body: z.preprocess((body) => camel(body), wish),
  replies: { 201: view },
  async handle(context, { body, url }) {
    const row = await context.tx(async (tx) => {
      const settings = { path: body.file, format: 'csv' };
      const source = await perform(createConnection, tx, { name: body.title, connector: 'file', settings });
      const pipeline = await perform(createPipeline, tx, {
        name: body.pipelineName ?? body.title,
        source: source.id,
        destination: source.id,
        flows: [{ stream: 'a' }],
      });
      const external_id = String(await tx.objects.number('jobs'));
      return await tx.objects.insert({ kind: 'import', external_id, object_id: pipeline.id, data: { ...body } });
    });
    const location = `${url.origin}/acme/projects/${context.workspace}/imports/${row.external_id}`;
    return { status: 201, headers: { location }, body: show(row) };
  },
});

const list = defineRoute({
  method: 'GET',
  path: `${here}/imports`,
  also: [`${also}/imports`],
  name: 'imports.list',
  summary: 'List imports',
  auth: 'key',
  scope: 'pipelines:read',
  query: z.object({
    limit: z.coerce.number().int().min(1).max(100).default(50),
    page_num: z.coerce.number().int().min(1).default(1),
    type: z.array(z.string()).optional(),
    archived: z.stringbool().default(false),
  }),
  replies: { 200: z.array(view) },
  async handle({ objects }, { query: { limit, page_num, type } }) {
    const [rows, total] = [
      await objects.list('import', { limit, offset: (page_num - 1) * limit, order: 'oldest' }),
      await objects.count('import'),
    ];
    const figures = { 'Current-Page': page_num, 'Total-Pages': Math.ceil(total / limit), 'Total-Entries': total };
    const headers = Object.fromEntries(Object.entries(figures).map(([name, value]) => [`x-pagination-${name}`, String(value)]));
    const shown = rows.map(show).filter((one) => type === undefined || type.includes(one.type));
    return { status: 200, headers, body: shown };
  },
});

const get = defineRoute({
  method: 'GET',
  path: `${here}/imports/:import`,
  name: 'imports.get',
  summary: 'Get an import',
  auth: 'key',
  scope: 'pipelines:read',
  resolve: found,
  replies: { 200: view },
  handle: async (_, { found: row }) => ({ status: 200, body: show(row) }),
});

const update = defineRoute({
  method: 'PATCH',
  path: `${here}/imports/:import`,
  name: 'imports.update',
  summary: 'Change an import',
  auth: 'key',
  scope: 'pipelines:write',
  resolve: found,
  body: z.object({ title: z.string().min(1) }),
  replies: { 200: view },
  async handle(context, { found: { external_id, object_id, data }, body: { title } }) {
    const row = await context.tx(async (tx) => {
      await perform(updatePipeline, tx, { pipeline: object_id, name: title });
      return await tx.objects.update('import', external_id, { ...(data as object), title });
    });
    return { status: 200, body: row && show(row) };
  },
});

const remove = defineRoute({
  method: 'DELETE',
  path: `${here}/imports/:import`,
  name: 'imports.delete',
  summary: 'Delete an import',
  auth: 'key',
  scope: 'pipelines:write',
  resolve: found,
  replies: { 204: undefined },
  body: z.object({ deleteData: z.boolean().default(false) }).optional(),
  async handle(context, { found: { external_id, object_id } }) {
    await context.tx(async (tx) => {
      await perform(updatePipeline, tx, { pipeline: object_id, state: 'archived' });
      await tx.objects.delete('import', external_id);
    });
    return { status: 204 };
  },
});

/** A fixed name where others have a number. */
const kinds = defineRoute({
  method: 'GET',
  path: `${here}/imports/kinds`,
  name: 'imports.kinds',
  summary: 'List kinds of imports',
  auth: 'key',
  scope: 'pipelines:read',
  replies: { 200: z.array(z.object({ name: z.string() })) },
  handle: async () => ({ status: 200, body: [{ name: 'people' }, { name: 'events' }] }),
});

/** Takes anything as its body, and says yes with nothing. */
const touch = defineRoute({
  method: 'POST',
  path: `${here}/imports/:import/touch`,
  name: 'imports.touch',
  summary: 'Touch an import',
  auth: 'key',
  scope: 'runs:write',
  resolve: found,
  replies: { 202: undefined },
  handle: async () => ({ status: 202 }),
});

const broken = defineRoute({
  method: 'GET',
  path: `${here}/broken`,
  name: 'broken.get',
  summary: 'Answer nonsense',
  auth: 'key',
  scope: 'pipelines:read',
  replies: { 200: z.object({ id: z.number() }) },
  handle: async () => ({ status: 200, body: { id: 'no number' } }),
});

const exported = defineRoute({
  method: 'GET',
  path: `${here}/imports/:import/data`,
  name: 'imports.data',
  summary: 'Stream its rows',
  auth: 'key',
  scope: 'pipelines:read',
  resolve: found,
  replies: { 200: z.string() },
  streams: 'text/csv',
  async handle(_, { found: { external_id } }) {
    const lines = ['id\n', `${external_id}\n`].map((line) => new TextEncoder().encode(line));
    return { status: 200, headers: { 'content-type': 'text/csv' }, body: ReadableStream.from(lines) };
  },
});

const link = defineRoute({
  method: 'POST',
  path: `${here}/links`,
  name: 'links.create',
  summary: 'Ask for a place to upload to',
  auth: 'key',
  scope: 'pipelines:write',
  replies: { 200: z.object({ upload: z.string() }) },
  async handle({ key, clock, actor, workspace }, { url }) {
    const until = new Date(clock.now().getTime() + 60_000);
    const path = signedLink({ key }, { method: 'PUT', path: '/acme/upload/one', workspace, by: actor.id, until });
    return { status: 200, body: { upload: `${url.origin}${path}` } };
  },
});

/** What came in, for tests to look at. */
export const uploads: { readonly workspace: number; readonly by: string; readonly bytes: number }[] = [];

const upload = defineRoute({
  method: 'PUT',
  path: '/acme/upload/:file',
  name: 'files.upload',
  summary: 'Upload a file by a signed link',
  auth: 'signed',
  scope: 'pipelines:write',
  replies: { 200: undefined },
  uploads: 'application/octet-stream',
  async handle({ workspace, actor }, { bytes }) {
    let size = 0;
    for await (const chunk of bytes(1_000_000)) size += chunk.byteLength;
    uploads.push({ workspace, by: actor.id, bytes: size });
    return { status: 200 };
  },
});

const token: Route = {
  method: 'POST',
  path: '/acme/oauth/token',
  name: 'token.create',
  summary: 'Log in',
  auth: 'none',
  documented: { replies: { 200: z.object({ access_token: z.string(), expires_in: z.number(), token_type: z.string() }) } },
  async handle(ports, request) {
    const body = z.object({ client_id: z.string(), client_secret: z.string() }).safeParse(await request.fields());
    if (!body.success) return { status: 400, body: { error: 'invalid_request' } };
    const { client_id: id, client_secret: secret } = body.data;
    const access = await issueAccess(ports, { id, secret }, 28_800);
    return { status: 200, body: { access_token: access, expires_in: 28_800, token_type: 'Bearer' } };
  },
};

export const acme: ApiDialect = {
  name: 'acme',
  title: 'Acme imports',
  document: { path: '/acme/endpoints', form: 'swagger-2.0', auth: 'key' },
  prefixes: ['/acme'],
  bodyLimit: 10_000,
  headers: { 'cache-control': 'private, no-store', 'content-type': 'application/json; charset=utf-8' },
  credentials: (headers) => headerKey(headers, 'x-acme-license-key') ?? authorization(headers),
  workspace({ project = '' }, actor) {
    if (project === '@current') return actor.workspace ?? 1;
    if (/^\d{1,15}$/.test(project)) return Number(project);
    throw new HeadgateError('object.missing', 'there is no such project');
  },
  routes: [create, list, get, update, remove, kinds, touch, broken, exported, link, upload, token],
  problems: z.object({ status: z.literal('error'), error: z.string(), step: z.string() }),
  toError,
};

/** Where a project is not visible it says 403, like for a missing right, and never 422. */
function toError({ at, error, retryAfter }: Refusal): ReturnType<ApiDialect['toError']> {
  const known = statusOf(error.code) === 422 ? 400 : statusOf(error.code);
  const status = at === 'workspace' ? 403 : known;
  const headers = {
    ...(status === 401 && { 'www-authenticate': 'Basic realm="acme"' }),
    ...(retryAfter !== undefined && { 'x-acme-rate-limit-exceeded': String(retryAfter) }),
  };
  return { status, headers, body: { status: 'error', error: status === 500 ? 'unexpected' : error.message, step: at } };
}

/** `run_every` is `runEvery`, at every depth. Pure. */
function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camel(inner),
    ]),
  );
}
