/** Examples for documents: whole requests that work, written by hand; for the rest, values by name and by schema. Pure. */
import type { JsonSchema } from './json-schema.ts';

const at = '2026-03-01T06:00:00.000Z';

/** Bodies, by the name of the route. */
export const requests: Readonly<Record<string, unknown>> = {
  'connections.create': {
    name: 'Shop',
    slug: 'shop',
    connector: 'file',
    settings: { path: 'shop/orders-*.csv', format: 'csv' },
  },
  'connections.update': { settings: { path: 'shop/orders-2026-*.csv' } },
  'pipelines.create': {
    name: 'Orders',
    slug: 'orders',
    source: 'shop',
    destination: 'warehouse',
    flows: [{ stream: 'orders', into: 'orders', key: ['id'], write: 'merge' }],
    schedule: { kind: 'interval', every: 1, unit: 'hours', start: '2026-01-01T00:00:00Z' },
  },
  'pipelines.update': { schedule: { kind: 'calendar', zone: 'Europe/Berlin', hours: [6], minutes: [0] } },
  'keys.create': { name: 'nightly', scopes: ['runs:read', 'pipelines:read'] },
  'keys.exchange': { grant_type: 'client_credentials', client_id: '5edfb941512792f5', client_secret: '…' },
  'warehouse.query': { sql: 'select count(*) as orders from orders', limit: 100 },
  'workspaces.create': { id: 77, name: 'Sales' },
  'sessions.create': { import_identifier: 'people', expires_in: 3600 },
  'sessions.resume': { expires_in: 3600 },
  'test-clock.advance': { advance_to: '2026-01-01T01:00:00Z' },
};

/** Values of fields, by their names, where needed with the noun that they are about. */
const fields: Readonly<Record<string, unknown>> = {
  name: 'Orders',
  slug: 'orders',
  'connectors.name': 'file',
  'connections.name': 'Shop',
  'connections.slug': 'shop',
  'pipelines.key': ['id'],
  'keys.name': 'nightly',
  'workspaces.name': 'Sales',
  'principals.name': 'Ada',
  'groups.name': 'Analysts',
  connector: 'file',
  title: 'File',
  connection: 'shop',
  source: 'con_01kqj8z5t4q0v9m3x7c2d1b6ha',
  destination: 'con_01kqj8z5t4q0v9m3x7c2d1b6hb',
  pipeline: 'pl_01kqj8z5t4q0v9m3x7c2d1b6hc',
  run: 'run_01kqj8z5t4q0v9m3x7c2d1b6hd',
  key: '5edfb941512792f5',
  workspace: '1',
  stream: 'orders',
  table: 'orders',
  schema: 'main',
  lane: 'direct',
  message: 'read 1,200,000 rows of orders',
  code: 'connect.refused',
  hint: 'check user name and password',
  guarantee: 'one snapshot',
  operation: 'pipelines.create',
  scopes: ['runs:read'],
  outcome: 'changed',
  ip: '192.0.2.7',
  request_id: 'req_6f1d2a',
  actor: '5edfb941512792f5',
  object: 'pl_01kqj8z5t4q0v9m3x7c2d1b6hc',
  email: 'ada@example.com',
  passphrase: 'correct horse battery staple',
  token: 'hg_5edfb941512792f5_…',
  access_token: 'hga_5edfb941512792f5_…',
  next_cursor: null,
  error: null,
  retry_at: null,
  review_until: null,
  revoked_at: null,
  expires_at: null,
};

const prefixes: Readonly<Record<string, string>> = {
  connections: 'con',
  pipelines: 'pl',
  runs: 'run',
  audit: 'aud',
  files: 'file',
};

/** `noun`: whose ids those called `id` are. */
export function exampleOf(schema: JsonSchema, noun: string, name = ''): unknown {
  if (schema.example !== undefined) return schema.example;
  if (name === 'id' && schema.type === 'string') return `${prefixes[noun] ?? noun}_01kqj8z5t4q0v9m3x7c2d1b6hc`;
  const known = fields[`${noun}.${name}`] ?? fields[name];
  if (known !== undefined && allows(schema, known)) return known;
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const [first] = schema.anyOf ?? schema.oneOf ?? schema.allOf ?? [];
  if (first) return exampleOf(first, noun, name);
  switch (typesOf(schema)[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {})
          // What may be left out is, unless there is something to show.
          .filter(([key]) => schema.required?.includes(key) || fields[key] !== undefined)
          .map(([key, one]) => [key, exampleOf(one, noun, key)]),
      );
    case 'array':
      return schema.items ? [exampleOf(schema.items, noun, name.replace(/s$/, ''))] : [];
    case 'integer':
    case 'number':
      return Math.max(1, schema.minimum ?? 1, (schema.exclusiveMinimum ?? 0) + 1);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      return schema.format === 'date-time' ? at : schema.format === 'email' ? 'ada@example.com' : 'text';
  }
}

const typesOf = ({ type = [] }: JsonSchema): readonly string[] => (typeof type === 'string' ? [type] : type);

/** Only what a field of this name and this kind can be: a `schema` may be a text here and an object there. */
function allows(schema: JsonSchema, value: unknown): boolean {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.some((one) => allows(one, value));
  if (schema.enum) return schema.enum.includes(value);
  if (schema.const !== undefined) return schema.const === value;
  const kind = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
  if (typeof value === 'string' && schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) return false;
  return typesOf(schema).includes(kind) && schema.format !== 'date-time';
}
