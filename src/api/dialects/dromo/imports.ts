/** Imports that nobody sits in front of: made, sent to, asked after, deleted. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { withQuotedNumbers } from '../../../domain/exact-json.ts';
import { getConnection } from '../../../operations/connections/get.ts';
import { createFile } from '../../../operations/files/create.ts';
import { uploadFile } from '../../../operations/files/upload.ts';
import { InvalidInput, perform, requireScope } from '../../../operations/operation.ts';
import { createReview } from '../../../operations/reviews/access.ts';
import { checkSchema } from '../../../operations/schemas/check.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { field } from '../../../domain/fields/forms.ts';
import { hasHooks, hooks } from '../../../domain/fields/hooks.ts';
import { exactBody } from './exact-numbers.ts';
import { requireFields, requireHooks } from './fields.ts';
import { limitsOf, requireTurn } from './limits.ts';
import { importsPath, showImport, showShort, shortView, view, rowsLink } from './import-view.ts';
import { removeImport } from './import-removal.ts';
import {
  countStoredImports,
  insertStoredImport,
  listStoredImports,
  requireStoredImport,
  type ImportData,
  type StoredImport,
} from './imports-stored.ts';
import { dataAsCsv } from './initial-data.ts';
import { importSettings, plainData, requireStoredSchema } from './schemas-stored.ts';
import { namedSession } from './sessions.ts';
import { requireTogether, settings } from './settings-shapes.ts';
import { needed, startImport } from './start.ts';
import { standingOf } from './status.ts';
import { taskOf } from './task.ts';
import { user } from './user.ts';

const operation = 'headless.imports.create';
/** Of a file of ours. */
const longestName = 200;

/** Some clients send the array as a text. */
const rows = z.preprocess((given) => (typeof given === 'string' ? (parsed(given) ?? given) : given), z.array(z.json()).nullish());

function parsed(text: string): unknown {
  try {
    return JSON.parse(withQuotedNumbers(text));
  } catch {
    return undefined;
  }
}

/** An extension: the rows go into a table besides. */
const destination = z.strictObject({
  connection: z.string().min(1).max(100),
  table: z.string().min(1).max(500),
  write: z.enum(['append', 'replace', 'merge', 'mirror']).optional(),
  key: z.array(z.string().min(1)).min(1).optional(),
});

const body = z
  .object({
    schema_id: z.uuid().nullish(),
    fields: z.array(field).min(1).nullish(),
    settings: settings.nullish(),
    hooks: hooks.nullish(),
    original_filename: z.string().min(1).max(255).nullish(),
    initial_data: rows,
    destination: destination.nullish(),
    import_metadata: z.object({ user: user.nullish() }).nullish(),
  })
  .refine(({ schema_id, fields }) => (schema_id == null) !== (fields == null), {
    error: 'Give schema_id or fields, and only one of them.',
    path: ['schema_id'],
  });

type Body = z.output<typeof body>;

interface Wanted {
  readonly data: ImportData;
  /** Undefined = a file follows. */
  readonly rows: readonly unknown[] | undefined;
  /** Where they stood in the request, or in what is saved. */
  readonly place: readonly string[];
}

const invalid = (path: readonly string[], message: string): InvalidInput => new InvalidInput(operation, [{ path, message }]);

/** What was sent in place of what is saved, key by key. Throws `object.missing`, InvalidInput. */
async function wantedOf(context: RouteContext, sent: Body): Promise<Wanted> {
  const saved = sent.schema_id == null ? undefined : (await requireStoredSchema(context, sent.schema_id)).data;
  const chosen = { ...(saved && importSettings(saved)), ...sent.settings };
  requireTogether(operation, chosen);
  // Rows become a file: whatever shows or lists imports would carry them along.
  const { initialData, ...kept } = chosen;
  const given = sent.initial_data ?? (sent.original_filename == null ? initialData : undefined) ?? undefined;
  if ((given === undefined) === (sent.original_filename == null)) {
    throw invalid(['original_filename'], 'Give original_filename or initial_data, and only one of them.');
  }
  const fields = sent.fields ?? saved?.fields ?? [];
  requireFields(operation, fields, chosen);
  const data: ImportData = {
    schemaId: sent.schema_id ?? null,
    filename: sent.original_filename ?? null,
    ...(chosen.passThroughUnmappedColumns && given?.some((row) => !Array.isArray(row)) && { named: true }),
    fields,
    settings: kept,
    hooks: { ...saved?.hooks, ...sent.hooks },
    user: sent.import_metadata?.user ?? null,
    ...(sent.destination && { destination: sent.destination }),
  };
  if (sent.destination) await requireConnection(context, sent.destination.connection);
  await perform(checkSchema, context, { definition: taskOf('', data, limitsOf(context)).definition });
  if (hasHooks(data.hooks)) await requireHooks(operation, data.hooks, data.fields);
  return { data, rows: given, place: sent.initial_data ? ['initial_data'] : ['settings', 'initialData'] };
}

/** Throws InvalidInput. */
async function requireConnection(context: RouteContext, connection: string): Promise<void> {
  await perform(getConnection, context, { connection }).catch((error: unknown) => {
    if (!(error instanceof HeadgateError) || error.code !== 'object.missing') throw error;
    throw invalid(['destination'], `There is no connection ${JSON.stringify(connection)}.`);
  });
}

