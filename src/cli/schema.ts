/** `--schema`: the file, and what it means for one stream. */
import { readFile } from 'node:fs/promises';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import type { SchemaFile } from '../rules/schema-file.ts';
import type { OptionName, Values } from './options.ts';

const alsoShapes: readonly OptionName[] = ['select', 'rename', 'cast', 'mask'];

/** Throws `usage.schema`, `usage.type`, `usage.arguments`, `file.missing`. */
export async function readSchema(values: Values): Promise<SchemaFile | undefined> {
  if (values.schema === undefined) return undefined;
  const other = alsoShapes.find((name) => values[name] !== undefined);
  if (other !== undefined) {
    throw new HeadgateError('usage.arguments', `--schema and --${other} both say which fields travel`, {
      hint: 'name, rename and convert fields in the schema file',
    });
  }
  try {
    const { parseSchemaFile } = await import('../rules/schema-file.ts');
    return parseSchemaFile(await readFile(values.schema, 'utf8'), values.schema);
  } catch (error) {
    throw asHeadgateError(error, `reading ${values.schema}`);
  }
}

/** The same file as a server takes it. Read it first: this does not look at what is in it. */
export async function readDefinition({ schema = '' }: Values): Promise<Readonly<Record<string, unknown>>> {
  return JSON.parse(await readFile(schema, 'utf8')) as Readonly<Record<string, unknown>>; // an object: `readSchema` has read it
}
