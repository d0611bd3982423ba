import { HeadgateError } from '../domain/error.ts';
import { refName, type Schema, type StreamInfo } from '../domain/schema.ts';
import { matchColumns } from '../rules/matching.ts';
import type { SchemaFile } from '../rules/schema-file.ts';
import { requireField } from './columns.ts';
import type { ShapeRequest } from './flow.ts';

/** The fields of the file, each read from the first of its headers that the stream has. Throws `field.missing`, `usage.schema`. */
export function schemaShape(file: SchemaFile, { stream, schema }: StreamInfo): ShapeRequest {
  const alike = alikeHeaders(file, schema);
  const headers = new Map(
    file.fields.map((field) => {
      const header =
        field.from.find((name) => schema.fields.some((candidate) => candidate.name === name)) ??
        alike.get(field.name) ??
        field.from[0];
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

/** Where the file allows it: the header that is alike enough to a name of a field, and to no other. */
function alikeHeaders({ fields, match }: SchemaFile, schema: Schema): ReadonlyMap<string, string> {
  if (match === undefined) return new Map();
  const headers = schema.fields.map(({ name }) => name);
  const matchable = fields.map(({ name, from }) => ({ key: name, names: [...from, name] }));
  const { matches } = matchColumns(headers, matchable, { normalised: true, fuzzy: match === 'fuzzy' });
  return new Map(matches.map(({ column, key }) => [key, headers[column] ?? key]));
}
