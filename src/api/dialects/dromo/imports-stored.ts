/** What this vocabulary keeps of its imports; behind each stands the file that it is about. */
import { readerOf } from '../../../operations/access.ts';
import type { RouteContext } from '../../dialect.ts';
import type { Field } from '../../../domain/fields/forms.ts';
import type { HookSources } from '../../../domain/fields/hooks.ts';
import { missing, plainData } from './schemas-stored.ts';
import type { Settings } from './settings-shapes.ts';
import type { User } from './user.ts';

export interface Destination {
  readonly connection: string;
  readonly table: string;
  readonly write?: 'append' | 'replace' | 'merge' | 'mirror' | undefined;
  readonly key?: readonly string[] | undefined;
}

export interface ImportData {
  readonly schemaId: string | null;
  /** Null: its rows came with the request. */
  readonly filename: string | null;
  /** Its rows came as objects, and bring along what no field takes: the names of its columns are told. */
  readonly named?: true;
  readonly fields: readonly Field[];
  readonly settings: Settings;
  readonly hooks: HookSources;
  readonly user: User | null;
  /** Where its rows go besides. */
  readonly destination?: Destination;
  /** Once its bytes are there. */
  readonly pipeline?: string;
  readonly run?: string;
  /** What puts the rows where they go besides, once a person has looked through them. */
  readonly delivery?: string;
  /** ISO 8601: since when its file is no longer awaited. */
  readonly expired?: string;
  /** Its file was larger than it may be: since when (ISO 8601), and how many bytes it may have. */
  readonly refused?: { readonly at: string; readonly most: number };
  /** Of its own addresses. */
  readonly webhooks?: readonly string[];
}

export interface StoredImport {
  readonly id: string;
  /** Of the file. */
  readonly file: string;
  readonly createdAt: string;
  readonly data: ImportData;
}

export const importKind = 'import';

type Row = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

const storedOf = (row: Row): StoredImport => ({
  id: row.external_id,
  file: row.object_id,
  createdAt: row.created_at.toISOString(),
  data: row.data as unknown as ImportData, // written below
});

export async function findStoredImport({ objects }: RouteContext, id: string): Promise<StoredImport | undefined> {
  const row = await objects.find(importKind, id);
  return row && storedOf(row);
}

/** Those that are about one of these files. */
export const importsOfFiles = async ({ objects }: RouteContext, files: readonly string[]): Promise<readonly StoredImport[]> =>
  (await objects.of(importKind, files)).map(storedOf);

/** Throws `object.missing`: also where the caller may not see its file. */
export async function requireStoredImport(context: RouteContext, id: string): Promise<StoredImport> {
  const row = await context.objects.find(importKind, id, readerOf(context));
  if (!row) throw missing();
  return storedOf(row);
}

/** Inside a transaction: nobody else changes it until the end. Throws `object.missing`. */
export async function holdStoredImport({ objects }: RouteContext, id: string): Promise<StoredImport> {
  const row = await objects.hold(importKind, id);
  if (!row) throw missing();
  return storedOf(row);
}

/** Those that the caller may see, the newest first. */
export async function listStoredImports(
  context: RouteContext,
  page: { readonly limit: number; readonly offset: number },
): Promise<readonly StoredImport[]> {
  const { objects } = context;
  return (await objects.list(importKind, { ...page, order: 'newest', reader: readerOf(context) })).map(storedOf);
}

export const countStoredImports = async (context: RouteContext): Promise<number> =>
  await context.objects.count(importKind, readerOf(context));

/** Those that the caller may see and that have come to their end: how many, and the files of some of them, the newest first. */
export const endedStoredImports = async (
  context: RouteContext,
  page: { readonly limit: number; readonly offset: number },
): Promise<{ readonly total: number; readonly files: readonly string[] }> =>
  await context.objects.ended(importKind, { ...page, reader: readerOf(context) });

export async function insertStoredImport(
  { objects }: RouteContext,
  { id, file, data }: Pick<StoredImport, 'id' | 'file' | 'data'>,
): Promise<StoredImport> {
  return storedOf(await objects.insert({ kind: importKind, external_id: id, object_id: file, data: plainData(data) }));
}

/** Throws `object.missing`. */
export async function updateStoredImport({ objects }: RouteContext, { id, data }: StoredImport): Promise<StoredImport> {
  const row = await objects.update(importKind, id, plainData(data));
  if (!row) throw missing();
  return storedOf(row);
}
