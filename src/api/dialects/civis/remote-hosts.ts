/** Routes of remote hosts: databases, and other systems that jobs may name. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { checkConnection } from '../../../operations/connections/check.ts';
import { probeConnection } from '../../../operations/connections/probe.ts';
import { perform } from '../../../operations/operation.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { findCredential, passwordOf } from './credential.ts';
import { hostTypes } from './host-types.ts';
import { insertHost, listHosts, requireHost, updateHost, type Database } from './hosts.ts';
import { levelAt } from './levels.ts';
import { userOf } from './people.ts';
import { numberIn, route } from './route.ts';
import { user } from './shapes.ts';
import { tablesOf } from './tables-stored.ts';
import { commaList, id, whole } from './wire.ts';

const summary = z.object({ id: z.number().int(), name: z.string(), type: z.string(), url: z.string().nullable() });

const detail = summary.extend({
  description: z.string().nullable(),
  myPermissionLevel: z.string(),
  user,
  createdAt: z.string(),
  updatedAt: z.string(),
});

const urlOf = ({ host, port, databaseName }: Database): string => `${host}${port === null ? '' : `:${port}`}/${databaseName}`;

const show = (host: Database): z.input<typeof summary> => ({
  id: host.number,
  name: host.name,
  type: host.type,
  url: urlOf(host),
});

const showDetail = async (context: RouteContext, host: Database): Promise<z.input<typeof detail>> => ({
  ...show(host),
  description: host.description,
  myPermissionLevel: host.connection === undefined ? 'manage' : await levelAt(context, 'connection', host.connection),
  user: await userOf(context, context.actor.principal),
  createdAt: host.createdAt,
  updatedAt: host.updatedAt,
});

const list = route({
  method: 'GET',
  path: '/remote_hosts',
  name: 'remote_hosts.list',
  summary: 'List remote hosts',
  scope: 'connections:read',
  query: z.object({ type: commaList(z.string()).optional() }),
  replies: { 200: z.array(summary) },
  async handle(context, { query }) {
    const all = (await listHosts(context)).filter(({ type }) => !query.type || query.type.includes(type));
    return { status: 200, body: all.map(show) };
  },
});

const fields = {
  name: z.string().min(1).max(1000),
  url: z.string().min(1).max(10_000),
  type: z.string().refine((type) => Object.hasOwn(hostTypes, type), `one of ${Object.keys(hostTypes).join(', ')}`),
  description: z.string().max(100_000).optional(),
};

const create = route({
  method: 'POST',
  path: '/remote_hosts',
  name: 'remote_hosts.create',
  summary: 'Name a system; with a credential jobs can read from it and write into it',
  scope: 'connections:write',
  body: z.object(fields),
  replies: { 201: detail },
  handle: async (context, { body }) => ({
    status: 201,
    body: await showDetail(context, await insertHost(context, { ...body, description: body.description ?? null })),
  }),
});

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<Database> =>
  await requireHost(context, numberIn(params, 'id', 'remote host'));

const get = route({
  method: 'GET',
  path: '/remote_hosts/:id',
  name: 'remote_hosts.get',
  summary: 'Get a remote host',
  scope: 'connections:read',
  resolve,
  replies: { 200: detail },
  handle: async (context, { found }) => ({ status: 200, body: await showDetail(context, found) }),
});

const changing = (method: 'PUT' | 'PATCH'): GuardedRoute =>
  route({
    method,
    path: '/remote_hosts/:id',
    name: method === 'PUT' ? 'remote_hosts.replace' : 'remote_hosts.update',
    summary: method === 'PUT' ? 'Replace a remote host' : 'Change parts of a remote host',
    scope: 'connections:write',
    resolve,
    body: method === 'PUT' ? z.object(fields) : z.object(fields).partial(),
    replies: { 200: detail },
    async handle(context, { found, body }) {
      const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
      return { status: 200, body: await showDetail(context, await updateHost(context, found, given)) };
    },
  });

const refused = (): HeadgateError => new HeadgateError('connect.refused', 'Username or password is incorrect.');

const authenticate = route({
  method: 'POST',
  path: '/remote_hosts/:id/authenticate',
  name: 'remote_hosts.authenticate',
  summary: 'Try a credential at a remote host',
  scope: 'connections:write',
  resolve,
  body: z.object({ credentialId: id.optional(), username: z.string().optional(), password: z.string().optional() }),
  replies: { 204: undefined },
  async handle(context, { found, body }) {
    const { connection } = found;
    if (connection !== undefined) {
      const { ok } = await perform(checkConnection, context, { connection });
      if (!ok) throw refused();
      return { status: 204 };
    }
    const credential = body.credentialId === undefined ? undefined : await findCredential(context, body.credentialId);
    if (body.credentialId !== undefined && !credential) throw new HeadgateError('request.invalid', 'credentialId: there is none');
    const connector = hostTypes[found.type]?.connector;
    if (connector === undefined) throw new HeadgateError('request.invalid', `this server has no connector for ${found.type}`);
    const settings = {
      host: found.host,
      ...(found.port !== null && { port: found.port }),
      database: found.databaseName,
      user: credential?.username ?? body.username ?? '',
      password: credential ? await passwordOf(context, credential) : (body.password ?? ''),
    };
    const { ok } = await perform(probeConnection, context, { connector, settings });
    if (!ok) throw refused();
    return { status: 204 };
  },
});

const dataSets = route({
  method: 'GET',
  path: '/remote_hosts/:id/data_sets',
  name: 'remote_hosts.data_sets.list',
  summary: 'List the tables of a remote host',
  scope: 'connections:write',
  resolve,
  query: z.object({ credential_id: whole().optional(), q: z.string().optional(), s: z.string().optional() }),
  replies: { 200: z.array(z.object({ name: z.string(), fullPath: z.string() })) },
  async handle(context, { found, query }) {
    const wanted = (query.q ?? '').toLowerCase();
    const all = await tablesOf(context, found, { schema: query.s });
    const shown = all.filter(({ name }) => name.toLowerCase().includes(wanted));
    return { status: 200, body: shown.map(({ schema, name }) => ({ name, fullPath: `${schema}.${name}` })) };
  },
});

export const remoteHostRoutes: readonly GuardedRoute[] = [
  list,
  create,
  get,
  changing('PUT'),
  changing('PATCH'),
  authenticate,
  dataSets,
];
