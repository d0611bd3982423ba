/** Projects: lists of objects that belong together, kept by this vocabulary alone. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import type { RouteContext } from '../../dialect.ts';
import { shown, type Shown } from './levels.ts';
import { users, visibleGroups } from './people.ts';
import { missing } from './route.ts';
import { user, type User } from './shapes.ts';

const kind = 'project';

export interface ProjectData {
  readonly name: string;
  readonly description: string;
  readonly note: string | null;
  readonly autoShare: boolean;
  readonly hidden: boolean;
  readonly archived: boolean;
  /** A principal. */
  readonly author: string;
  readonly updatedAt: string;
  /** Who it is shared with, by principal or group. */
  readonly shares?: Readonly<Record<string, Shown>>;
  /** Members by what they are: `imports`, `files`, … */
  readonly members: Readonly<Record<string, readonly number[]>>;
}

export interface Project {
  readonly number: number;
  readonly createdAt: string;
  readonly data: ProjectData;
}

type Row = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

const projectOf = (row: Row): Project => ({
  number: Number(row.external_id),
  createdAt: row.created_at.toISOString(),
  data: row.data as unknown as ProjectData, // written below
});

const plain = (data: ProjectData): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>; // plain data

const ranks = { read: 1, write: 2, manage: 3 } as const;

/** By holder: the caller and the groups that the caller is in. */
async function holdersOf(context: RouteContext): Promise<readonly string[]> {
  const { principal } = context.actor;
  const groups = (await visibleGroups(context)).filter(({ group }) => group.members.includes(principal));
  return [principal, ...groups.map(({ group }) => group.id)];
}

/** What the caller may do with it; undefined = not even see it. The author may all, others what they may in the whole workspace or was shared. */
export async function levelOnProject(context: RouteContext, { data }: Pick<Project, 'data'>): Promise<Shown | undefined> {
  const { actor } = context;
  if (data.author === actor.principal) return 'manage';
  const own = actor.level && shown[actor.level];
  const shares = data.shares ?? {};
  if (Object.keys(shares).length === 0) return own;
  const all = [own, ...(await holdersOf(context)).map((holder) => shares[holder])].filter((level) => level !== undefined);
  return all.toSorted((a, b) => ranks[b] - ranks[a])[0];
}

async function requireLevel(context: RouteContext, project: Project, wanted: Shown): Promise<void> {
  const level = await levelOnProject(context, project);
  if (level !== undefined && ranks[level] >= ranks[wanted]) return;
  throw new HeadgateError('access.grant', `${wanted} has not been granted on this project`);
}

export async function requireProject(context: RouteContext, number: string): Promise<Project> {
  const row = await context.objects.find(kind, number);
  const found = row && projectOf(row);
  if (!found || (await levelOnProject(context, found)) === undefined) throw missing('project');
  return found;
}

export async function listProjects(context: RouteContext): Promise<readonly Project[]> {
  const rows = await context.objects.list(kind, { limit: 10_000, offset: 0, order: 'newest' });
  const seen: Project[] = [];
  for (const one of rows.map(projectOf)) if ((await levelOnProject(context, one)) !== undefined) seen.push(one);
  return seen;
}

export async function insertProject(
  context: RouteContext,
  data: Pick<ProjectData, 'name' | 'description' | 'note' | 'autoShare' | 'hidden'>,
): Promise<Project> {
  const number = await context.objects.number(kind);
  const all = {
    ...data,
    archived: false,
    author: context.actor.principal,
    updatedAt: context.clock.now().toISOString(),
    members: {},
  };
  const place = { kind, external_id: String(number), object_id: `civis/project/${number}` };
  return projectOf(await context.objects.insert({ ...place, data: plain(all) }));
}

export async function updateProject(
  context: RouteContext,
  project: Project,
  changes: Partial<ProjectData>,
  wanted: Shown = 'write',
): Promise<Project> {
  const { number, data } = project;
  await requireLevel(context, project, wanted);
  const all = { ...data, ...changes, updatedAt: context.clock.now().toISOString() };
  const row = await context.objects.update(kind, String(number), plain(all));
  if (!row) throw missing('project');
  return projectOf(row);
}

/** Asked twice, nothing happens. */
export async function setMember(
  context: RouteContext,
  project: Project,
  family: string,
  number: number,
  there: boolean,
): Promise<void> {
  await context.tx(async (tx) => {
    const row = await tx.objects.hold(kind, String(project.number));
    if (!row) throw missing('project');
    const now = projectOf(row);
    const before = now.data.members[family] ?? [];
    const after = there ? [...new Set([...before, number])] : before.filter((one) => one !== number);
    await updateProject(tx, now, { members: { ...now.data.members, [family]: after } });
  });
}

/** Ids of ours say what they are. */
export const isGroup = (holder: string): boolean => holder.startsWith('grp_');

export const projectView = z.object({
  id: z.number().int(),
  author: user,
  name: z.string(),
  description: z.string().nullable(),
  users: z.array(user),
  autoShare: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
  archived: z.boolean(),
});

export async function showProject(
  context: RouteContext,
  { number, createdAt, data }: Project,
  of = users(context),
): Promise<z.input<typeof projectView>> {
  const author = await of(data.author);
  const shared: User[] = [];
  for (const holder of Object.keys(data.shares ?? {})) if (!isGroup(holder)) shared.push(await of(holder));
  return {
    id: number,
    author,
    name: data.name,
    description: data.description,
    users: [author, ...shared],
    autoShare: data.autoShare,
    createdAt,
    updatedAt: data.updatedAt,
    archived: data.archived,
  };
}