async function begin(context: RouteContext, { data, rows: given, place }: Wanted): Promise<StoredImport> {
  const csv =
    given && Buffer.from(dataAsCsv({ rows: given, place }, data.fields, data.settings.passThroughUnmappedColumns ?? false));
  const most = limitsOf(context).dataBytes;
  if (csv && Buffer.byteLength(JSON.stringify(given)) > most) throw invalid(place, `It is larger than ${most} bytes.`);
  const name = fileName(data.filename ?? 'data.csv');
  const session = await namedSession(context, data.settings);
  const until = new Date(context.clock.now().getTime() + limitsOf(context).uploadSeconds * 1000);
  const made = await context.tx(async (tx) => {
    const { id: file } = await perform(createFile, tx, { name, pending_until: until.toISOString() });
    const id = randomUUID();
    await createReview(tx, tx.workspace, id, session);
    return await insertStoredImport(tx, { id, file, data });
  });
  if (!csv) return made;
  const bytes = (async function* () {
    yield await Promise.resolve(csv);
  })();
  await perform(uploadFile, context, { file: made.file, bytes, size: csv.length });
  return await startImport(context, made);
}

/** Of our own file: without slashes, and cut in front of its extension. Pure. */
function fileName(given: string): string {
  const name = given.replaceAll(/[/\\\x00-\x1f\x7f-\x9f]/g, '_').replace(/^\.{1,2}$/, '_');
  const [ending = ''] = /\.[^.]{1,20}$/.exec(name) ?? [];
  return name.length <= longestName ? name : `${name.slice(0, longestName - ending.length).toWellFormed()}${ending}`;
}

const create = defineRoute({
  method: 'POST',
  path: importsPath,
  name: 'headless.imports.create',
  summary: 'Make an import: its rows come along, or a file follows',
  auth: 'key',
  scope: 'files:write',
  parse: exactBody,
  body,
  replies: { 201: view },
  async handle(context, { body: sent, url }) {
    requireTurn(context, 'creates');
    for (const scope of needed) requireScope(context.actor, scope);
    const made = await begin(context, await wantedOf(context, sent));
    return { status: 201, body: await showImport(context, url.origin, made) };
  },
});

/** Where nobody says it. */
const usualPage = 100;

const page = z.object({
  limit: z.coerce.number().int().min(1).max(10_000).optional(),
  offset: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
});

const list = defineRoute({
  method: 'GET',
  path: importsPath,
  name: 'headless.imports.list',
  summary: 'List imports, the newest first',
  auth: 'key',
  scope: 'files:read',
  query: page,
  replies: {
    200: z.object({
      count: z.number().int(),
      next: z.string().nullable(),
      previous: z.string().nullable(),
      results: z.array(shortView),
    }),
  },
  async handle(context, { query: { limit: asked, offset }, url }) {
    const most = limitsOf(context).page;
    const limit = asked ?? Math.min(usualPage, most);
    if (limit > most) throw new InvalidInput('headless.imports.list', [{ path: ['limit'], message: `at most ${most}` }]);
    const count = await countStoredImports(context);
    const results = await showShort(context, await listStoredImports(context, { limit, offset }));
    const at = (from: number): string => `${url.origin}${importsPath}/?limit=${limit}&offset=${from}`;
    const next = offset + limit < count ? at(offset + limit) : null;
    const previous = offset > 0 ? at(Math.max(0, offset - limit)) : null;
    return { status: 200, body: { count, next, previous, results } };
  },
});

const resolve = async (context: RouteContext, { id }: Incoming['params']): Promise<StoredImport> =>
  await requireStoredImport(context, id ?? '');

const get = defineRoute({
  method: 'GET',
  path: `${importsPath}/:id`,
  name: 'headless.imports.get',
  summary: 'Get an import',
  auth: 'key',
  scope: 'files:write',
  resolve,
  replies: { 200: view },
  async handle(context, { found, url }) {
    requireTurn(context, 'polls', found.id);
    return { status: 200, body: await showImport(context, url.origin, found) };
  },
});

const remove = defineRoute({
  method: 'DELETE',
  path: `${importsPath}/:id`,
  name: 'headless.imports.delete',
  summary: 'Delete an import with its file and its rows; what is still at work ends',
  auth: 'key',
  scope: 'files:write',
  resolve,
  replies: { 204: undefined },
  async handle(context, { found }) {
    await removeImport(context, found);
    return { status: 204 };
  },
});

const link = defineRoute({
  method: 'GET',
  path: `${importsPath}/:id/url`,
  name: 'headless.imports.url',
  summary: 'Make a link to the rows, for some minutes',
  auth: 'key',
  scope: 'files:write',
  resolve,
  replies: { 200: z.object({ presigned_url: z.string() }) },
  async handle(context, { found, url }) {
    const { rows } = await standingOf(context, found);
    return { status: 200, body: { presigned_url: await rowsLink(context, url.origin, rows) } };
  },
});

const rehydration = defineRoute({
  method: 'GET',
  path: `${importsPath}/:id/rehydration`,
  name: 'headless.imports.rehydration',
  summary: 'Get what is kept of an import: fields, settings, and what was found in its file',
  auth: 'key',
  scope: 'files:write',
  resolve,
  replies: { 200: z.record(z.string(), z.json()) },
  async handle(context, { found: { id, data }, found }) {
    const { status, findings, errors } = await standingOf(context, found);
    const { fields, settings: chosen } = data;
    return { status: 200, body: plainData({ id, status, fields, settings: chosen, findings: findings ?? null, errors }) };
  },
});

export const importRoutes: readonly GuardedRoute[] = [create, list, get, remove, link, rehydration];
