/** The types of the client, from the document of the API. Pure. */
import type { JsonSchema } from '../../src/api/json-schema.ts';
import type { OpenApi, OpenApiOperation } from '../../src/api/openapi.ts';

const head = `/** Made from /openapi.json: \`UPDATE_GOLDEN=1 node --test test/client/client.test.ts\` makes it anew. */

`;

interface Named extends Pick<OpenApiOperation, 'operationId' | 'parameters' | 'requestBody' | 'responses'> {
  readonly method: string;
  readonly path: string;
}

export function clientTypes({ paths }: OpenApi): string {
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Named => ({ ...operation, method: method.toUpperCase(), path })),
  );
  const names = namesOf(all);
  const types = [...names].map(([text, name]) => `export type ${name} = ${text};\n`);
  const lines = all.map((one) => `  '${one.operationId}': { input: ${inputOf(one, names)}; reply: ${replyOf(one, names)} };\n`);
  const table = all.map(({ operationId, method, path }) => `  '${operationId}': { method: '${method}', path: '${path}' },\n`);
  return `${head}${types.join('\n')}
export type Page<T> = ${pageOf('T')};

export interface Operations {
${lines.join('')}}

export const operations: Readonly<Record<keyof Operations, { readonly method: string; readonly path: string }>> = {
${table.join('')}};
`;
}

/** What a noun's `get` or list answers is a type with a name: `runs.get` answers a Run. */
function namesOf(all: readonly Named[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const one of all) {
    const [noun = '', verb] = one.operationId.split('.');
    const schema = schemaOf(one);
    const item = verb === 'get' ? schema : verb === 'list' ? schema?.properties?.['data']?.items : undefined;
    const name = noun
      .replace(/ies$/, 'y')
      .replace(/s$/, '')
      .replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
    if (item?.type === 'object' && ![...names.values()].includes(name)) names.set(typeOf(item, new Map()), name);
  }
  return names;
}

type Names = ReadonlyMap<string, string>;

const success = ({ responses }: Named): OpenApiOperation['responses'][string] | undefined =>
  Object.entries(responses).find(([status]) => status.startsWith('2'))?.[1];

const schemaOf = (one: Named): JsonSchema | undefined => success(one)?.content?.['application/json']?.schema;

function replyOf(one: Named, names: Names): string {
  const schema = schemaOf(one);
  if (schema) return typeOf(schema, names);
  return success(one)?.content ? 'string' : 'undefined';
}

function inputOf({ parameters, requestBody }: Named, names: Names): string {
  const sent = parameters.filter(({ in: place }) => place !== 'header');
  const { properties = {}, required = [] } = requestBody?.content['application/json']?.schema ?? {};
  const fields = [
    ...sent.map(({ name, required: needed, schema }) => field(name, needed, typeOf(schema, names))),
    ...Object.entries(properties).map(([name, schema]) => field(name, required.includes(name), typeOf(schema, names))),
  ];
  return fields.length === 0 ? 'object' : `{ ${fields.join('; ')} }`;
}

const field = (name: string, needed: boolean, type: string): string =>
  `readonly ${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}${needed ? '' : '?'}: ${type}`;

function typeOf(schema: JsonSchema, names: Names): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((one) => typeOf(one, names)))].join(' | ');
  if (schema.enum) return schema.enum.map((value) => literal(value)).join(' | ');
  if (schema.const !== undefined) return literal(schema.const);
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length === 0 ? 'unknown' : types.map((type) => plain(type, schema, names)).join(' | ');
}

const pageOf = (item: string): string =>
  `{ readonly data: readonly ${item}[]; readonly has_more: boolean; readonly next_cursor: string | null }`;

const literal = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value));

function plain(type: string, { items = {}, properties, required = [], additionalProperties }: JsonSchema, names: Names): string {
  if (type === 'integer') return 'number';
  if (type === 'array') {
    const item = typeOf(items, names);
    return `readonly ${item.includes(' | ') ? `(${item})` : item}[]`;
  }
  if (type !== 'object') return type;
  if (!properties) {
    const value = typeof additionalProperties === 'object' ? typeOf(additionalProperties, names) : 'unknown';
    return `Readonly<Record<string, ${value}>>`;
  }
  const fields = Object.entries(properties).map(([name, one]) => field(name, required.includes(name), typeOf(one, names)));
  const text = fields.length === 0 ? 'object' : `{ ${fields.join('; ')} }`;
  const listed = /^\{ readonly data: readonly (\w+)\[\];/.exec(text)?.[1];
  return names.get(text) ?? (listed !== undefined && text === pageOf(listed) ? `Page<${listed}>` : text);
}
