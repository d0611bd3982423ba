/** Routes of users and groups. */
import { z } from 'zod';
import { addMember } from '../../../operations/groups/add-member.ts';
import { createGroup } from '../../../operations/groups/create.ts';
import { getGroup } from '../../../operations/groups/get.ts';
import { removeMember } from '../../../operations/groups/remove-member.ts';
import { perform } from '../../../operations/operation.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import {
  allGroups,
  everybody,
  groupByNumber,
  initialsOf,
  person,
  principalByNumber,
  describeGroup,
  groupAt,
  users,
  usernameOf,
  visibleGroups,
  type NumberedGroup,
  type Person,
} from './people.ts';
import { numberIn, route } from './route.ts';
import { user } from './shapes.ts';
import { pageOf, paging, sorted, whole } from './wire.ts';

const groupSummary = z.object({
  id: z.number().int(),
  name: z.string(),
  slug: z.string(),
  organizationId: z.number().int(),
  organizationName: z.string(),
});

const userView = z.object({
  id: z.number().int(),
  user: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  active: z.boolean(),
  primaryGroupId: z.number().int().nullable(),
  groups: z.array(groupSummary),
  createdAt: z.string(),
  currentSignInAt: z.string().nullable(),
});

const me = z.object({
  id: z.number().int(),
  name: z.string(),
  email: z.string().nullable(),
  username: z.string(),
  initials: z.string(),
  lastCheckedAnnouncements: z.string().nullable(),
  featureFlags: z.record(z.string(), z.boolean()),
  roles: z.array(z.string()),
  preferences: z.record(z.string(), z.json()),
  customBranding: z.string().nullable(),
  primaryGroupId: z.number().int().nullable(),
  groups: z.array(groupSummary),
  organizationName: z.string(),
  organizationSlug: z.string(),
  createdAt: z.string(),
});

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'group';

/** A workspace is the organisation of its people. */
const organization = (context: RouteContext) => ({
  organizationId: context.workspace,
  organizationName: `Workspace ${context.workspace}`,
});

const summary = (context: RouteContext, { number, group }: NumberedGroup): z.input<typeof groupSummary> => ({
  id: number,
  name: group.name,
  slug: slugOf(group.name),
  ...organization(context),
});

const showUser = (
  context: RouteContext,
  { number, principal }: Person,
  groups: readonly NumberedGroup[],
): z.input<typeof userView> => {
  const own = groups.filter(({ group }) => group.members.includes(principal.id));
  return {
    id: number,
    user: usernameOf(principal),
    name: principal.name,
    email: principal.email,
    active: !principal.disabled,
    primaryGroupId: own[0]?.number ?? null,
    groups: own.map((one) => summary(context, one)),
    createdAt: principal.created_at,
    currentSignInAt: null,
  };
};

const getMe = route({
  method: 'GET',
  path: '/users/me',
  name: 'users.me',
  summary: 'Who the key belongs to',
  // Whoever has a key may know whose it is.
  scope: 'pipelines:read',
  replies: { 200: me },
  async handle(context) {
    const { number, principal } = await person(context, context.actor.principal);
    const { organizationName } = organization(context);
    const groups = (await visibleGroups(context)).filter(({ group }) => group.members.includes(principal.id));
    return {
      status: 200,
      body: {
        id: number,
        name: principal.name,
        email: principal.email,
        username: usernameOf(principal),
        initials: initialsOf(principal),
        lastCheckedAnnouncements: null,
        featureFlags: {},
        roles: [],
        preferences: {},
        customBranding: null,
        primaryGroupId: groups[0]?.number ?? null,
        groups: groups.map((one) => summary(context, one)),
        organizationName,
        organizationSlug: slugOf(organizationName),
        createdAt: principal.created_at,
      },
    };
  },
});

const listUsers = route({
  method: 'GET',
  path: '/users',
  name: 'users.list',
  summary: 'List users',
  scope: 'principals:read',
  query: z.object({
    query: z.string().max(200).optional().meta({ description: 'Part of the name or the mail address' }),
    group_id: whole().optional(),
    ...paging(10_000, 20, ['name', 'user', 'id'], 'asc'),
  }),
  replies: { 200: z.array(userView) },
  async handle(context, { query }) {
    const [people, groups] = [await everybody(context), await allGroups(context)];
    const wanted = query.query?.toLowerCase();
    const shown = people
      .map((one) => showUser(context, one, groups))
      .filter((one) => wanted === undefined || `${one.name} ${one.email ?? ''}`.toLowerCase().includes(wanted))
      .filter((one) => query.group_id === undefined || one.groups.some(({ id }) => id === query.group_id));
    const order = query.order as 'name' | 'user' | 'id'; // as its schema says
    const { rows, headers } = pageOf(
      sorted(shown, (one) => one[order], query.order_dir),
      query,
    );
    return { status: 200, headers, body: [...rows] };
  },
});

