/** Golden plans: what the planner decides for the pairs of systems there are. `UPDATE_GOLDEN=1` writes the file anew. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { registry } from '../connectors/registry.ts';
import { HeadgateError } from '../domain/error.ts';
import { defaultBrake } from '../domain/policy.ts';
import type { Field, StreamInfo, TableInfo } from '../domain/schema.ts';
import { parseType, typeName } from '../domain/types.ts';
import type { Connection } from '../sdk/index.ts';
import type { Flow } from './flow.ts';
import { plan } from './planner.ts';

const locations: Readonly<Record<string, string>> = {
  pg: 'postgres://u@a/db',
  my: 'mysql://u@a/db',
  duck: 'duckdb:w.duckdb',
  csv: 'a.csv',
  parquet: 'a.parquet',
  ndjson: 'a.ndjson',
};

async function connect(name: string): Promise<Connection> {
  const location = locations[name] ?? '';
  const scheme = /^(\w+):/.exec(location)?.[1] ?? '';
  const registration = registry.find(({ schemes }) => schemes.includes(scheme));
  assert.ok(registration);
  return (await registration.load()).locate(location, {});
}

const field = (system: string, name: string, type: string, native: string, portable = true): Field => ({
  name,
  type: native.startsWith('mood') ? { kind: 'opaque', name: native } : parseType(type),
  nullable: name !== 'id',
  native: { system, type: native, portable },
});
const orders = [
  field('postgres', 'id', 'bigint', 'bigint'),
  field('postgres', 'total', 'decimal(12,2)', 'numeric(12,2)'),
  field('postgres', 'at', 'timestamptz', 'timestamp with time zone'),
];
const odd = [...orders, field('postgres', 'mood', 'text', 'mood', false), field('postgres', 'any', 'decimal', 'numeric')];
const text = ['id', 'total', 'at'].map((name): Field => ({ name, type: { kind: 'text' }, nullable: true }));

const table = (fields: readonly Field[], more: Partial<TableInfo> = {}): TableInfo => ({
  schema: { fields },
  unique: [['id']],
  required: [],
  ...more,
});
const stream = (kind: StreamInfo['kind'], fields: readonly Field[]): StreamInfo => ({
  stream: { name: 'orders', ...(kind === 'table' && { namespace: 'public' }) },
  kind,
  schema: { fields, ...(kind === 'table' && { key: ['id'] }) },
  cursors: ['at'],
});
const base = (kind: StreamInfo['kind'], fields: readonly Field[]): Flow => ({
  stream: stream(kind, fields),
  into: { name: 'orders' },
  mode: 'snapshot',
  policy: { mode: 'replace', nulls: 'write', deletes: 'hard', existing: 'any', evolution: 'evolve' },
  shape: { rename: {}, cast: {}, mask: {} },
  brake: defaultBrake,
  rejects: { limit: 0, unit: 'rows' },
});
const window = { fromInclusive: true, toInclusive: true, advance: 'max-read' as const };
const cursor = { field: 'at', window, nulls: 'include' as const, strict: false };

type Change = (flow: Flow) => Flow;
const mode =
  (write: Flow['policy']['mode'], key?: readonly string[]): Change =>
  (flow) => ({ ...flow, policy: { ...flow.policy, mode: write, ...(key && { key }) } });
const incremental: Change = (flow) => ({ ...flow, mode: 'incremental', cursor });
const shape =
  (more: Partial<Flow['shape']>): Change =>
  (flow) => ({ ...flow, shape: { ...flow.shape, ...more } });
const evolution =
  (policy: Flow['policy']['evolution']): Change =>
  (flow) => ({ ...flow, policy: { ...flow.policy, evolution: policy } });
const existing =
  (policy: Flow['policy']['existing']): Change =>
  (flow) => ({ ...flow, policy: { ...flow.policy, existing: policy } });

const ruled = shape({
  select: ['id', 'total'],
  cast: { id: { kind: 'integer', bits: 64 }, total: { kind: 'decimal', precision: 12, scale: 2 } },
  rules: {
    fields: [
      { name: 'id', type: { kind: 'integer', bits: 64 }, trim: true, default: '0' },
      { name: 'total', type: { kind: 'decimal', precision: 12, scale: 2 }, trim: false },
    ],
    rules: [
      { rule: 'unique', fields: ['id'], ignoreCase: false, level: 'error' },
      { rule: 'range', field: 'total', min: '0', level: 'warning' },
    ],
  },
});

interface Case {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly flow: Flow;
  readonly table?: TableInfo;
}
const of = (name: string, from: string, to: string, flow: Flow, changes: readonly Change[] = [], info?: TableInfo): Case => ({
  name,
  from,
  to,
  flow: changes.reduce((current, change) => change(current), flow),
  ...(info && { table: info }),
});
const pg = base('table', orders);
const file = base('file', text);
const narrow = [orders[0], field('postgres', 'total', 'decimal(6,2)', 'numeric(6,2)'), orders[2]].filter(
  (item) => item !== undefined,
);

const cases: readonly Case[] = [
  of('equal types, new table', 'pg', 'pg', pg),
  of('equal types, existing table', 'pg', 'pg', pg, [], table(orders)),
  of('enum and unbounded numeric to another server', 'pg', 'pg', base('table', odd)),
  of('database to warehouse', 'pg', 'duck', base('table', odd)),
  of('merge by key', 'pg', 'pg', pg, [mode('merge', ['id'])], table(orders)),
  of('mirror into the warehouse', 'pg', 'duck', pg, [mode('mirror', ['id'])]),
  of('incremental append removes re-read rows', 'pg', 'duck', pg, [incremental, mode('append', ['id'])]),
  of('incremental merge', 'pg', 'pg', pg, [incremental, mode('merge', ['id'])], table(orders)),
  of('select, where, rename and cast run at the source', 'pg', 'duck', pg, [
    shape({ select: ['id', 'total'], where: 'id > 5', rename: { total: 'sum' }, cast: { total: { kind: 'text' } } }),
  ]),
  of('a column the table lacks is added', 'pg', 'pg', pg, [], table(orders.slice(0, 2))),
  of('a column the table lacks, frozen', 'pg', 'pg', pg, [evolution('freeze')], table(orders.slice(0, 2))),
  of('a column the table lacks, discarded', 'pg', 'pg', pg, [evolution('discard')], table(orders.slice(0, 2))),
  of('a column that is too narrow, frozen', 'pg', 'pg', pg, [evolution('freeze')], table(narrow)),
  of('a column that nothing holds', 'pg', 'pg', pg, [], table([field('postgres', 'total', 'date', 'date')])),
  of('names that the warehouse takes for one', 'pg', 'duck', pg, [shape({ rename: { total: 'ID' } })]),
  of('a column in another case', 'pg', 'duck', pg, [mode('append')], table([field('duckdb', 'ID', 'bigint', 'BIGINT')])),
  of('masked at the source', 'pg', 'pg', pg, [shape({ mask: { total: 'hash', at: 'drop' } })]),
  of('masked in a file', 'csv', 'duck', file, [shape({ mask: { total: 'hash' } })]),
  of('a column that is too narrow', 'pg', 'pg', pg, [], table(narrow)),
  of(
    'a required column that nothing fills',
    'pg',
    'pg',
    pg,
    [],
    table([...orders, field('postgres', 'must', 'text', 'text')], { required: ['must'] }),
  ),
  of('an existing table that must not be', 'pg', 'pg', pg, [existing('fail')], table(orders)),
  of('rejects are allowed', 'csv', 'pg', { ...file, rejects: { limit: 5, unit: 'rows' } }, [], table(orders)),
  of(
    'rejects are allowed: a cast that a value can fail is judged',
    'pg',
    'duck',
    { ...pg, rejects: { limit: 5, unit: 'rows' } },
    [shape({ cast: { id: { kind: 'integer', bits: 16 }, at: { kind: 'date' } } })],
  ),
  of('a source that does not cast selects, and the cast is left to the load', 'my', 'duck', pg, [
    shape({
      select: ['total', 'id'],
      rename: { id: 'number' },
      cast: { id: { kind: 'integer', bits: 16 } },
      mask: { total: 'hash' },
    }),
  ]),
  of('rules judge a file', 'csv', 'pg', file, [ruled], table(orders)),
  of('rules judge a table: selected there, cast here', 'pg', 'duck', pg, [ruled, shape({ where: 'id > 5' })]),
  of('a file with the types of its table', 'csv', 'pg', { ...file, stream: { ...file.stream, wire: true } }, [], table(orders)),
  of('a file in another dialect', 'csv', 'pg', file, [], table(orders)),
  of('a file into the warehouse', 'csv', 'duck', file),
  of('a file that is filtered', 'csv', 'duck', file, [shape({ where: 'id > 5' })]),
  of('parquet into a database', 'parquet', 'pg', file),
  of('a database into parquet', 'pg', 'parquet', pg),
  of('a database into csv', 'pg', 'csv', pg),
  of('merge without a key', 'pg', 'pg', pg, [mode('merge')]),
  of('a key field that does not exist', 'pg', 'pg', pg, [mode('merge', ['idd'])]),
  of('a selected field that does not exist', 'pg', 'pg', pg, [shape({ select: ['id', 'totel'] })]),
  of('two fields of one name', 'pg', 'pg', pg, [shape({ rename: { total: 'id' } })]),
  of('incremental cannot replace', 'pg', 'pg', pg, [incremental]),
  of('a file has no cursor', 'csv', 'pg', file, [incremental, mode('append')]),
  of('a file cannot be merged into', 'pg', 'csv', pg, [mode('merge', ['id'])]),
];

async function render({ name, from, to, flow, table: info }: Case): Promise<string> {
  const [source, destination] = [await connect(from), await connect(to)];
  assert.ok(source.source && destination.destination);
  const head = `## ${name}\n${from} → ${to}, ${flow.mode} × ${flow.policy.mode}${info ? ', into an existing table' : ''}\n`;
  try {
    const connectors = { source: source.connector, destination: destination.connector };
    const planned = plan({
      flow,
      connectors,
      source: source.source,
      destination: destination.destination,
      ...(info && { table: info }),
    });
    const columns = planned.mappings.map(
      ({ column, target }) => `  ${column.from} → ${column.as} ${target.native?.type ?? typeName(target.type)}`,
    );
    const key = planned.target.schema.key ? [`  key (${planned.target.schema.key.join(', ')})`] : [];
    const reasons = planned.reasons.map(({ about, text: words }) => `  - ${about}: ${words}`);
    return `${head}${[`lane ${planned.lane}, ${planned.format} → ${planned.loadFormat}`, ...columns, ...key, ...reasons].join('\n')}\n`;
  } catch (error) {
    assert.ok(error instanceof HeadgateError, String(error));
    return `${head}error[${error.code}]: ${error.message}\nhint: ${error.hint}\n`;
  }
}

test('changes are not judged as if they were rows', async () => {
  const [source, destination] = [await connect('pg'), await connect('duck')];
  assert.ok(source.source && destination.destination);
  const facts = { ...source.source, modes: ['changes' as const], produces: () => ['csv'] };
  const connectors = { source: source.connector, destination: destination.connector };
  const merged = mode('merge', ['id'])({ ...pg, mode: 'changes' });
  const to = destination.destination;
  const planFor = (flow: Flow): unknown => plan({ flow, connectors, source: facts, destination: to });
  for (const flow of [ruled(merged), { ...merged, rejects: { limit: 1, unit: 'rows' } as const }]) {
    assert.throws(() => planFor(flow), { code: 'usage.mode', message: /change stream are not judged/ });
  }
  assert.doesNotThrow(() => planFor(merged));
});

test('who would go back needs a destination that keeps earlier versions', async () => {
  const source = await connect('pg');
  const planFor = async (to: Parameters<typeof connect>[0]): Promise<unknown> => {
    const { connector, destination } = await connect(to);
    assert.ok(source.source && destination);
    const flow = { ...pg, policy: { ...pg.policy, undo: 2 } };
    return plan({ flow, connectors: { source: source.connector, destination: connector }, source: source.source, destination });
  };
  await assert.rejects(planFor('my'), { code: 'usage.mode', message: /keeps no earlier versions/ });
  await assert.doesNotReject(planFor('duck'));
});

test('only what a system holds by a type is trusted to fit a column of that type', async () => {
  const [source, files, destination] = [await connect('pg'), await connect('csv'), await connect('duck')];
  assert.ok(source.source && files.source && destination.destination);
  const [of, to] = [{ pg: source.source, csv: files.source }, destination.destination];
  const exact = (flow: Flow, from: 'pg' | 'csv', facts = of[from]): readonly string[] => {
    const connectors = { source: from, destination: destination.connector };
    const { target } = plan({ flow, connectors, source: facts, destination: to });
    return target.schema.fields.filter((field) => field.exact).map(({ name }) => name);
  };
  const typed = orders.map(({ native: _native, ...field }) => field);
  assert.deepEqual(exact(pg, 'pg'), ['id', 'total', 'at']);
  assert.deepEqual(exact(shape({ cast: { total: { kind: 'integer', bits: 32 } } })(pg), 'pg'), ['id', 'at']);
  assert.deepEqual(exact(shape({ mask: { id: 'hash' } })(pg), 'pg'), ['total', 'at']);
  assert.deepEqual(exact(base('table', [{ ...orders[0], loose: true } as Field]), 'pg'), []);
  assert.deepEqual(exact(base('table', odd.slice(0, 4)), 'pg'), ['id', 'total', 'at']);
  assert.deepEqual(exact(pg, 'pg', { ...source.source, keepsTypes: false }), []);
  assert.deepEqual(exact(base('file', typed), 'csv'), []);
});

test('golden plans', async () => {
  const path = join(import.meta.dirname, 'planner.golden.txt');
  const rendered = (await Promise.all(cases.map(render))).join('\n');
  if (process.env['UPDATE_GOLDEN']) writeFileSync(path, rendered);
  assert.equal(rendered, readFileSync(path, 'utf8'));
});
