/** Who may see, change and give away an object: grants, in the vendor's words. */
import { z } from 'zod';
import type { Level } from '../../../domain/access.ts';
import { HeadgateError } from '../../../domain/error.ts';
import { listGrants } from '../../../operations/grants/list.ts';
import { removeGrant } from '../../../operations/grants/remove.ts';
import { setGrant } from '../../../operations/grants/set.ts';
import { transferObject } from '../../../operations/grants/transfer.ts';
import { getFile } from '../../../operations/files/get.ts';
import { perform } from '../../../operations/operation.ts';
import { getPipeline } from '../../../operations/pipelines/get.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { allGroups, groupByNumber, person, principalByNumber } from './people.ts';
import { numberIn, aOrAn, route } from './route.ts';
import { mailHolders, type Holder } from './share-mails.ts';
import { permissionLevel, shareIndex } from './shapes.ts';
import { id, listOf, whole } from './wire.ts';

/** What is shared: one object of ours. */
export type Shared = { readonly pipeline: string } | { readonly file: string };

export interface Dependency {
  readonly objectType: string;
  readonly fcoType: string;
  readonly id: number;
  readonly name: string | null;
  /** Of ours, where it can be granted. */
  readonly object?: { readonly connection: string } | Shared;
}

export interface SharedFamily {
  /** Of one: `/imports/:id`. */
  readonly path: string;
  readonly name: string;
  readonly title: string;
  resolve(context: RouteContext, params: Incoming['params']): Promise<Shared>;
  dependencies(context: RouteContext, params: Incoming['params']): Promise<readonly Dependency[]>;
  /** It belongs to somebody else now. */
  owned(context: RouteContext, params: Incoming['params'], principal: string): Promise<void>;
}

type Grant = Awaited<ReturnType<typeof listGrants.run>>['data'][number];

async function index(context: RouteContext, object: Shared): Promise<z.input<typeof shareIndex>> {
  const { data } = await perform(listGrants, context, object);
  const groups = new Map((await allGroups(context)).map(({ number, group }) => [group.id, { id: number, name: group.name }]));
  const holders = async (wanted: (level: Level) => boolean) => {
    const own = data.filter(({ level }) => wanted(level));
    const users: { id: number; name: string }[] = [];
    for (const { principal } of own) {
      if (principal === null) continue;
      const { number, principal: found } = await person(context, principal);
      users.push({ id: number, name: found.name });
    }
    return { users, groups: own.flatMap(({ group }) => (group === null ? [] : [groups.get(group) ?? []].flat())) };
  };
  const count = (side: 'principal' | 'group'): number => data.filter((grant: Grant) => grant[side] !== null).length;
  return {
    readers: await holders((level) => level === 'read'),
    writers: await holders((level) => level === 'write'),
    owners: await holders((level) => level === 'manage' || level === 'own'),
    totalUserShares: count('principal'),
    totalGroupShares: count('group'),
  };
}

/** Sets the level of these and leaves others alone; the owner stays the owner. */
export async function share(
  context: RouteContext,
  object: Shared,
  holders: readonly Holder[],
  level: z.output<typeof permissionLevel>,
): Promise<void> {
  const { data } = await perform(listGrants, context, object);
  const owner = data.find((grant) => grant.level === 'own')?.principal;
  await context.tx(async (tx) => {
    for (const holder of holders) {
      if ('principal' in holder && holder.principal === owner) continue;
      await perform(setGrant, tx, { ...object, ...holder, level });
    }
  });
}

/** Nothing to take back is fine. Throws `object.conflict` for the owner. */
async function unshare(context: RouteContext, object: Shared, holder: Holder): Promise<void> {
  const { data } = await perform(listGrants, context, object);
  const grant = data.find((one) => ('principal' in holder ? one.principal === holder.principal : one.group === holder.group));
  if (!grant) return;
  if (grant.level === 'own') throw new HeadgateError('object.conflict', 'the permission of its owner cannot be revoked');
  await perform(removeGrant, context, { ...object, ...holder });
}

export interface MailWishes {
  readonly shareEmailBody?: string;
  readonly sendSharedEmail?: boolean;
}

/** `the import orders` */
async function nameOf(context: RouteContext, title: string, object: Shared): Promise<string> {
  const { name } =
    'pipeline' in object
      ? await perform(getPipeline, context, { pipeline: object.pipeline })
      : await perform(getFile, context, { file: object.file });
  return `the ${title} ${name}`;
}

const mail = { shareEmailBody: z.string().max(100_000).optional(), sendSharedEmail: z.boolean().optional() };

function putShares({ path, name, title, resolve }: SharedFamily, kind: 'users' | 'groups'): GuardedRoute {
  const byNumber = kind === 'users' ? principalByNumber : groupByNumber;
  const field = kind === 'users' ? 'userIds' : 'groupIds';
  return route({
    method: 'PUT',
    path: `${path}/shares/${kind}`,
    name: `${name}.shares.${kind}.set`,
    summary: `Share ${aOrAn(title)} with ${kind}`,
    scope: 'grants:write',
    resolve,
    body: z.object({ [field]: listOf(id), permissionLevel, ...mail }),
    replies: { 200: shareIndex },
    async handle(context, { found, body }) {
      const { [field]: numbers, ...sent } = body as MailWishes & {
        [field]: number[];
        permissionLevel: 'read' | 'write' | 'manage';
      }; // by its schema
      const holders: Holder[] = [];
      for (const number of numbers ?? []) {
        const holder = await byNumber(context, number).catch((error: unknown) => {
          const gone = error instanceof HeadgateError && error.code === 'object.missing';
          throw gone ? new HeadgateError('request.invalid', `${field}: there is no ${number}`) : error;
        });
        holders.push(kind === 'users' ? { principal: holder } : { group: holder });
      }
      await share(context, found, holders, sent.permissionLevel);
      const what = await nameOf(context, title, found);
      await mailHolders(context, holders, { what, how: 'shared', wanted: sent.sendSharedEmail, words: sent.shareEmailBody });
      return { status: 200, body: await index(context, found) };
    },
  });
}

