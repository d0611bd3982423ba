/** The OpenAPI 3.1 document of a dialect, derived from its routes. */
import { z, type ZodType } from 'zod';
import type { ApiDialect, Route } from './dialect.ts';

type Schema = Record<string, unknown>;

const octets = 'application/octet-stream';
/** Made by an operation, with its path and its end. */
const link = { type: 'apiKey', in: 'query', name: 'signature' };
const security: Readonly<Record<Route['auth'], readonly Schema[]>> = {
  key: [{ bearer: [] }, { basic: [] }],
  signed: [{ link: [] }],
  none: [],
};

export function openApiOf({ name, routes }: ApiDialect, version: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: `Headgate ${name} API`, version },
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, basic: { type: 'http', scheme: 'basic' }, link },
      schemas: { Problem: problemSchema },
    },
  };
}

function operationOf(route: Route): Schema {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
  const input = route.input ? jsonSchema(route.input, 'input') : {};
  const properties = (input['properties'] ?? {}) as Record<string, Schema>; // of an object's schema
  const required = (input['required'] ?? []) as readonly string[]; // of an object's schema
  const rest = Object.entries(properties).filter(([name]) => !names.includes(name));
  const bodied = route.method !== 'GET' && route.method !== 'DELETE';
  return {
    operationId: route.name,
    summary: route.summary,
    security: security[route.auth],
    ...(route.auth !== 'none' && { 'x-scope': route.scope }),
    parameters: [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...(bodied && route.takes === undefined
        ? []
        : rest.map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }))),
    ],
    ...(route.takes === 'bytes' && { requestBody: { required: true, content: { [octets]: { schema: {} } } } }),
    ...(bodied &&
      route.takes === undefined &&
      rest.length > 0 && {
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                ...input,
                properties: Object.fromEntries(rest),
                required: required.filter((name) => !names.includes(name)),
              },
            },
          },
        },
      }),
    responses: {
      ...Object.fromEntries(Object.entries(route.replies).map(([status, schema]) => [status, reply(schema, route.streams)])),
      default: problem,
    },
  };
}

const reply = (schema: ZodType | undefined, type = 'application/json'): Schema => ({
  description: 'Done',
  ...(schema && { content: { [type]: { schema: jsonSchema(schema, 'output') } } }),
});

const problem = {
  description: 'An error',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'request_id', 'retryable'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
    hint: { type: 'string' },
    doc_url: { type: 'string' },
    request_id: { type: 'string' },
    retryable: { type: 'boolean' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'message'],
        properties: { pointer: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
} as const;

function jsonSchema(schema: ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema; // a JSON schema is an object
  return rest;
}
