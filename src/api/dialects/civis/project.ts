/** Projects: lists of objects that belong together, kept by this vocabulary alone. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import type { RouteContext } from '../../dialect.ts';
import { users } from './people.ts';
import { missing } from './route.ts';
import { user } from './shapes.ts';

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

/** The author's, and of others only for who has something to say in the whole workspace. */
const isVisible = ({ actor }: RouteContext, { data }: Project): boolean =>
  data.author === actor.principal || actor.level !== undefined;

export async function requireProject(context: RouteContext, number: string): Promise<Project> {
  const row = await context.objects.find(kind, number);
  const found = row && projectOf(row);
  if (!found || !isVisible(context, found)) throw missing('project');
  return found;
}

export async function listProjects(context: RouteContext): Promise<readonly Project[]> {
  const rows = await context.objects.list(kind, { limit: 10_000, offset: 0, order: 'newest' });
  return rows.map(projectOf).filter((one) => isVisible(context, one));
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
  { number, data }: Project,
  changes: Partial<ProjectData>,
): Promise<Project> {
  const { level, principal } = context.actor;
  if (data.author !== principal && level === 'read')
    throw new HeadgateError('access.grant', 'write has not been granted on this project');
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
  return {
    id: number,
    author,
    name: data.name,
    description: data.description,
    users: [author],
    autoShare: data.autoShare,
    createdAt,
    updatedAt: data.updatedAt,
    archived: data.archived,
  };
}
