/** Imports that have come to their end, as an older part of this vocabulary calls them: uploads. */
import { z } from 'zod';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { defineRoute } from '../../route.ts';
import { downloadLink, rowsLink } from './import-view.ts';
import { limitsOf } from './limits.ts';
import { removeImport } from './import-removal.ts';
import { endedStoredImports, importsOfFiles, requireStoredImport, type StoredImport } from './imports-stored.ts';
import { cellError, errorsOf, toldUser } from './metadata.ts';
import { missing } from './schemas-stored.ts';
import { standingOf, standingsOf, type Standing } from './status.ts';
import { user } from './user.ts';

/** Imports that are looked at together. */
const atOnce = 500;

const record = z.object({
  id: z.uuid(),
  import_identifier: z.string(),
  raw_upload: z.object({ filename: z.string().nullable(), storage_key: z.string(), download_url: z.string().exactOptional() }),
  user: user.nullable(),
  created_date: z.string(),
  upload_status: z.enum(['PENDING_UPLOAD', 'PROCESSING', 'PROCESSED', 'FAILED']),
  total_num_rows: z.number().int(),
  invalid_row_indexes: z.array(z.number().int()),
  errors: z.array(cellError),
  storage_key: z.string().nullable(),
  field_order: z.array(z.string()),
});

interface Finished {
  readonly found: StoredImport;
  readonly standing: Standing;
}

const show = ({ found, standing }: Finished): z.input<typeof record> => ({
  id: found.id,
  import_identifier: found.data.settings.importIdentifier ?? '',
  raw_upload: { filename: found.data.filename, storage_key: found.file },
  user: (standing.findings && toldUser(standing.findings)) ?? found.data.user,
  created_date: found.createdAt.replace(/\.(\d{3})Z$/, '.$1000Z'),
  upload_status: 'PROCESSED',
  total_num_rows: standing.findings?.counts.rows ?? 0,
  invalid_row_indexes: standing.findings?.invalidRows ?? [],
  errors: standing.findings ? errorsOf(standing.findings) : [],
  storage_key: standing.rows ?? null,
  field_order: standing.findings?.keys ?? found.data.fields.map(({ key }) => key),
});

/** Throws `object.missing`: also for what has not come to its end. */
async function resolve(context: RouteContext, { id }: Incoming['params']): Promise<Finished> {
  const found = await requireStoredImport(context, id ?? '');
  const standing = await standingOf(context, found);
  if (standing.status !== 'SUCCESSFUL') throw missing();
  return { found, standing };
}

const list = defineRoute({
  method: 'GET',
  path: '/api/v1/uploads',
  name: 'uploads.list',
  summary: 'List imports that have come to their end, the newest first',
  auth: 'key',
  scope: 'files:read',
  query: z.object({
    start: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
    end: z.coerce.number().int().min(0).max(1_000_000_000).optional(),
  }),
  replies: {
    200: z.object({ start: z.number(), end: z.number(), total_num_uploads: z.number(), data: z.array(record) }),
  },
  async handle(context, { query: { start, end = Number.POSITIVE_INFINITY } }) {
    const most = limitsOf(context).window;
    const until = Math.max(start, Math.min(end, start + most));
    const { total, files } = await endedStoredImports(context, { limit: until - start, offset: start });
    const data = [];
    // What was found in all of them together may be more than fits in memory: only what is shown is kept.
    for (let at = 0; at < files.length; at += atOnce) {
      const some = files.slice(at, at + atOnce);
      const found = new Map((await importsOfFiles(context, some)).map((one) => [one.file, one]));
      const ordered = some.flatMap((file) => found.get(file) ?? []);
      for (const one of await standingsOf(context, ordered)) if (one.standing.status === 'SUCCESSFUL') data.push(show(one));
    }
    return { status: 200, body: { start, end: until, total_num_uploads: total, data } };
  },
});

const path = '/api/v1/upload/:id';

const get = defineRoute({
  method: 'GET',
  path: `${path}/metadata`,
  name: 'upload.metadata',
  summary: 'Get what is known of a finished import',
  auth: 'key',
  scope: 'files:write',
  resolve,
  replies: { 200: record },
  async handle(context, { found, url }) {
    const shown = show(found);
    const download_url = await downloadLink(context, url.origin, found.found.file);
    return {
      status: 200,
      body: { ...shown, raw_upload: { ...shown.raw_upload, ...(download_url !== null && { download_url }) } },
    };
  },
});

const link = defineRoute({
  method: 'GET',
  path: `${path}/url`,
  name: 'upload.url',
  summary: 'Make a link to the rows of a finished import',
  auth: 'key',
  scope: 'files:write',
  resolve,
  replies: { 200: z.object({ presigned_url: z.string() }) },
  async handle(context, { found: { standing }, url }) {
    return { status: 200, body: { presigned_url: await rowsLink(context, url.origin, standing.rows) } };
  },
});

const remove = defineRoute({
  method: 'POST',
  path: `${path}/delete`,
  name: 'upload.delete',
  summary: 'Delete a finished import with its file and its rows',
  auth: 'key',
  scope: 'files:write',
  resolve,
  replies: { 200: z.object({}) },
  async handle(context, { found }) {
    await removeImport(context, found.found);
    return { status: 200, body: {} };
  },
});

const retired = defineRoute({
  method: 'GET',
  path: `${path}/data`,
  name: 'upload.data',
  summary: 'Retired: the rows are behind the link',
  auth: 'key',
  scope: 'files:read',
  replies: { 410: z.object({ detail: z.string() }) },
  handle: () => Promise.resolve({ status: 410, body: { detail: 'This address is retired: ask for the url of the rows.' } }),
});

export const uploadRoutes: readonly GuardedRoute[] = [list, get, link, remove, retired];
