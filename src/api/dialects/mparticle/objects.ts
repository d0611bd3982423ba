/** What this vocabulary keeps of its resources: the body as it was accepted, who wrote it and when. */
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import type { RouteContext } from '../../dialect.ts';

export type Kind = 'connection' | 'data-model' | 'field-transformation' | 'pipeline' | 'feed' | 'plan' | 'plan-version';

export interface Audit {
  readonly created_on: string;
  readonly created_by: string;
  readonly last_modified_on: string | null;
  readonly last_modified_by: string | null;
}

export interface Stored<T> {
  readonly id: string;
  /** Of the object behind it; without one, a name of its own. */
  readonly object: string;
  readonly body: T;
  readonly audit: Audit;
}

const said: Readonly<Record<Kind, string>> = {
  connection: 'Connection',
  'data-model': 'Data model',
  'field-transformation': 'Field transformation',
  pipeline: 'Pipeline',
  feed: 'Feed',
  plan: 'Data plan',
  'plan-version': 'Data plan version',
};

/** More than there can be. */
const everything = { limit: 1_000_000, offset: 0, order: 'oldest' } as const;

/** The body was checked by the schema of its kind when it was written; what a later version adds is optional. */
const stored = <T>(row: { readonly external_id: string; readonly object_id: string; readonly data: unknown }): Stored<T> => {
  const { body, audit } = row.data as Pick<Stored<T>, 'body' | 'audit'>; // written below
  return { id: row.external_id, object: row.object_id, body, audit };
};

export const missing = (kind: Kind, id: string): HeadgateError =>
  new HeadgateError('object.missing', `${said[kind]} ${id.slice(0, 200)} was not found.`);

export async function findStored<T>({ objects }: RouteContext, kind: Kind, id: string): Promise<Stored<T> | undefined> {
  const row = await objects.find(kind, id);
  return row && stored<T>(row);
}

/** Throws `object.missing`. */
export async function requireStored<T>(context: RouteContext, kind: Kind, id: string): Promise<Stored<T>> {
  const found = await findStored<T>(context, kind, id);
  if (found) return found;
  throw missing(kind, id);
}

/** In the order in which they were made. */
export async function listStored<T>({ objects }: RouteContext, kind: Kind): Promise<readonly Stored<T>[]> {
  return (await objects.list(kind, everything)).map((row) => stored<T>(row));
}

/** The name of what has no object of ours behind it. */
export const ownObject = (kind: Kind, id: string): string => `mparticle/${kind}/${id}`;

/** Throws `request.invalid` where the id is taken. */
export async function requireFree(context: RouteContext, kind: Kind, id: string): Promise<void> {
  if (await context.objects.find(kind, id)) throw taken(kind, id);
}

const taken = (kind: Kind, id: string): HeadgateError =>
  new HeadgateError('request.invalid', `${said[kind]} ${id} already exists.`);

/** Bodies hold nothing but JSON; what is absent is not written. */
const dataOf = (body: object, audit: Audit): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify({ body, audit })) as Readonly<Record<string, Json>>;

const caller = ({ actor }: RouteContext): string => actor.name ?? actor.id;

export async function insertStored<T extends object>(
  context: RouteContext,
  kind: Kind,
  id: string,
  body: T,
  object = ownObject(kind, id),
): Promise<Stored<T>> {
  const audit: Audit = {
    created_on: context.clock.now().toISOString(),
    created_by: caller(context),
    last_modified_on: null,
    last_modified_by: null,
  };
  try {
    const data = dataOf(body, audit);
    return stored<T>(await context.objects.insert({ kind, external_id: id, object_id: object, data }));
  } catch (error) {
    // Two that came at once.
    if (error instanceof HeadgateError && error.code === 'state.conflict') throw taken(kind, id);
    throw error;
  }
}

export async function updateStored<T extends object>(
  context: RouteContext,
  kind: Kind,
  before: Pick<Stored<T>, 'id' | 'audit'>,
  body: T,
): Promise<Stored<T>> {
  const audit = { ...before.audit, last_modified_on: context.clock.now().toISOString(), last_modified_by: caller(context) };
  const row = await context.objects.update(kind, before.id, dataOf(body, audit));
  if (!row) throw missing(kind, before.id);
  return stored<T>(row);
}

/** Throws `request.invalid` where the body names another object than the path. */
export function requireSameId(wanted: string | undefined, id: string): void {
  if (wanted === undefined || wanted === id) return;
  throw new HeadgateError('request.invalid', `id: it must be ${id}, as in the path.`);
}
