/** Connections as databases, and hosts for which a credential makes one: what jobs read from and write into. */
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { listConnections } from '../../../operations/connections/list.ts';
import { createConnection } from '../../../operations/connections/create.ts';
import { getConnection } from '../../../operations/connections/get.ts';
import { perform } from '../../../operations/operation.ts';
import { warehouseSlug } from '../../../operations/warehouse/warehouse.ts';
import { listWorkspaces } from '../../../operations/workspaces/list.ts';
import type { RouteContext } from '../../dialect.ts';
import { findCredential, passwordOf } from './credential.ts';
import { hostTypes, typeOf } from './host-types.ts';
import { missing } from './route.ts';
import type { DataSourceIn } from './shapes.ts';

/** `host` shares its numbers with `database`: a database is a host. */
export const hostKind = 'host';
const databaseKind = 'database';
const endpointKind = 'endpoint';
const space = 'host';

export interface Database {
  readonly number: number;
  readonly name: string;
  readonly type: string;
  readonly host: string;
  readonly port: number | null;
  readonly databaseName: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly description: string | null;
  /** Of the connection; absent = each credential makes one. */
  readonly connection?: string;
}

interface HostData {
  readonly name: string;
  readonly url: string;
  readonly type: string;
  readonly description: string | null;
  readonly updatedAt: string;
}

const plain = (data: object): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>; // plain data

export async function insertHost(context: RouteContext, data: Omit<HostData, 'updatedAt'>): Promise<Database> {
  const number = await context.objects.number(space);
  const all: HostData = { ...data, updatedAt: context.clock.now().toISOString() };
  const place = { kind: hostKind, external_id: String(number), object_id: `civis/host/${number}` };
  return hostOf(await context.objects.insert({ ...place, data: plain(all) }));
}

export async function updateHost(context: RouteContext, host: Database, changes: Partial<HostData>): Promise<Database> {
  const row = await context.objects.find(hostKind, String(host.number));
  if (!row) throw new HeadgateError('request.invalid', 'the host is a connection of this server: change it there');
  const data = { ...(row.data as unknown as HostData), ...changes, updatedAt: context.clock.now().toISOString() }; // written above
  return hostOf((await context.objects.update(hostKind, String(host.number), plain(data))) ?? row);
}

type Row = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

function hostOf(row: Row): Database {
  const { name, url, type, description, updatedAt } = row.data as unknown as HostData; // written above
  const at = addressOf(url);
  return {
    number: Number(row.external_id),
    name,
    type,
    host: at.host,
    port: at.port,
    databaseName: at.database,
    description,
    createdAt: row.created_at.toISOString(),
    updatedAt,
  };
}

/** `host:5439/dev`, with or without a scheme. */
export function addressOf(url: string): { readonly host: string; readonly port: number | null; readonly database: string } {
  const match = /^(?:[\w+:]+:\/\/)?(?:[^@/]*@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d{1,5}))?(?:\/([^?#]*))?/.exec(url);
  return { host: match?.[1] ?? url, port: match?.[2] === undefined ? null : Number(match[2]), database: match?.[3] ?? '' };
}

type Connection = Awaited<ReturnType<typeof getConnection.run>>;

const text = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

async function databaseOf(context: RouteContext, connection: Connection): Promise<Database> {
  const { external_id } = await context.objects.numbered(databaseKind, connection.id, space);
  const { settings, slug, name, connector } = connection;
  return {
    number: Number(external_id),
    connection: connection.id,
    name: slug === warehouseSlug ? await workspaceName(context) : name,
    type: typeOf(connector),
    host: text(settings['host']) || 'localhost',
    port: settings['port'] === undefined ? null : Number(text(settings['port'])),
    databaseName: text(settings['database']) || slug,
    description: null,
    createdAt: connection.created_at,
    updatedAt: connection.updated_at,
  };
}

async function workspaceName(context: RouteContext): Promise<string> {
  try {
    const { data } = await perform(listWorkspaces, context, { limit: 200 });
    return data.find(({ id }) => id === context.workspace)?.name ?? 'Warehouse';
  } catch (error) {
    if (error instanceof HeadgateError && error.code.startsWith('access.')) return 'Warehouse';
    throw error;
  }
}

/** Connections of databases, and hosts of such types; the oldest first. */
export async function listDatabases(context: RouteContext): Promise<readonly Database[]> {
  return (await listHosts(context)).filter(({ type }) => hostTypes[type]?.database === true);
}

export async function listHosts(context: RouteContext): Promise<readonly Database[]> {
  const endpoints = await context.objects.list(endpointKind, everything);
  const made = new Set(endpoints.map(({ object_id }) => object_id));
  const found: Database[] = [];
  for (const connection of await connections(context)) {
    if (connection.connector !== 'file' && !made.has(connection.id)) found.push(await databaseOf(context, connection));
  }
  found.push(...(await context.objects.list(hostKind, everything)).map(hostOf));
  return found.toSorted((a, b) => a.number - b.number);
}

const everything = { limit: 10_000, offset: 0, order: 'oldest' } as const;

async function connections(context: RouteContext): Promise<readonly Connection[]> {
  const found: Connection[] = [];
  let cursor: string | undefined;
  do {
    const page = await perform(listConnections, context, { limit: 200, ...(cursor !== undefined && { cursor }) });
    found.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found.toReversed();
}

/** Throws `object.missing`. */
export async function requireHost(context: RouteContext, number: number | string, what = 'remote host'): Promise<Database> {
  const row = await context.objects.find(databaseKind, String(number));
  if (!row) {
    const host = await context.objects.find(hostKind, String(number));
    if (host) return hostOf(host);
    throw missing(what);
  }
  const connection = await perform(getConnection, context, { connection: row.object_id }).catch((error: unknown) => {
    throw error instanceof HeadgateError && error.code === 'object.missing' ? missing(what) : error;
  });
  return await databaseOf(context, connection);
}

/** The id of the connection. Throws `request.invalid` for a host or a credential that is not there, or cannot be opened. */
export async function connectionFor(
  context: RouteContext,
  { remoteHostId, credentialId }: Pick<DataSourceIn, 'remoteHostId' | 'credentialId'>,
): Promise<string> {
  const refused = (what: string): HeadgateError => new HeadgateError('request.invalid', what);
  const host = await requireHost(context, remoteHostId).catch((error: unknown) => {
    throw error instanceof HeadgateError && error.code === 'object.missing'
      ? refused(`remoteHostId: there is no host ${remoteHostId}`)
      : error;
  });
  const credential = await findCredential(context, credentialId);
  if (!credential) throw refused(`credentialId: there is no credential ${credentialId}`);
  if (host.connection !== undefined) return host.connection;
  const name = `${remoteHostId}/${credentialId}`;
  const known = await context.objects.find(endpointKind, name);
  if (known) return known.object_id;
  const type = hostTypes[host.type];
  if (type?.connector === undefined) throw refused(`remoteHostId: this server has no connector for ${host.type}`);
  const settings = {
    host: host.host,
    ...(host.port !== null && { port: host.port }),
    database: host.databaseName,
    user: credential.username,
    password: await passwordOf(context, credential),
  };
  return await context.tx(async (tx) => {
    const made = await perform(createConnection, tx, {
      name: `${host.name} (${credential.username})`.slice(0, 200),
      slug: `civis-${remoteHostId}-${credentialId}`,
      connector: type.connector,
      settings,
    });
    await tx.objects.insert({ kind: endpointKind, external_id: name, object_id: made.id });
    return made.id;
  });
}
