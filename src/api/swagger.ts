/**
 * The Swagger 2.0 document of a dialect, for clients that build themselves from one. They take fields in the order of the
 * document, and need a type and a word on `required` everywhere. Pure.
 */
import type { ApiDialect, Route } from './dialect.ts';
import { jsonSchema, partsOf, type JsonSchema, type Part } from './json-schema.ts';

interface Typed {
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Typed;
  readonly properties?: Readonly<Record<string, Typed>>;
  readonly required?: readonly string[];
}

interface SwaggerOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly object[];
  readonly responses: Readonly<Record<string, { readonly description: string; readonly schema?: Typed }>>;
}

export interface Swagger {
  readonly swagger: '2.0';
  readonly info: { readonly title: string; readonly version: string };
  readonly consumes: readonly string[];
  readonly produces: readonly string[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, SwaggerOperation>>>>;
  readonly definitions: Readonly<Record<string, Typed>>;
}

/** `basePath`: the first prefix of the dialect, which its paths leave out. */
export function swaggerOf({ title, routes, prefixes }: ApiDialect, version: string): Swagger & { readonly basePath: string } {
  const [base = ''] = prefixes;
  const paths: Record<string, Record<string, SwaggerOperation>> = {};
  for (const route of routes.filter(({ path }) => path.startsWith(`${base}/`))) {
    const path = route.path.slice(base.length).replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  const json = ['application/json'];
  return { swagger: '2.0', info: { title, version }, basePath: base, consumes: json, produces: json, paths, definitions: {} };
}

function operationOf(route: Route): SwaggerOperation {
  const { path, query, body } = partsOf(route);
  return {
    operationId: route.name,
    summary: route.summary,
    parameters: [
      ...path.map((part) => parameter(part, 'path')),
      ...query.map((part) => parameter(part, 'query')),
      ...(body ? [{ name: 'body', in: 'body', required: body.required, schema: typed(body.schema) }] : []),
    ],
    responses: Object.fromEntries(
      Object.entries(route.documented.replies).map(([status, schema]) => [
        status,
        {
          description: schema ? 'Done' : 'Done; there is no body',
          ...(schema && { schema: typed(jsonSchema(schema, 'output')) }),
        },
      ]),
    ),
  };
}

function parameter({ name, required, schema }: Part, place: 'path' | 'query'): object {
  const { properties: _inside, required: _names, ...plain } = typed(schema);
  return { name, in: place, required, ...plain };
}

/** Swagger has one type per value: of several the first that is not null, and nothing said is an object. */
function typed(schema: JsonSchema): Typed {
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  const chosen = choices?.find(({ type }) => type !== 'null');
  if (chosen) return typed({ ...chosen, ...(schema.description !== undefined && { description: schema.description }) });
  const { type = guessed(schema), format, description, items, properties } = schema;
  const one = typeof type === 'string' ? type : (type.find((name) => name !== 'null') ?? 'object');
  return {
    type: one,
    ...(format !== undefined && { format }),
    ...(description !== undefined && { description }),
    ...(schema.enum && { enum: schema.enum.filter((value) => value !== null) }),
    ...(one === 'array' && { items: typed(items ?? {}) }),
    ...(one === 'object' && {
      properties: Object.fromEntries(Object.entries(properties ?? {}).map(([name, inner]) => [name, typed(inner)])),
      ...((schema.required ?? []).length > 0 && { required: schema.required ?? [] }),
    }),
  };
}

function guessed({ const: fixed, enum: choices = [] }: JsonSchema): string {
  const kind = typeof (fixed ?? choices.find((value) => value !== null) ?? {});
  return kind === 'bigint' ? 'integer' : kind;
}
