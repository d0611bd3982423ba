/** Named fields and rules as the API shows them and as the engine takes them. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import { parseSchemaFile, type SchemaFile } from '../../rules/schema-file.ts';
import { findSchema, listSchemaVersions, type SchemaRow } from '../../store/schemas.ts';
import type { OpContext } from '../operation.ts';

export const definition = z
  .record(z.string(), z.json())
  .meta({ description: 'Fields and rules, the same JSON as a schema file (docs/rules.md)' });

export const schemaView = z.object({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  version: z.number().int(),
  definition,
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
});

/** Stored after it was checked: an object of JSON. */
export const shownDefinition = (stored: Json): z.input<typeof definition> => stored as z.input<typeof definition>;

export function show({ definition: stored, created_at, updated_at, ...row }: SchemaRow): z.input<typeof schemaView> {
  return {
    ...row,
    definition: shownDefinition(stored),
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requireSchema({ db, workspace }: Pick<OpContext, 'db' | 'workspace'>, ref: string): Promise<SchemaRow> {
  const row = await findSchema(db, workspace, ref);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such schema');
}

/** Throws `usage.schema`, `usage.type`: everything that is wrong with it. */
export function checkDefinition(given: z.output<typeof definition>, name: string): SchemaFile {
  return parseSchemaFile(JSON.stringify(given), `the schema ${name}`);
}

/** `sch_…@3` → its id and version; absent version = the newest. */
export function readSchemaRef(text: string): { readonly ref: string; readonly version?: number } {
  const [, ref, version] = /^(.*)@([1-9]\d{0,8})$/.exec(text) ?? [];
  return ref === undefined ? { ref: text } : { ref, version: Number(version) };
}

/** What a flow is held to. Throws `object.missing`. */
export async function loadSchema(context: Pick<OpContext, 'db' | 'workspace'>, text: string): Promise<SchemaFile> {
  const { ref, version } = readSchemaRef(text);
  const row = await requireSchema(context, ref);
  if (version === undefined || version === row.version) return checkDefinition(shownDefinition(row.definition), row.slug);
  const [found] = await listSchemaVersions(context.db, context.workspace, row.id, 1, version + 1);
  if (found?.version !== version) throw new HeadgateError('object.missing', 'there is no such version of the schema');
  return checkDefinition(shownDefinition(found.definition), row.slug);
}
