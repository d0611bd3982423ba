/** Routes of projects, and of what belongs to them. */
import { z } from 'zod';
import { heldLevel } from '../../../operations/access.ts';
import type { GuardedRoute, Incoming, RouteContext } from '../../dialect.ts';
import { findJob } from './jobs.ts';
import { users } from './people.ts';
import {
  insertProject,
  levelOnProject,
  listProjects,
  projectView,
  requireProject,
  setMember,
  showProject,
  updateProject,
  type Project,
} from './project.ts';
import { autoShare } from './project-shares.ts';
import { numberIn, aOrAn, route } from './route.ts';
import { runsOf, showRun, stateOf } from './runs.ts';
import { jobRun, status } from './shapes.ts';
import { commaList, flag, pageOf, paging, sorted } from './wire.ts';

const said = z.string().nullable();

const memberJob = z.object({
  id: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  name: z.string(),
  type: z.string(),
  finishedAt: said,
  state: z.string(),
  lastRun: jobRun.nullable(),
});

const detail = projectView.extend({
  imports: z.array(memberJob),
  files: z.array(z.object({ id: z.number().int() })),
  note: said,
  canCurrentUserEnableAutoShare: z.boolean(),
  hidden: z.boolean(),
  parentProject: z.json(),
  myPermissionLevel: z.string(),
});

async function showDetail(context: RouteContext, project: Project): Promise<z.input<typeof detail>> {
  const level = (await levelOnProject(context, project)) ?? 'read';
  const imports: z.input<typeof memberJob>[] = [];
  for (const number of project.data.members['imports'] ?? []) {
    const job = await findJob(context, number);
    // Who sees the project does not see all that belongs to it.
    if (!job || (await heldLevel(context, { kind: 'pipeline', ref: job.object })) === undefined) continue;
    const [last] = await runsOf(context, job, 1);
    imports.push({
      id: number,
      createdAt: job.createdAt,
      updatedAt: job.data.updatedAt,
      name: job.data.name,
      type: 'JobTypes::Import',
      finishedAt: last?.run.finished_at ?? null,
      state: last ? stateOf(last.run) : 'idle',
      lastRun: last ? showRun(last) : null,
    });
  }
  return {
    ...(await showProject(context, project)),
    imports,
    files: (project.data.members['files'] ?? []).map((id) => ({ id })),
    note: project.data.note,
    canCurrentUserEnableAutoShare: level === 'manage',
    hidden: project.data.hidden,
    parentProject: null,
    myPermissionLevel: level,
  };
}

const list = route({
  method: 'GET',
  path: '/projects',
  name: 'projects.list',
  summary: 'List projects',
  scope: 'pipelines:read',
  query: z.object({
    permission: z.string().optional(),
    author: commaList(z.string()).optional(),
    hidden: flag.optional(),
    archived: z.enum(['true', 'false', 'all', 'True', 'False']).optional(),
    ...paging(1000, 20, ['updated_at', 'name', 'created_at']),
  }),
  replies: { 200: z.array(projectView) },
  async handle(context, { query }) {
    const archived = query.archived?.toLowerCase() ?? 'false';
    const of = users(context);
    const all: z.input<typeof projectView>[] = [];
    for (const one of await listProjects(context)) {
      if (one.data.hidden !== (query.hidden ?? false)) continue;
      if (archived !== 'all' && one.data.archived !== (archived === 'true')) continue;
      const shown = await showProject(context, one, of);
      if (!query.author || query.author.includes(String(shown.author.id))) all.push(shown);
    }
    const key = (one: z.input<typeof projectView>): string =>
      query.order === 'name' ? one.name : query.order === 'created_at' ? one.createdAt : one.updatedAt;
    const { rows, headers } = pageOf(sorted(all, key, query.order_dir), query);
    return { status: 200, headers, body: [...rows] };
  },
});

const body = z.object({
  name: z.string().min(1).max(1000),
  description: z.string().max(100_000),
  note: z.string().max(100_000).optional(),
  autoShare: z.boolean().optional(),
  hidden: z.boolean().optional(),
});

