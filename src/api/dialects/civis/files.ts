/** Routes of files: made first, then sent to addresses that need no key. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { completeFile } from '../../../operations/files/complete.ts';
import { createFile } from '../../../operations/files/create.ts';
import { keepFile } from '../../../operations/files/keep.ts';
import { fileOrigin } from '../../../operations/files/origin.ts';
import { lendFile, lendParts } from '../../../operations/files/sign.ts';
import { perform } from '../../../operations/operation.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { insertStoredFile, requireStoredFile, updateStoredFile, type StoredFile } from './files-stored.ts';
import { levelAt } from './levels.ts';
import { userOf } from './people.ts';
import { numberIn, route } from './route.ts';
import { user } from './shapes.ts';
import { sqlOfType } from './sql-types.ts';
import { flag } from './wire.ts';

const day = 86_400_000;
const uploadSeconds = 12 * 3600;
const usualSeconds = 1800;
const longestSeconds = 36 * 3600;

const fields = {
  name: z.string().min(1).max(200),
  expiresAt: z.iso.datetime({ offset: true }).nullish().meta({ description: 'Absent: in 30 days; null: never' }),
  description: z.string().max(512).optional(),
};

const facts = {
  id: z.number().int(),
  name: z.string(),
  createdAt: z.string(),
  fileSize: z.number().int().nullable(),
  expiresAt: z.string().nullable(),
  description: z.string().nullable(),
};

/** An address that its client follows as it stands. */
export async function linkOf(
  context: RouteContext,
  origin: string,
  asked: { readonly file: string; readonly method: 'GET' | 'PUT' | 'POST'; readonly expires_in: number },
): Promise<string> {
  return new URL((await perform(lendFile, context, asked)).url, origin).href;
}

/** Slashes are no part of a name of ours. */
const ownName = (name: string): string => name.replaceAll(/[/\\\x00-\x1f\x7f-\x9f]/g, '_').replace(/^\.{1,2}$/, '_');

/** The first file of ours behind a number. */
export async function makeFile(
  context: RouteContext,
  {
    name,
    expiresAt,
    description,
  }: { readonly name: string; readonly expiresAt?: string | null | undefined; readonly description?: string | undefined },
  parts?: number,
): Promise<StoredFile> {
  const expires = expiresAt === undefined ? new Date(context.clock.now().getTime() + 30 * day).toISOString() : expiresAt;
  return await context.tx(async (tx) => {
    const utc = expires === null ? null : new Date(expires).toISOString();
    const { id } = await perform(createFile, tx, { name: ownName(name), ...(utc !== null && { expires_at: utc }) });
    return await insertStoredFile(tx, id, {
      name,
      author: tx.actor.principal,
      description: description ?? null,
      ...(parts !== undefined && { parts }),
    });
  });
}

const shared = ({ number, data, file }: StoredFile) => ({
  id: number,
  name: data.name ?? file.name,
  createdAt: file.created_at,
  fileSize: file.state === 'ready' ? file.size : 0,
  expiresAt: file.expires_at,
  description: data.description ?? null,
});

const create = route({
  method: 'POST',
  path: '/files',
  name: 'files.create',
  summary: 'Create a file; its bytes follow as the last field of a form',
  scope: 'files:write',
  body: z.object(fields),
  replies: {
    201: z.object({
      ...facts,
      uploadUrl: z.string(),
      uploadFields: z.record(z.string(), z.string()),
      myPermissionLevel: z.string(),
    }),
  },
  async handle(context, { body, url }) {
    const made = await makeFile(context, body);
    const uploadUrl = await linkOf(context, url.origin, { file: made.object, method: 'POST', expires_in: uploadSeconds });
    return { status: 201, body: { ...shared(made), uploadUrl, uploadFields: { key: made.object }, myPermissionLevel: 'manage' } };
  },
});

const createParts = route({
  method: 'POST',
  path: '/files/multipart',
  name: 'files.multipart.create',
  summary: 'Create a file that is sent in parts',
  scope: 'files:write',
  body: z.object({
    name: fields.name,
    numParts: z.number().int().min(1).max(10_000),
    expiresAt: fields.expiresAt,
    description: fields.description,
  }),
  replies: { 201: z.object({ ...facts, uploadUrls: z.array(z.string()) }) },
  async handle(context, { body: { numParts, ...body }, url }) {
    const made = await makeFile(context, body, numParts);
    const { urls } = await perform(lendParts, context, { file: made.object, parts: numParts, expires_in: uploadSeconds });
    const uploadUrls = urls.map((part) => new URL(part, url.origin).href);
    return { status: 201, body: { ...shared(made), uploadUrls } };
  },
});

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<StoredFile> =>
  await requireStoredFile(context, numberIn(params, 'id', 'file'));