function deleteShare({ path, name, title, resolve }: SharedFamily, kind: 'users' | 'groups'): GuardedRoute {
  const param = kind === 'users' ? 'user_id' : 'group_id';
  return route({
    method: 'DELETE',
    path: `${path}/shares/${kind}/:${param}`,
    name: `${name}.shares.${kind}.delete`,
    summary: `Take ${aOrAn(title)} away from one of the ${kind}`,
    scope: 'grants:write',
    async resolve(context, params) {
      const object = await resolve(context, params);
      const number = numberIn(params, param, kind === 'users' ? 'user' : 'group');
      const holder: Holder =
        kind === 'users'
          ? { principal: await principalByNumber(context, number) }
          : { group: await groupByNumber(context, number) };
      return { object, holder };
    },
    replies: { 204: undefined },
    async handle(context, { found: { object, holder } }) {
      await unshare(context, object, holder);
      return { status: 204 };
    },
  });
}

const dependency = z.object({
  objectType: z.string(),
  fcoType: z.string(),
  id: z.number().int(),
  name: z.string().nullable(),
  permissionLevel: permissionLevel.nullable(),
  description: z.string().nullable(),
  shareable: z.boolean(),
});

const words = { read: 'read', write: 'write', manage: 'manage', own: 'manage' } as const;

async function levelFor(
  context: RouteContext,
  { object }: Dependency,
  user: string | undefined,
): Promise<'read' | 'write' | 'manage' | null> {
  if (user === undefined || !object) return null;
  const { data } = await perform(listGrants, context, object).catch((error: unknown) => {
    if (error instanceof HeadgateError && error.code !== 'internal.unexpected') return { data: [] };
    throw error;
  });
  const level = data.find(({ principal }) => principal === user)?.level;
  return level ? words[level] : null;
}

const transferBody = z.object({
  userId: id,
  includeDependencies: z.boolean(),
  emailBody: z.string().max(100_000).optional(),
  sendEmail: z.boolean().optional(),
});

const transferred = dependency.omit({ shareable: true }).extend({ shared: z.boolean() });

function shareList({ path, name, title, resolve }: SharedFamily): GuardedRoute {
  return route({
    method: 'GET',
    path: `${path}/shares`,
    name: `${name}.shares.list`,
    summary: `Who ${aOrAn(title)} is shared with`,
    scope: 'grants:read',
    resolve,
    replies: { 200: shareIndex },
    // Clients make `list_shares` of a list, and take the one object that they get.
    declared: { 200: z.array(shareIndex) },
    handle: async (context, { found }) => ({ status: 200, body: await index(context, found) }),
  });
}

function dependencyList(family: SharedFamily): GuardedRoute {
  const { path, name, title, resolve } = family;
  const shown = ({ object, ...rest }: Dependency) => ({ ...rest, description: null, shareable: object !== undefined });
  return route({
    method: 'GET',
    path: `${path}/dependencies`,
    name: `${name}.dependencies.list`,
    summary: `What ${aOrAn(title)} needs, and what a user may do with it`,
    scope: 'grants:read',
    resolve: async (context, params) => {
      await resolve(context, params);
      return await family.dependencies(context, params);
    },
    query: z.object({ user_id: whole().optional() }),
    replies: { 200: z.array(dependency) },
    async handle(context, { found, query: { user_id } }) {
      const user = user_id === undefined ? undefined : await principalByNumber(context, user_id);
      const body: z.input<typeof dependency>[] = [];
      for (const each of found) body.push({ ...shown(each), permissionLevel: await levelFor(context, each, user) });
      return { status: 200, body };
    },
  });
}

function transferRoute(family: SharedFamily): GuardedRoute {
  const { path, name, title, resolve } = family;
  return route({
    method: 'PUT',
    path: `${path}/transfer`,
    name: `${name}.transfer`,
    summary: `Give ${aOrAn(title)} to another user`,
    scope: 'grants:write',
    resolve: async (context, params) => ({
      object: await resolve(context, params),
      params,
      dependencies: await family.dependencies(context, params),
    }),
    body: transferBody,
    replies: { 200: z.object({ dependencies: z.array(transferred) }) },
    async handle(context, { found: { object, params, dependencies }, body }) {
      const principal = await principalByNumber(context, body.userId);
      const what = await nameOf(context, title, object);
      const given: z.input<typeof transferred>[] = [];
      await context.tx(async (tx) => {
        for (const each of body.includeDependencies ? dependencies : []) {
          const { object: own, ...rest } = each;
          if (own) await perform(setGrant, tx, { ...own, principal, level: 'manage' });
          given.push({ ...rest, description: null, permissionLevel: own ? 'manage' : null, shared: own !== undefined });
        }
        await perform(transferObject, tx, { ...object, principal });
        await family.owned(tx, params, principal);
      });
      await mailHolders(context, [{ principal }], { what, how: 'transferred', wanted: body.sendEmail, words: body.emailBody });
      return { status: 200, body: { dependencies: given } };
    },
  });
}

export const sharingRoutes = (family: SharedFamily): readonly GuardedRoute[] => [
  shareList(family),
  putShares(family, 'users'),
  deleteShare(family, 'users'),
  putShares(family, 'groups'),
  deleteShare(family, 'groups'),
  dependencyList(family),
  transferRoute(family),
];
