/** `--schema`: the file, and what it means for one stream. */
import { readFile } from 'node:fs/promises';
import { asHeadgateError, HeadgateError } from '../domain/error.ts';
import { refName, type StreamInfo } from '../domain/schema.ts';
import { requireField } from '../engine/columns.ts';
import type { ShapeRequest } from '../engine/flow.ts';
import { parseSchemaFile, type SchemaFile } from '../rules/schema-file.ts';
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
    return parseSchemaFile(await readFile(values.schema, 'utf8'), values.schema);
  } catch (error) {
    throw asHeadgateError(error, `reading ${values.schema}`);
  }
}

/** The fields of the file, each read from the first of its headers that the stream has. Throws `field.missing`, `usage.schema`. */
export function schemaShape(file: SchemaFile, { stream, schema }: StreamInfo): ShapeRequest {
  const headers = new Map(
    file.fields.map((field) => {
      const header = field.from.find((name) => schema.fields.some((candidate) => candidate.name === name)) ?? field.from[0];
      return [field.name, requireField(schema, header ?? field.name, 'field.missing').name];
    }),
  );
  const read = [...headers.values()];
  const twice = read.find((header, at) => read.indexOf(header) !== at);
  if (twice !== undefined) {
    throw new HeadgateError('usage.schema', `two fields of the schema are read from the field ${twice} of ${refName(stream)}`);
  }
  const headerOf = (name: string): string => headers.get(name) ?? name;
  return {
    select: read,
    rename: Object.fromEntries(file.fields.map(({ name }) => [headerOf(name), name])),
    cast: Object.fromEntries(file.fields.map(({ name, type }) => [headerOf(name), type])),
    mask: {},
    rules: { fields: file.fields.map(({ from: _headers, ...field }) => field), rules: file.rules },
  };
}