const dataOf = ({ name, description, note, autoShare, hidden }: z.output<typeof body>) => ({
  name,
  description,
  note: note ?? null,
  autoShare: autoShare ?? false,
  hidden: hidden ?? false,
});

const create = route({
  method: 'POST',
  path: '/projects',
  name: 'projects.create',
  summary: 'Create a project',
  scope: 'pipelines:write',
  body,
  replies: { 200: detail },
  handle: async (context, { body: sent }) => ({
    status: 200,
    body: await showDetail(context, await insertProject(context, dataOf(sent))),
  }),
});

const resolve = async (context: RouteContext, params: Incoming['params']): Promise<Project> =>
  await requireProject(context, numberIn(params, 'project_id', 'project'));

const get = route({
  method: 'GET',
  path: '/projects/:project_id',
  name: 'projects.get',
  summary: 'Get a project with what belongs to it',
  scope: 'pipelines:read',
  resolve,
  replies: { 200: detail },
  handle: async (context, { found }) => ({ status: 200, body: await showDetail(context, found) }),
});

const put = route({
  method: 'PUT',
  path: '/projects/:project_id',
  name: 'projects.replace',
  summary: 'Change a project',
  scope: 'pipelines:write',
  resolve,
  body: body.omit({ hidden: true }).partial(),
  replies: { 200: detail },
  async handle(context, { found, body: sent }) {
    const given = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
    const changed = await updateProject(context, found, given);
    await autoShare(context, changed);
    return { status: 200, body: await showDetail(context, changed) };
  },
});

const archive = route({
  method: 'PUT',
  path: '/projects/:project_id/archive',
  name: 'projects.archive',
  summary: 'Archive a project, or take it back',
  scope: 'pipelines:write',
  resolve,
  body: status,
  replies: { 200: detail },
  handle: async (context, { found, body: sent }) => ({
    status: 200,
    body: await showDetail(context, await updateProject(context, found, { archived: sent.status })),
  }),
});

export const projectRoutes: readonly GuardedRoute[] = [list, create, get, put, archive];

export interface MemberFamily {
  /** Of one: `/imports/:id`. */
  readonly path: string;
  readonly name: string;
  readonly title: string;
  /** Under what it is listed in projects. */
  readonly family: string;
  /** The number. */
  resolve(context: RouteContext, params: Incoming['params']): Promise<number>;
}

export function memberRoutes({ path, name, title, family, resolve: one }: MemberFamily): readonly GuardedRoute[] {
  const both = async (context: RouteContext, params: Incoming['params']) => ({
    number: await one(context, params),
    project: await resolve(context, params),
  });
  const changing = (method: 'PUT' | 'DELETE'): GuardedRoute =>
    route({
      method,
      path: `${path}/projects/:project_id`,
      name: `${name}.projects.${method === 'PUT' ? 'add' : 'remove'}`,
      summary: method === 'PUT' ? `Put ${aOrAn(title)} into a project` : `Take ${aOrAn(title)} out of a project`,
      scope: 'pipelines:write',
      resolve: both,
      replies: { 204: undefined },
      async handle(context, { found: { number, project } }) {
        await setMember(context, project, family, number, method === 'PUT');
        if (method === 'PUT') await autoShare(context, project, { [family]: [number] });
        return { status: 204 };
      },
    });
  return [
    route({
      method: 'GET',
      path: `${path}/projects`,
      name: `${name}.projects.list`,
      summary: `The projects that ${aOrAn(title)} belongs to`,
      scope: 'pipelines:read',
      resolve: one,
      query: z.object({ hidden: flag.optional() }),
      replies: { 200: z.array(projectView) },
      async handle(context, { found, query }) {
        const shown: z.input<typeof projectView>[] = [];
        for (const project of await listProjects(context)) {
          const { members, hidden } = project.data;
          if (members[family]?.includes(found) && hidden === (query.hidden ?? false))
            shown.push(await showProject(context, project));
        }
        return { status: 200, body: shown };
      },
    }),
    changing('PUT'),
    changing('DELETE'),
  ];
}
