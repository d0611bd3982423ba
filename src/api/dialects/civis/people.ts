/** Principals and groups under numbers, as users and groups of this vocabulary. */
import type { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { groupView } from '../../../operations/groups/group.ts';
import { listGroups } from '../../../operations/groups/list.ts';
import { perform } from '../../../operations/operation.ts';
import { getPrincipal } from '../../../operations/principals/get.ts';
import { listPrincipals } from '../../../operations/principals/list.ts';
import type { principalView } from '../../../operations/principals/principal.ts';
import type { RouteContext } from '../../dialect.ts';
import { missing } from './route.ts';
import type { User } from './shapes.ts';

export type Principal = z.output<typeof principalView>;
export type Group = z.output<typeof groupView>;

export interface Person {
  readonly number: number;
  readonly principal: Principal;
}

const nobody = (id: string): Principal => ({
  id,
  kind: 'service',
  name: 'Headgate',
  email: null,
  disabled: false,
  created_at: new Date(0).toISOString(),
});

/** Of the server itself, and for those who may not look at people, there is only a name. */
async function principalOf(context: RouteContext, id: string): Promise<Principal> {
  return await perform(getPrincipal, context, { principal: id }).catch((error: unknown) => {
    const known = error instanceof HeadgateError && ['object.missing', 'access.scope', 'access.grant'].includes(error.code);
    if (known) return nobody(id);
    throw error;
  });
}

export async function person(context: RouteContext, id: string): Promise<Person> {
  const { external_id } = await context.objects.numbered('user', id, 'user');
  return { number: Number(external_id), principal: await principalOf(context, id) };
}

/** Throws `object.missing`. */
export async function principalByNumber({ objects }: RouteContext, number: number | string): Promise<string> {
  const row = await objects.find('user', String(number));
  if (!row) throw missing('user');
  return row.object_id;
}

/** Throws `object.missing`. */
export async function groupByNumber({ objects }: RouteContext, number: number | string): Promise<string> {
  const row = await objects.find('group', String(number));
  if (!row) throw missing('group');
  return row.object_id;
}

export const usernameOf = ({ name, email }: Principal): string => email ?? name;

export const initialsOf = ({ name }: Principal): string =>
  name
    .split(/\s+/)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('')
    .slice(0, 3);

export async function userOf(context: RouteContext, id: string): Promise<User> {
  const { number, principal } = await person(context, id);
  return { id: number, name: principal.name, username: usernameOf(principal), initials: initialsOf(principal), online: null };
}

/** Each person is looked up once for one answer. */
export function users(context: RouteContext): (id: string) => Promise<User> {
  const known = new Map<string, Promise<User>>();
  return async (id) => {
    const found = known.get(id) ?? userOf(context, id);
    known.set(id, found);
    return await found;
  };
}

/** The oldest first; the caller is always one of them. */
export async function everybody(context: RouteContext): Promise<readonly Person[]> {
  const found: Principal[] = [];
  let cursor: string | undefined;
  do {
    const page = await perform(listPrincipals, context, { limit: 200, ...(cursor !== undefined && { cursor }) });
    found.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  const { principal: own } = context.actor;
  const all = found.some(({ id }) => id === own) ? found : [...found, nobody(own)];
  const people: Person[] = [];
  for (const principal of all.toReversed()) {
    const { external_id } = await context.objects.numbered('user', principal.id, 'user');
    people.push({ number: Number(external_id), principal });
  }
  return people;
}

/** None for who may not look at them. */
export const visibleGroups = async (context: RouteContext): ReturnType<typeof allGroups> =>
  await allGroups(context).catch((error: unknown) => {
    if (error instanceof HeadgateError && error.code.startsWith('access.')) return [];
    throw error;
  });

export interface NumberedGroup {
  readonly number: number;
  readonly group: Group;
  readonly description: string | null;
}

type GroupData = { readonly description?: string | null };

export async function groupAt({ objects }: RouteContext, group: Group): Promise<NumberedGroup> {
  const { external_id, data } = await objects.numbered('group', group.id, 'group');
  return { number: Number(external_id), group, description: (data as GroupData).description ?? null }; // written below
}

export async function describeGroup(context: RouteContext, group: Group, description: string | null): Promise<NumberedGroup> {
  const numbered = await groupAt(context, group);
  await context.objects.update('group', String(numbered.number), { description });
  return { ...numbered, description };
}

export async function allGroups(context: RouteContext): Promise<readonly NumberedGroup[]> {
  const found: Group[] = [];
  let cursor: string | undefined;
  do {
    const page = await perform(listGroups, context, { limit: 200, ...(cursor !== undefined && { cursor }) });
    found.push(...page.data);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  const numbered: NumberedGroup[] = [];
  for (const group of found.toReversed()) numbered.push(await groupAt(context, group));
  return numbered;
}
