/** Routes of who a project is shared with; with `autoShare`, what belongs to it is shared alike. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { requireStoredFile } from './files-stored.ts';
import { findJob } from './jobs.ts';
import type { Shown } from './levels.ts';
import { groupByNumber, person, principalByNumber, visibleGroups } from './people.ts';
import { isGroup, requireProject, updateProject, type Project, type ProjectData } from './project.ts';
import { numberIn, route } from './route.ts';
import { permissionLevel, shareIndex } from './shapes.ts';
import { mailHolders } from './share-mails.ts';
import { share, type MailWishes, type Shared } from './sharing.ts';
import { id, listOf } from './wire.ts';

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<Project> =>
  await requireProject(context, numberIn(params, 'project_id', 'project'));

async function index(context: RouteContext, { data }: Project): Promise<z.input<typeof shareIndex>> {
  const all: readonly (readonly [string, Shown])[] = [[data.author, 'manage'], ...Object.entries(data.shares ?? {})];
  const groups = new Map((await visibleGroups(context)).map(({ number, group }) => [group.id, { id: number, name: group.name }]));
  const holders = async (wanted: Shown) => {
    const own = all.filter(([, level]) => level === wanted).map(([holder]) => holder);
    const users: { id: number; name: string }[] = [];
    for (const holder of own.filter((one) => !isGroup(one))) {
      const { number, principal } = await person(context, holder);
      users.push({ id: number, name: principal.name });
    }
    return { users, groups: own.flatMap((holder) => groups.get(holder) ?? []) };
  };
  return {
    readers: await holders('read'),
    writers: await holders('write'),
    owners: await holders('manage'),
    totalUserShares: all.filter(([holder]) => !isGroup(holder)).length,
    totalGroupShares: all.filter(([holder]) => isGroup(holder)).length,
  };
}

async function sharedOf(context: RouteContext, family: string, number: number): Promise<Shared | undefined> {
  if (family !== 'files') {
    const job = await findJob(context, number);
    return job && { pipeline: job.object };
  }
  return { file: (await requireStoredFile(context, number)).file.id };
}

/** What the caller may not share, or its readers could not use, stays as it is. */
export async function autoShare(
  context: RouteContext,
  { data }: Project,
  members: ProjectData['members'] = data.members,
): Promise<void> {
  if (!data.autoShare) return;
  for (const [family, numbers] of Object.entries(members)) {
    for (const number of numbers) {
      for (const [holder, level] of Object.entries(data.shares ?? {})) {
        try {
          const object = await sharedOf(context, family, number);
          if (object) await share(context, object, [isGroup(holder) ? { group: holder } : { principal: holder }], level);
        } catch (error) {
          const known = error instanceof HeadgateError && /^(?:access|object)\./.test(error.code);
          if (!known) throw error;
        }
      }
    }
  }
}

const list = route({
  method: 'GET',
  path: '/projects/:project_id/shares',
  name: 'projects.shares.list',
  summary: 'Who a project is shared with',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: shareIndex },
  declared: { 200: z.array(shareIndex) },
  handle: async (context, { found }) => ({ status: 200, body: await index(context, found) }),
});

function put(kind: 'users' | 'groups'): GuardedRoute {
  const field = kind === 'users' ? 'userIds' : 'groupIds';
  const byNumber = kind === 'users' ? principalByNumber : groupByNumber;
  return route({
    method: 'PUT',
    path: `/projects/:project_id/shares/${kind}`,
    name: `projects.shares.${kind}.set`,
    summary: `Share a project with ${kind}`,
    scope: 'pipelines:write',
    resolve,
    body: z.object({
      [field]: listOf(id),
      permissionLevel,
      shareEmailBody: z.string().max(100_000).optional(),
      sendSharedEmail: z.boolean().optional(),
    }),
    replies: { 200: shareIndex },
    async handle(context, { found, body }) {
      const { [field]: numbers, ...sent } = body as MailWishes & { [field]: number[]; permissionLevel: Shown }; // by its schema
      const shares: Record<string, Shown> = { ...found.data.shares };
      const holders: string[] = [];
      for (const number of numbers ?? []) {
        const holder = await byNumber(context, number).catch((error: unknown) => {
          const gone = error instanceof HeadgateError && error.code === 'object.missing';
          throw gone ? new HeadgateError('request.invalid', `${field}: there is no ${number}`) : error;
        });
        if (holder === found.data.author) continue;
        shares[holder] = sent.permissionLevel;
        holders.push(holder);
      }
      const changed = await updateProject(context, found, { shares }, 'manage');
      await autoShare(context, changed);
      await mailHolders(
        context,
        holders.map((holder) => (isGroup(holder) ? { group: holder } : { principal: holder })),
        { what: `the project ${found.data.name}`, how: 'shared', wanted: sent.sendSharedEmail, words: sent.shareEmailBody },
      );
      return { status: 200, body: await index(context, changed) };
    },
  });
}

function remove(kind: 'users' | 'groups'): GuardedRoute {
  const param = kind === 'users' ? 'user_id' : 'group_id';
  return route({
    method: 'DELETE',
    path: `/projects/:project_id/shares/${kind}/:${param}`,
    name: `projects.shares.${kind}.delete`,
    summary: `Take a project away from one of the ${kind}`,
    scope: 'pipelines:write',
    async resolve(context, params) {
      const project = await resolve(context, params);
      const number = numberIn(params, param, kind === 'users' ? 'user' : 'group');
      return { project, holder: await (kind === 'users' ? principalByNumber : groupByNumber)(context, number) };
    },
    replies: { 204: undefined },
    async handle(context, { found: { project, holder } }) {
      if (holder === project.data.author)
        throw new HeadgateError('object.conflict', 'the permission of its owner cannot be revoked');
      const { [holder]: _, ...shares } = project.data.shares ?? {};
      await updateProject(context, project, { shares }, 'manage');
      return { status: 204 };
    },
  });
}

export const projectShareRoutes: readonly GuardedRoute[] = [list, put('users'), remove('users'), put('groups'), remove('groups')];
