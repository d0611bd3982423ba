/** What a job needs: hosts, credentials, files, and the job that starts it. */
import { z } from 'zod';
import type { RouteContext } from '../../dialect.ts';
import { findCredential } from './credential.ts';
import { requireStoredFile } from './files-stored.ts';
import { requireHost } from './hosts.ts';
import { endsOf, importKinds } from './import-views.ts';
import { bodyOf } from './import.ts';
import { findJob, type Job } from './jobs.ts';
import type { Dependency } from './sharing.ts';
import { tableOf, type TablePlace } from './sync.ts';
import { tableNumber } from './tables-stored.ts';
import { findStorageHost, knownStorage } from './storage-host.ts';

const gone = (): undefined => undefined;

async function ofEnd(
  context: RouteContext,
  end: { readonly remoteHostId: number; readonly credentialId: number },
): Promise<readonly Dependency[]> {
  const host = await requireHost(context, end.remoteHostId).catch(gone);
  const credential = await findCredential(context, end.credentialId);
  const connection = host?.connection;
  return [
    {
      objectType: 'RemoteHost',
      fcoType: 'remote_hosts',
      id: end.remoteHostId,
      name: host?.name ?? null,
      ...(connection !== undefined && { object: { connection } }),
    },
    { objectType: 'Credential', fcoType: 'credentials', id: end.credentialId, name: credential?.name ?? null },
  ];
}

async function ofFile(context: RouteContext, number: number): Promise<Dependency> {
  const found = await requireStoredFile(context, number).catch(gone);
  return {
    objectType: 'File',
    fcoType: 'files',
    id: number,
    name: found ? (found.data.name ?? found.file.name) : null,
    ...(found && { object: { file: found.file.id } }),
  };
}

const csvSource = z.object({
  source: z.object({
    fileIds: z.array(z.number()).optional(),
    storagePath: z.object({ storageHostId: z.number(), credentialId: z.number() }).optional(),
  }),
});
const place = z.object({
  remoteHostId: z.number(),
  schema: z.string(),
  table: z.string().optional(),
  name: z.string().optional(),
});
const tableTarget = z.union([z.object({ destination: place }), place]);
const batchSource = z.object({ fileIds: z.array(z.number()) });

function filesOf({ kind, body }: Job['data']): readonly number[] {
  if (kind === 'import') return bodyOf({ body }).syncs.flatMap(({ body: { source } }) => (source.file ? [source.file.id] : []));
  if (kind === 'csv') return csvSource.parse(body).source.fileIds ?? [];
  return kind === 'batch' ? batchSource.parse(body).fileIds : [];
}

async function ofBucket(context: RouteContext, { kind, body }: Job['data']): Promise<readonly Dependency[]> {
  const path = kind === 'csv' ? csvSource.parse(body).source.storagePath : undefined;
  if (!path) return [];
  const host = await findStorageHost(context, path.storageHostId);
  const credential = await findCredential(context, path.credentialId);
  const connection = await knownStorage(context, path);
  return [
    {
      objectType: 'StorageHost',
      fcoType: 'storage_hosts',
      id: path.storageHostId,
      name: host?.data.name ?? null,
      ...(connection !== undefined && { object: { connection } }),
    },
    { objectType: 'Credential', fcoType: 'credentials', id: path.credentialId, name: credential?.name ?? null },
  ];
}

/** Those that somebody has looked at: others have no number yet. */
async function ofTables(context: RouteContext, { kind, body }: Job['data']): Promise<readonly Dependency[]> {
  const found: Dependency[] = [];
  const add = async (end: { readonly remoteHostId: number } | undefined, place: TablePlace | undefined): Promise<void> => {
    const host = end && place && (await requireHost(context, end.remoteHostId).catch(gone));
    if (host?.connection === undefined || !place) return;
    const number = await tableNumber(context, host.connection, { schema: place.schema, name: place.table });
    if (number !== undefined)
      found.push({ objectType: 'Table', fcoType: 'tables', id: number, name: `${place.schema}.${place.table}` });
  };
  if (kind === 'import') {
    const { source, destination, syncs } = bodyOf({ body });
    for (const sync of syncs.filter(({ archived }) => !archived)) {
      await add(source, tableOf(sync.body.source));
      await add(destination, tableOf(sync.body.destination));
    }
    return found;
  }
  const into = tableTarget.safeParse(body).data;
  const place = into && 'destination' in into ? into.destination : into;
  if (place) await add(place, { schema: place.schema, table: place.table ?? place.name ?? '' });
  return found;
}

/** Each once, in this order. */
export async function dependenciesOf(context: RouteContext, { data }: Job): Promise<readonly Dependency[]> {
  const found: Dependency[] = [];
  const add = (...more: readonly Dependency[]): void => {
    for (const one of more) if (!found.some(({ fcoType, id }) => fcoType === one.fcoType && id === one.id)) found.push(one);
  };
  const ends = importKinds.includes(data.kind) ? endsOf(data) : undefined;
  for (const end of [ends?.source, ends?.destination]) if (end) add(...(await ofEnd(context, end)));
  add(...(await ofTables(context, data)));
  add(...(await ofBucket(context, data)));
  for (const number of filesOf(data)) add(await ofFile(context, number));
  const parent = data.parentId === undefined ? undefined : await findJob(context, data.parentId);
  if (parent)
    add({ objectType: 'Job', fcoType: 'jobs', id: parent.number, name: parent.data.name, object: { pipeline: parent.object } });
  return found;
}
