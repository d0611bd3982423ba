/** What this vocabulary keeps of saved schemas; behind each stands a schema of ours. */
import { HeadgateError } from '../../../domain/error.ts';
import { withQuotedNumbers } from '../../../domain/exact-json.ts';
import type { Json } from '../../../domain/json.ts';
import type { RouteContext } from '../../dialect.ts';
import type { Field } from '../../../domain/fields/forms.ts';
import type { HookSources } from '../../../domain/fields/hooks.ts';
import type { Settings } from './settings-shapes.ts';

export interface SchemaData {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly settings: Settings;
  readonly hooks?: HookSources | undefined;
  /** `settings.initialData` as JSON, in which numbers stand as they were sent; absent = the settings say all. */
  readonly initialData?: string;
}

export interface StoredSchema {
  readonly id: string;
  /** Of the schema of ours. */
  readonly object: string;
  readonly data: SchemaData;
}

export const schemaKind = 'schema';
/** More than a person looks through. */
const most = 10_000;

type Row = NonNullable<Awaited<ReturnType<RouteContext['objects']['find']>>>;

const storedOf = (row: Row): StoredSchema => ({
  id: row.external_id,
  object: row.object_id,
  data: row.data as unknown as SchemaData, // written below
});

export const plainData = (data: object): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>; // plain data

/** What was sent, in the form in which it is kept. Pure. */
export function savedForm({ settings: { initialData, ...settings }, ...data }: Omit<SchemaData, 'initialData'>): SchemaData {
  if (initialData == null) return { ...data, settings: { ...settings, ...(initialData === null && { initialData }) } };
  return { ...data, settings, initialData: JSON.stringify(initialData) };
}

/** For an import: numbers of rows that JavaScript would write otherwise are texts. Pure. */
export const importSettings = ({ settings, initialData: json }: SchemaData): Settings =>
  json === undefined ? settings : { ...settings, initialData: JSON.parse(withQuotedNumbers(json)) as unknown[] }; // as written above

export const missing = (): HeadgateError => new HeadgateError('object.missing', 'Not found.');

/** Throws `object.missing`. */
export async function requireStoredSchema({ objects }: RouteContext, id: string): Promise<StoredSchema> {
  const row = await objects.find(schemaKind, id);
  if (!row) throw missing();
  return storedOf(row);
}

export async function listStoredSchemas({ objects }: RouteContext): Promise<readonly StoredSchema[]> {
  return (await objects.list(schemaKind, { limit: most, offset: 0, order: 'oldest' })).map(storedOf);
}

export async function insertStoredSchema({ objects }: RouteContext, { id, object, data }: StoredSchema): Promise<StoredSchema> {
  return storedOf(await objects.insert({ kind: schemaKind, external_id: id, object_id: object, data: plainData(data) }));
}

/** Throws `object.missing`. */
export async function replaceStoredSchema({ objects }: RouteContext, id: string, data: SchemaData): Promise<StoredSchema> {
  const row = await objects.update(schemaKind, id, plainData(data));
  if (!row) throw missing();
  return storedOf(row);
}
