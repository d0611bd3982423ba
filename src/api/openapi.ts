/** The OpenAPI 3.1 document of a dialect, derived from its routes. Pure. */
import type { ZodType } from 'zod';
import { codes, type ErrorCode } from '../domain/codes.ts';
import type { ApiDialect, Route } from './dialect.ts';
import { exampleOf, requests } from './examples.ts';
import { jsonSchema, partsOf, type JsonSchema, type Part } from './json-schema.ts';
import { problemSchema, statusOf } from './problem.ts';

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, object>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

interface Content {
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-scope'?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required: boolean;
    readonly description?: string;
    readonly schema: JsonSchema;
    readonly example?: unknown;
  }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<
    Record<
      string,
      { readonly description: string; readonly headers?: object; readonly content?: Readonly<Record<string, Content>> }
    >
  >;
}

export function openApiOf({ title, routes, problems }: ApiDialect, version: string): OpenApi {
  const paths: Record<string, Record<string, OpenApiOperation>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route, problems !== undefined);
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description: 'One key opens every API of this server. Slashes at the end of a path change nothing.' },
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: { securitySchemes, schemas: { Problem: problems ? jsonSchema(problems, 'output') : problemSchema(codesHere) } },
  };
}

/** Those that a request can be answered with. */
const codesHere = Object.keys(codes) as ErrorCode[]; // the keys of that table

const tagOf = ({ name }: Route): string => name.split('.')[0] ?? name;

function operationOf(route: Route, foreign: boolean): OpenApiOperation {
  const { name, summary, documented } = route;
  const { path, query, body } = partsOf(route);
  const noun = tagOf(route);
  return {
    operationId: name,
    summary,
    tags: [noun],
    security: route.auth === 'key' ? Object.keys(securitySchemes).map((scheme) => ({ [scheme]: [] })) : [],
    ...(route.auth !== 'none' && { 'x-scope': route.scope }),
    parameters: [
      ...path.map((part) => parameter(part, 'path', noun)),
      ...query.map((part) => parameter(part, 'query', noun)),
      ...(foreign ? [] : headersOf(route)),
    ],
    ...(documented.uploads !== undefined && {
      requestBody: { required: true, content: { [documented.uploads]: { schema: { type: 'string', format: 'binary' } } } },
    }),
    ...(body && {
      requestBody: {
        required: body.required,
        content: { 'application/json': { schema: body.schema, example: requests[name] ?? exampleOf(body.schema, noun) } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(documented.replies).map(([status, schema]) => [status, reply(schema, noun, documented.streams)]),
      ),
      ...(foreign ? {} : refusals(route)),
      default: problemReply('Anything else that went wrong', foreign),
    },
  };
}

function parameter(
  { name, required, schema }: Part,
  place: 'path' | 'query',
  noun: string,
): OpenApiOperation['parameters'][number] {
  const { description, ...rest } = schema;
  return {
    name,
    in: place,
    required,
    schema: rest,
    ...(description !== undefined && { description }),
    ...(required && { example: exampleOf(schema, noun, name) }),
  };
}

/** What every route of its kind takes, whatever it does. */
function headersOf({ method, documented }: Route): OpenApiOperation['parameters'] {
  const text = { type: 'string' };
  const versioned = documented.input && 'if_version' in (jsonSchema(documented.input, 'input').properties ?? {});
  return [
    ...(method === 'POST'
      ? [{ name: 'Idempotency-Key', in: 'header' as const, required: false, description: 'Carried out once a day', schema: text }]
      : []),
    ...(versioned
      ? [{ name: 'If-Match', in: 'header' as const, required: false, description: 'The ETag that was read', schema: text }]
      : []),
  ];
}

function reply(schema: ZodType | undefined, noun: string, streams?: string): OpenApiOperation['responses'][string] {
  if (!schema) return { description: 'Done; there is no body' };
  const json = jsonSchema(schema, 'output');
  const content: Content = streams === undefined ? { schema: json, example: exampleOf(json, noun) } : { schema: json };
  return { description: 'Done', content: { [streams ?? 'application/json']: content } };
}

/** Which codes any route can be refused with, before it does anything of its own. */
function refusals(route: Route): OpenApiOperation['responses'] {
  const { path, body } = partsOf(route);
  const some: readonly (readonly [boolean, ErrorCode, string])[] = [
    [true, 'request.invalid', 'Fields are wrong: all of them are named'],
    [route.auth !== 'signed', 'access.key', 'No key, or none that is valid'],
    [route.auth !== 'none', 'access.scope', 'The key may not do this'],
    [path.length > 0, 'object.missing', 'There is no such object in this workspace'],
    [body !== undefined, 'request.large', 'The body is too large'],
    [route.auth !== 'none', 'request.limit', 'Too many requests'],
    [true, 'state.unreachable', 'The state database does not answer'],
  ];
  return Object.fromEntries(
    some
      .filter(([applies]) => applies)
      .map(([, code, says]) => [String(statusOf(code)), problemReply(`${says}: \`${code}\``, false)]),
  );
}

const problemReply = (description: string, foreign: boolean): OpenApiOperation['responses'][string] => ({
  description,
  content: {
    [foreign ? 'application/json' : 'application/problem+json']: { schema: { $ref: '#/components/schemas/Problem' } },
  },
});

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'The whole token hg_<id>_<secret>, or an access token' },
  basic: { type: 'http', scheme: 'basic', description: 'Id and secret, or the token as the user with an empty password' },
  oauth: { type: 'oauth2', flows: { clientCredentials: { tokenUrl: '/v1/oauth/token', scopes: {} } } },
};
