/** Requests made from an API document: mostly what it asks for, with things in it that nobody expects. */
import fc, { type Arbitrary } from 'fast-check';

/** JSON Schema, as far as our documents use it. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
}

export interface Documented {
  readonly operationId: string;
  /** Empty = no key is asked for. */
  readonly security: readonly object[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: {
    readonly content: {
      readonly 'application/json'?: { readonly schema: JsonSchema };
      readonly 'application/octet-stream'?: object;
    };
  };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: JsonSchema }>> }>>;
  readonly 'x-scope'?: string;
}

/** What has broken parsers and databases before. */
const oddTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
  "'; drop table x; --",
  '%00',
  '../..',
  '/etc/passwd',
].concat(['9'.repeat(400), 'x'.repeat(5000), 'NaN', '1e999', '-1', '0x10', '9007199254740993', 'null', 'true']);
const oddValues = [-1, 0, 1.5, 1e308, 2 ** 53, 2 ** 63, -(2 ** 31) - 1, null, true, [], {}, [[[]]], { a: { b: { c: [] } } }];
const nasty = fc.constantFrom<unknown>(...oddTexts, ...oddValues);

const text = fc.oneof(
  { arbitrary: fc.string({ maxLength: 20 }), weight: 3 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 20 }), weight: 1 },
  { arbitrary: fc.constantFrom(...oddTexts), weight: 1 },
);

/** A value of the schema, or now and then none. `known`: texts that mean something here: ids, names, dates. */
export function valueOf(schema: JsonSchema, known: readonly string[]): Arbitrary<unknown> {
  return fc.oneof({ arbitrary: fitting(schema, known), weight: 12 }, { arbitrary: nasty, weight: 1 });
}

function fitting(schema: JsonSchema, known: readonly string[]): Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && choices.length > 0) return fc.oneof(...choices.map((one) => valueOf(one, known)));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  const [type] = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  if (type === 'object') return objectOf(schema, known);
  if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map((one) => valueOf(one, known)));
  const items = typeof schema.items === 'object' ? schema.items : {};
  if (type === 'array') return fc.array(valueOf(items, known), { maxLength: 4 });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') return fc.integer({ min: clamp(schema.minimum ?? -5), max: clamp(schema.maximum ?? 1000) });
  if (type === 'number') return fc.double();
  if (type !== 'string') return fc.jsonValue({ maxDepth: 2 });
  if (schema.format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  return fc.oneof({ arbitrary: fc.constantFrom(...known), weight: 2 }, { arbitrary: text, weight: 1 });
}

const clamp = (bound: number): number => Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, bound));

function objectOf(schema: JsonSchema, known: readonly string[]): Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueOf(field, known)]));
  // Now and then what is required is missing, and what nobody knows is there.
  const own = fc.oneof(
    { arbitrary: fc.record(fields, { requiredKeys: [...required].filter((name) => name in fields) }), weight: 8 },
    { arbitrary: fc.record(fields, { requiredKeys: [] }), weight: 1 },
  );
  const more = typeof additionalProperties === 'object' ? valueOf(additionalProperties, known) : nasty;
  const extra = fc.dictionary(text, more, { maxKeys: 2 });
  return fc
    .tuple(own, extra, fc.integer({ min: 0, max: 9 }))
    .map(([object, others, dice]) =>
      dice === 0 || typeof additionalProperties === 'object' ? { ...object, ...others } : object,
    );
}

export interface FuzzRequest {
  readonly path: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
}

const headers = fc.record(
  {
    'if-match': fc.constantFrom('"1"', 'W/"1"', '*', '""', '"99999999999"', 'x'),
    'idempotency-key': fc.constantFrom('a', 'b', 'é', 'x'.repeat(256), ' '),
    'x-request-id': fc.constantFrom('ok-1', 'not ok', 'x'.repeat(100)),
    range: fc.constantFrom('bytes=0-1', 'bytes=9-', 'bytes=-0', 'bytes=', 'x'),
    'content-type': fc.constantFrom('application/json', 'text/plain', 'nonsense'),
  },
  { requiredKeys: [] },
);

/** Of bytes. */
const announcements = fc.record(
  {
    'content-length': fc.constantFrom('5', '0', '6', '-1', 'x', '9'.repeat(20)),
    'content-md5': fc.constantFrom('AAAA', '!', ''),
    'content-digest': fc.constantFrom('sha-256=:AAAA:', 'x', ''),
  },
  { requiredKeys: [] },
);

/** `params`: what the names in the path may stand for. */
export function requestOf(
  path: string,
  operation: Documented,
  params: Readonly<Record<string, readonly string[]>>,
  known: readonly string[],
): Arbitrary<FuzzRequest> {
  const at = (place: 'path' | 'query') => operation.parameters.filter((one) => one.in === place);
  const inPath = fc.record(
    Object.fromEntries(
      at('path').map(({ name }) => [
        name,
        fc.oneof({ arbitrary: fc.constantFrom(...(params[name] ?? known)), weight: 5 }, { arbitrary: text, weight: 1 }),
      ]),
    ),
  );
  const query = fc.record(Object.fromEntries(at('query').map(({ name, schema }) => [name, valueOf(schema, known)])), {
    requiredKeys: [],
  });
  const schema = operation.requestBody?.content['application/json']?.schema;
  const body = schema
    ? fc.oneof(
        { arbitrary: valueOf(schema, known).map((value) => JSON.stringify(value)), weight: 12 },
        {
          arbitrary: fc.constantFrom('', '{', 'null', '[]', '"x"', '{"a":1,"a":2}', '{"__proto__":{"x":1}}', '\ufeff{}'),
          weight: 1,
        },
      )
    : fc.constant(operation.requestBody ? 'bytes' : undefined);
  const announced = operation.requestBody?.content['application/octet-stream'] ? announcements : fc.constant({});
  const all = fc.tuple(headers, announced).map(([some, more]) => ({ ...some, ...more }));
  return fc.tuple(inPath, query, body, all).map(([names, asked, sent, given]) => ({
    path: `${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encode(names[name] ?? ''))}${search(asked)}`,
    ...(sent !== undefined && { body: sent }),
    headers: Object.fromEntries(Object.entries(given).filter(([, value]) => /^[\x20-\x7e]*$/.test(value))),
  }));
}

/** Dots alone are steps of a path, not names in it. */
const encode = (value: string): string => (/^\.*$/.test(value) ? '%20' : encodeURIComponent(value.toWellFormed()));

function search(query: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(query).map(
    ([name, value]) => `${name}=${encode(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))}`,
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
