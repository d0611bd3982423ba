/** Buckets by numbers, and the connections that they become with a credential: what imports read from. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { createConnection } from '../../../operations/connections/create.ts';
import { updateConnection } from '../../../operations/connections/update.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { findCredential, passwordOf, type Credential } from './credential.ts';

const kind = 'storage_host';
/** Of the connections: `4/7` is the host 4 with the credential 7. */
const endpointKind = 'storage_endpoint';

const options = z.object({
  region: z.string().min(1).max(100).optional(),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: 'Of a service that is not that of AWS' }),
});

export const storageHostBody = z.object({
  provider: z.enum(['s3']),
  bucket: z.string().min(1).max(300),
  name: z.string().min(1).max(1000),
  s3Options: options.optional(),
});

const stored = storageHostBody.extend({ owner: z.string() });

export interface StorageHost {
  readonly number: number;
  readonly data: z.output<typeof stored>;
}

type Row = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

const hostOf = (row: Row): StorageHost => ({ number: Number(row.external_id), data: stored.parse(row.data) });
const plain = (data: StorageHost['data']): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>; // plain data

export async function findStorageHost({ objects }: RouteContext, number: number | string): Promise<StorageHost | undefined> {
  const row = await objects.find(kind, String(number));
  return row && hostOf(row);
}

/** The oldest first. */
export async function listStorageHosts({ objects }: RouteContext): Promise<readonly StorageHost[]> {
  return (await objects.list(kind, everything)).map(hostOf);
}

const everything = { limit: 10_000, offset: 0, order: 'oldest' } as const;

export async function insertStorageHost(context: RouteContext, sent: z.output<typeof storageHostBody>): Promise<StorageHost> {
  const number = await context.objects.number(kind);
  const data = { ...sent, owner: context.actor.principal };
  const place = { kind, external_id: String(number), object_id: `civis/storage_host/${number}` };
  await context.objects.insert({ ...place, data: plain(data) });
  return { number, data };
}

/** With the connections that were made of it. */
export async function updateStorageHost(
  context: RouteContext,
  { number, data: before }: StorageHost,
  changes: Readonly<Record<string, unknown>>,
): Promise<StorageHost> {
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const host = { number, data: stored.parse({ ...before, ...given }) };
  await context.tx(async (tx) => {
    await tx.objects.update(kind, String(number), plain(host.data));
    for (const { credential, connection } of await endpoints(tx)) {
      const found = credential.host === number ? await findCredential(tx, credential.number) : undefined;
      if (found) await perform(updateConnection, tx, { connection, settings: await settingsOf(tx, host, found) });
    }
  });
  return host;
}

/** A credential has changed: the connections that were made with it do as well. */
export async function followCredential(context: RouteContext, credential: Credential): Promise<void> {
  for (const one of await endpoints(context)) {
    if (one.credential.number !== credential.number) continue;
    const host = await findStorageHost(context, one.credential.host);
    const settings = host && (await settingsOf(context, host, credential));
    if (settings) await perform(updateConnection, context, { connection: one.connection, settings });
  }
}

async function endpoints({ objects }: RouteContext) {
  return (await objects.list(endpointKind, everything)).map(({ external_id, object_id }) => {
    const [host, number] = external_id.split('/').map(Number);
    return { connection: object_id, credential: { host: host ?? 0, number: number ?? 0 } };
  });
}

/** A bucket as files of ours are in it; which of them, says whoever reads. */
async function settingsOf(
  context: RouteContext,
  { data: { bucket, s3Options = {} } }: StorageHost,
  credential: Credential,
): Promise<Record<string, Json>> {
  const { region, endpoint } = s3Options;
  const keys = { access_key: credential.username, secret_key: await passwordOf(context, credential) };
  return {
    path: '/',
    format: 'csv',
    bucket: { name: bucket, ...(region !== undefined && { region }), ...(endpoint !== undefined && { endpoint }), ...keys },
  };
}

interface StoragePath {
  readonly storageHostId: number;
  readonly credentialId: number;
}

/** The id of the connection, where somebody has asked for it before. */
export async function knownStorage(
  { objects }: RouteContext,
  { storageHostId, credentialId }: StoragePath,
): Promise<string | undefined> {
  return (await objects.find(endpointKind, `${storageHostId}/${credentialId}`))?.object_id;
}

/** The id of the connection. Throws `request.invalid` for a host or a credential that is not there. */
export async function storageFor(context: RouteContext, { storageHostId, credentialId }: StoragePath): Promise<string> {
  const host = await findStorageHost(context, storageHostId);
  if (!host) throw new HeadgateError('request.invalid', `storageHostId: there is no storage host ${storageHostId}`);
  const credential = await findCredential(context, credentialId);
  if (!credential) throw new HeadgateError('request.invalid', `credentialId: there is no credential ${credentialId}`);
  const known = await knownStorage(context, { storageHostId, credentialId });
  if (known !== undefined) return known;
  const name = `${storageHostId}/${credentialId}`;
  return await context.tx(async (tx) => {
    const made = await perform(createConnection, tx, {
      name: `${host.data.name} (${credential.name})`.slice(0, 200),
      slug: `civis-storage-${storageHostId}-${credentialId}`,
      connector: 'file',
      settings: await settingsOf(tx, host, credential),
    });
    await tx.objects.insert({ kind: endpointKind, external_id: name, object_id: made.id });
    return made.id;
  });
}
