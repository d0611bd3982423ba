/** What an operation's caller must have been granted: decided here for all of them, so that none can forget it. */
import { holds, objectKinds, type Level, type ObjectKind } from '../domain/access.ts';
import { HeadgateError } from '../domain/error.ts';
import { own } from '../domain/own.ts';
import type { Db } from '../store/db.ts';
import { grantedLevel } from '../store/grants.ts';

/**
 * How an operation differs from what its scope says. Without it, an operation that reads needs `read` and one that writes needs `write`,
 * on each object that its input names and, where it names none that its scope is about, on the whole workspace as well: who forgets to
 * say more refuses too much.
 */
export interface Access {
  /** In place of the scope's; `none` = whose things it is about is for the operation itself to say. */
  readonly level?: Level | 'none';
  /** Levels for single fields of the input that name an object: `{ source: 'read' }`. */
  readonly objects?: Readonly<Record<string, Level>>;
  /** Makes an object, which belongs to whoever made it: the scope is enough. */
  readonly creates?: ObjectKind;
  /** Lists objects, and leaves out those that `readerOf` may not see: the scope is enough. */
  readonly filters?: true;
}

/** Fields of inputs that name objects, by id or slug. */
const fields: Readonly<Record<string, ObjectKind | 'run'>> = {
  ...Object.fromEntries(objectKinds.map((kind) => [kind, kind])),
  source: 'connection',
  destination: 'connection',
  run: 'run',
};

/** What operations of a scope's noun are about: with a grant on one of these, none on the whole workspace is asked for. */
const subjects: Readonly<Record<string, readonly (ObjectKind | 'run')[]>> = {
  connections: ['connection'],
  pipelines: ['pipeline'],
  models: ['model', 'connection'],
  schemas: ['schema'],
  files: ['file'],
  runs: ['run', 'pipeline'],
  grants: objectKinds,
};

export interface ObjectNeed {
  readonly kind: ObjectKind | 'run';
  readonly ref: string;
  readonly level: Level;
}

export interface Needs {
  readonly objects: readonly ObjectNeed[];
  /** On the whole workspace; absent = nothing. */
  readonly workspace?: Level;
}

interface Guarded {
  readonly scope: string;
  readonly access?: Access;
}

/** Pure. `input` has been checked. */
export function needsOf({ scope, access = {} }: Guarded, input: unknown): Needs {
  const level = access.level ?? (scope.endsWith(':read') ? 'read' : scope.endsWith(':write') ? 'write' : 'own');
  const given = typeof input === 'object' && input !== null ? Object.entries(input) : [];
  const objects = given.flatMap(([field, ref]): ObjectNeed[] => {
    const kind = own(fields, field);
    const wanted = access.objects?.[field] ?? level;
    return kind === undefined || typeof ref !== 'string' || wanted === 'none' ? [] : [{ kind, ref, level: wanted }];
  });
  const about = subjects[scope.split(':')[0] ?? ''] ?? [];
  const enough =
    objects.some(({ kind }) => about.includes(kind)) ||
    access.creates !== undefined ||
    access.filters === true ||
    level === 'none';
  return enough ? { objects } : { objects, workspace: level };
}

/** Who asks, where. */
export interface Asking {
  readonly db: Db;
  readonly workspace: number;
  readonly actor: {
    readonly principal: string;
    /** On the whole workspace. */
    readonly level?: Level;
  };
}

/** Throws `object.missing` where not even reading is granted, as for what is not there; `access.grant` where more is needed. */
export async function authorize(asking: Asking, { objects, workspace }: Needs): Promise<void> {
  for (const need of objects) await requireGrant(asking, need);
  if (workspace !== undefined && !holds(asking.actor.level, workspace)) {
    throw new HeadgateError('access.grant', `${workspace} has not been granted on this workspace`);
  }
}

/** For objects that stand deeper in an input. Throws as `authorize` does. */
export async function requireGrant({ db, workspace, actor }: Asking, { kind, ref, level }: ObjectNeed): Promise<void> {
  if (holds(actor.level, level)) return;
  const have = await grantedLevel(db, workspace, actor.principal, kind, ref);
  if (holds(have, level)) return;
  if (!holds(have ?? actor.level, 'read')) throw new HeadgateError('object.missing', `there is no such ${kind}`);
  throw new HeadgateError('access.grant', `${level} has not been granted on this ${kind}`);
}

/** What has been granted, on the object or on everything; undefined = nothing. */
export async function heldLevel(
  { db, workspace, actor }: Asking,
  { kind, ref }: Pick<ObjectNeed, 'kind' | 'ref'>,
): Promise<Level | undefined> {
  const own = await grantedLevel(db, workspace, actor.principal, kind, ref);
  return holds(own, actor.level ?? 'read') ? own : actor.level;
}

/** Whose objects alone a list may show; undefined = everybody's. */
export const readerOf = ({ actor }: Pick<Asking, 'actor'>): string | undefined =>
  holds(actor.level, 'read') ? undefined : actor.principal;