const complete = route({
  method: 'POST',
  path: '/files/multipart/:id/complete',
  name: 'files.multipart.complete',
  summary: 'Join the parts of a file',
  scope: 'files:write',
  resolve,
  replies: { 204: undefined },
  async handle(context, { found: { object, data } }) {
    await perform(completeFile, context, { file: object, ...(data.parts !== undefined && { parts: data.parts }) });
    return { status: 204 };
  },
});

const detected = z.object({
  includeHeader: z.boolean().nullable(),
  columnDelimiter: z.string().nullable(),
  compression: z.string().nullable(),
  tableColumns: z.array(z.object({ name: z.string(), sqlType: z.string() })),
});

/** As a run that prepared the file wrote it down. */
const prepared = z.object({
  header: z.boolean(),
  delimiter: z.string(),
  compression: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string(), length: z.number().optional() })),
});

export const fileDetail = z.object({
  ...facts,
  author: user.nullable(),
  downloadUrl: z.string().nullable(),
  fileUrl: z.string().nullable(),
  detectedInfo: detected,
  myPermissionLevel: z.string(),
});

export async function showFile(
  context: RouteContext,
  origin: string,
  found: StoredFile,
  seconds = usualSeconds,
): Promise<z.input<typeof fileDetail>> {
  const { file, data } = found;
  const { output } = await perform(fileOrigin, context, { file: file.id });
  const known = prepared.safeParse(output?.value).data;
  const fileUrl =
    file.state === 'ready' ? await linkOf(context, origin, { file: file.id, method: 'GET', expires_in: seconds }) : null;
  return {
    ...shared(found),
    author: data.author === undefined ? null : await userOf(context, data.author),
    downloadUrl: fileUrl,
    fileUrl,
    detectedInfo: {
      includeHeader: known?.header ?? null,
      columnDelimiter: known?.delimiter ?? null,
      compression: known?.compression ?? null,
      tableColumns: (known?.columns ?? []).map(({ name, type, length }) => ({ name, sqlType: sqlOfType(type, length) })),
    },
    myPermissionLevel: await levelAt(context, 'file', file.id),
  };
}

const get = route({
  method: 'GET',
  path: '/files/:id',
  name: 'files.get',
  summary: 'Get a file, with an address to download it from',
  scope: 'files:read',
  resolve,
  query: z.object({
    link_expires_at: z.iso.datetime({ offset: true }).optional().meta({ description: 'At most 36 hours from now' }),
    inline: flag.optional(),
  }),
  replies: { 200: fileDetail },
  async handle(context, { found, query, url }) {
    const left =
      query.link_expires_at === undefined
        ? usualSeconds
        : (Date.parse(query.link_expires_at) - context.clock.now().getTime()) / 1000;
    if (left < 1 || left > longestSeconds)
      throw new HeadgateError('request.invalid', 'link_expires_at: at most 36 hours from now');
    return { status: 200, body: await showFile(context, url.origin, found, Math.floor(left)) };
  },
});

const extension = (name: string): string => /\.[^.]*$/.exec(name)?.[0] ?? '';

async function renamed(
  context: RouteContext,
  found: StoredFile,
  sent: {
    readonly name?: string | undefined;
    readonly expiresAt?: string | null | undefined;
    readonly description?: string | undefined;
  },
): Promise<StoredFile> {
  const { name, expiresAt, description } = sent;
  if (name !== undefined && extension(name) !== extension(found.data.name ?? found.file.name)) {
    throw new HeadgateError('request.invalid', 'name: it must keep its extension');
  }
  const utc = expiresAt == null ? null : new Date(expiresAt).toISOString();
  if (expiresAt !== undefined) await perform(keepFile, context, { file: found.file.id, expires_at: utc });
  return await updateStoredFile(context, found, {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  });
}

const put = route({
  method: 'PUT',
  path: '/files/:id',
  name: 'files.replace',
  summary: 'Change name, expiry and description of a file',
  scope: 'files:write',
  resolve,
  body: z.object({ ...fields, expiresAt: z.iso.datetime({ offset: true }).nullable() }),
  replies: { 200: fileDetail },
  handle: async (context, { found, body, url }) => ({
    status: 200,
    body: await showFile(context, url.origin, await renamed(context, found, body)),
  }),
});

const patch = route({
  method: 'PATCH',
  path: '/files/:id',
  name: 'files.update',
  summary: 'Change some of name, expiry and description of a file',
  scope: 'files:write',
  resolve,
  body: z.object(fields).partial(),
  replies: { 200: fileDetail },
  handle: async (context, { found, body, url }) => ({
    status: 200,
    body: await showFile(context, url.origin, await renamed(context, found, body)),
  }),
});

export const fileRoutes: readonly GuardedRoute[] = [create, createParts, complete, get, put, patch];