const getUser = route({
  method: 'GET',
  path: '/users/:id',
  name: 'users.get',
  summary: 'Get a user',
  scope: 'principals:read',
  resolve: async (context, params) => await person(context, await principalByNumber(context, numberIn(params, 'id', 'user'))),
  replies: { 200: userView },
  handle: async (context, { found }) => ({ status: 200, body: showUser(context, found, await allGroups(context)) }),
});

const groupView = groupSummary.extend({
  createdAt: z.string(),
  updatedAt: z.string(),
  description: z.string().nullable(),
  memberCount: z.number().int(),
  totalMemberCount: z.number().int(),
  lastUpdatedById: z.number().int().nullable(),
  createdById: z.number().int().nullable(),
});

const groupDetail = groupView.extend({
  members: z.array(user.extend({ email: z.string().nullable(), primaryGroupId: z.number().int().nullable() })),
});

const showGroup = (context: RouteContext, found: NumberedGroup): z.input<typeof groupView> => ({
  ...summary(context, found),
  createdAt: found.group.created_at,
  updatedAt: found.group.created_at,
  description: found.description,
  memberCount: found.group.members.length,
  totalMemberCount: found.group.members.length,
  lastUpdatedById: null,
  createdById: null,
});

async function detail(context: RouteContext, found: NumberedGroup): Promise<z.input<typeof groupDetail>> {
  const of = users(context);
  const members: z.input<typeof groupDetail>['members'] = [];
  for (const principal of found.group.members) members.push({ ...(await of(principal)), email: null, primaryGroupId: null });
  return { ...showGroup(context, found), members };
}

const groupIn = async (context: RouteContext, params: Incoming['params']): Promise<NumberedGroup> => {
  const number = numberIn(params, 'id', 'group');
  return await groupAt(context, await perform(getGroup, context, { group: await groupByNumber(context, number) }));
};

const listAllGroups = route({
  method: 'GET',
  path: '/groups',
  name: 'groups.list',
  summary: 'List groups',
  scope: 'principals:read',
  query: z.object({
    query: z.string().max(200).optional(),
    ...paging(1000, 50, ['name', 'id'], 'asc'),
  }),
  replies: { 200: z.array(groupView) },
  async handle(context, { query }) {
    const wanted = query.query?.toLowerCase() ?? '';
    const all = (await allGroups(context)).filter(({ group }) => group.name.toLowerCase().includes(wanted));
    const shown = all.map((one) => showGroup(context, one));
    const { rows, headers } = pageOf(
      sorted(shown, (one) => (query.order === 'id' ? one.id : one.name), query.order_dir),
      query,
    );
    return { status: 200, headers, body: [...rows] };
  },
});

const makeGroup = route({
  method: 'POST',
  path: '/groups',
  name: 'groups.create',
  summary: 'Create a group',
  scope: 'principals:write',
  body: z.object({ name: z.string().min(1).max(200), description: z.string().max(1000).optional() }),
  replies: { 201: groupDetail },
  async handle(context, { body }) {
    const group = await perform(createGroup, context, { name: body.name });
    return { status: 201, body: await detail(context, await describeGroup(context, group, body.description ?? null)) };
  },
});

const oneGroup = route({
  method: 'GET',
  path: '/groups/:id',
  name: 'groups.get',
  summary: 'Get a group with its members',
  scope: 'principals:read',
  resolve: groupIn,
  replies: { 200: groupDetail },
  handle: async (context, { found }) => ({ status: 200, body: await detail(context, found) }),
});

const membership = async (context: RouteContext, params: Incoming['params']) => ({
  found: await groupIn(context, params),
  principal: await principalByNumber(context, numberIn(params, 'user_id', 'user')),
});

const putMember = route({
  method: 'PUT',
  path: '/groups/:id/members/:user_id',
  name: 'groups.members.add',
  summary: 'Put a user into a group',
  scope: 'principals:write',
  resolve: membership,
  replies: { 200: groupDetail },
  async handle(context, { found: { found, principal } }) {
    await perform(addMember, context, { group: found.group.id, principal });
    return {
      status: 200,
      body: await detail(context, { ...found, group: await perform(getGroup, context, { group: found.group.id }) }),
    };
  },
});

const dropMember = route({
  method: 'DELETE',
  path: '/groups/:id/members/:user_id',
  name: 'groups.members.remove',
  summary: 'Take a user out of a group',
  scope: 'principals:write',
  resolve: membership,
  replies: { 204: undefined },
  async handle(context, { found: { found, principal } }) {
    await perform(removeMember, context, { group: found.group.id, principal });
    return { status: 204 };
  },
});

export const userRoutes: readonly GuardedRoute[] = [
  getMe,
  listUsers,
  getUser,
  listAllGroups,
  makeGroup,
  oneGroup,
  putMember,
  dropMember,
];
