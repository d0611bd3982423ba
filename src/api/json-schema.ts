/** What routes check by, as documents write it. Pure. */
import { z, type ZodType } from 'zod';
import type { Route } from './dialect.ts';

/** JSON Schema, as far as our schemas use it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
}

export function jsonSchema(schema: ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest as JsonSchema; // what zod writes is a JSON schema
}

export interface Part {
  readonly name: string;
  readonly required: boolean;
  readonly schema: JsonSchema;
}

export interface Parts {
  readonly path: readonly Part[];
  readonly query: readonly Part[];
  readonly body?: { readonly required: boolean; readonly schema: JsonSchema };
}

/** Where the fields of a request stand: in the path, behind the question mark, in the body. */
export function partsOf({ method, path, documented }: Route): Parts {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const { params, query, body, input } = documented;
  const all = input ? jsonSchema(input, 'input') : {};
  const inPath = { ...all.properties, ...(params && jsonSchema(params, 'input').properties) };
  const rest = without(all, names);
  const bodied = method !== 'GET' && method !== 'DELETE';
  const asked = query ? jsonSchema(query, 'input') : bodied ? {} : rest;
  const sent = body ? jsonSchema(body, 'input') : bodied && Object.keys(rest.properties ?? {}).length > 0 ? rest : undefined;
  const optional = body?.safeParse(undefined).success ?? (sent?.required ?? []).length === 0;
  return {
    path: names.map((name) => ({ name, required: true, schema: inPath[name] ?? { type: 'string' } })),
    query: partsIn(asked),
    ...(sent && { body: { required: !optional, schema: sent } }),
  };
}

const partsIn = ({ properties = {}, required = [] }: JsonSchema): readonly Part[] =>
  Object.entries(properties).map(([name, schema]) => ({ name, required: required.includes(name), schema }));

function without(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const { properties = {}, required = [], ...rest } = schema;
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name))),
    required: required.filter((name) => !names.includes(name)),
  };
}
