/** Random tables to every destination and back, in parts of any size: what comes back is what was there. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { runInProcess } from '../support/engine.ts';
import { startMariadb } from '../support/mariadb.ts';
import { openSite } from '../support/site.ts';
import { places, type Place } from './matrix.ts';

const site = await openSite();
const { server } = site;
const mariadb = await startMariadb();
after(async () => {
  await mariadb.stop();
  await site[Symbol.asyncDispose]();
});

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** Any character that PostgreSQL can hold. */
const text = fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.replaceAll('\0', ''));
const big = (bits: number): fc.Arbitrary<string> =>
  fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n }).map(String);
const digits = (whole: number, scale: number): fc.Arbitrary<string> =>
  fc.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** BigInt(whole + scale) - 1n })).map(([negative, value]) => {
    const padded = value.toString().padStart(scale + 1, '0');
    const point = padded.length - scale;
    return `${negative ? '-' : ''}${padded.slice(0, point)}${scale > 0 ? `.${padded.slice(point)}` : ''}`;
  });
/** To the microsecond: a number times an interval would go through a float. */
const micros = (count: bigint): string => {
  const [sign, all] = count < 0n ? ['-', -count] : ['', count];
  return `interval '${sign}${all / 1_000_000n}.${String(all % 1_000_000n).padStart(6, '0')} seconds'`;
};
/** Microseconds since 2000, from 4000 before Christ to 20000 after. */
const moment = fc.bigInt({ min: -189_000_000_000_000_000n, max: 568_000_000_000_000_000n });
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value).replaceAll('\\u0000', ''));

/** Native type → its values as SQL. */
const types: Readonly<Record<string, fc.Arbitrary<string>>> = {
  boolean: fc.boolean().map(String),
  smallint: big(16).map(quoted),
  integer: big(32).map(quoted),
  bigint: big(64).map(quoted),
  'numeric(12,2)': digits(10, 2).map(quoted),
  'numeric(38,0)': digits(38, 0).map(quoted),
  numeric: fc.oneof(digits(40, 20), fc.constantFrom('NaN', 'Infinity', '0', '-0.000')).map(quoted),
  real: fc.float().map((value) => quoted(String(value))),
  'double precision': fc.double().map((value) => quoted(String(value))),
  text: text.map(quoted),
  bytea: fc.uint8Array({ maxLength: 12 }).map((bytes) => `decode('${Buffer.from(bytes).toString('hex')}', 'hex')`),
  date: fc.oneof(
    fc.integer({ min: -1_400_000, max: 3_600_000 }).map((days) => `date '2000-01-01' + ${days}`),
    fc.constantFrom(`'infinity'`, `'-infinity'`),
  ),
  time: fc.bigInt({ min: 0n, max: 86_399_999_999n }).map((count) => `time '00:00' + ${micros(count)}`),
  timestamp: moment.map((count) => `timestamp '2000-01-01' + ${micros(count)}`),
  timestamptz: moment.map((count) => `timestamptz '2000-01-01 00:00+00' + ${micros(count)}`),
  interval: fc
    .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -999, max: 999 }), fc.integer())
    .map(([months, days, count]) => `'${months} months ${days} days'::interval + ${micros(BigInt(count))}`),
  uuid: fc.uuid().map(quoted),
  json: json.map(quoted),
  'integer[]': fc.array(fc.option(big(32), { nil: 'NULL' }), { maxLength: 3 }).map((items) => `'{${items.join(',')}}'`),
  'text[]': fc
    .array(fc.option(text.map(quoted), { nil: 'NULL' }), { maxLength: 3 })
    .map((items) => `array[${items.join(', ')}]::text[]`),
  inet: fc.ipV4().map(quoted),
};

const days = (from: number, to: number) => fc.integer({ min: from, max: to }).map((day) => `date '2000-01-01' + ${day}`);
/** Microseconds since 2000 of the years 1 to 9999. */
const plainMoment = fc.bigInt({ min: -63_082_281_600_000_000n, max: 252_455_615_999_999_999n });
const finite = { noNaN: true, noDefaultInfinity: true } as const;

/** Where a place has fewer values of a type; others are refused there (docs/types.md). */
const narrower: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<string>>>>> = {
  mysql: {
    real: fc.float(finite).map((value) => quoted(String(value))),
    'double precision': fc.double(finite).map((value) => quoted(String(value))),
    date: days(-730_119, 2_921_939),
    timestamp: plainMoment.map((count) => `timestamp '2000-01-01' + ${micros(count)}`),
    timestamptz: plainMoment.map((count) => `timestamptz '2000-01-01 00:00+00' + ${micros(count)}`),
  },
};

interface RandomTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Any table whose values the place can hold. */
function tableFor(place: string): fc.Arbitrary<RandomTable> {
  const held = { ...types, ...narrower[place] };
  const columnTypes = Object.keys(types).filter((type) => !unfit[place]?.includes(type));
  return fc.array(fc.constantFrom(...columnTypes), { minLength: 1, maxLength: 5 }).chain((columns) => {
    const row = fc.tuple(...columns.map((type) => fc.option(held[type] ?? fc.constant('null'), { nil: 'null' })));
    return fc.array(row, { maxLength: 20 }).map((rows) => ({ columns, rows }));
  });
}

const create = (name: string, { columns }: RandomTable): string =>
  // A row or two per block: the parts of a table are ranges of its blocks.
  `create table ${name} (id int${columns.map((type, i) => `, c${i} ${type}`).join('')}) with (fillfactor = 10);`;

function fill(name: string, random: RandomTable): string {
  const { columns, rows } = random;
  const values = rows.map((row, id) => `(${[id, ...row.map((value, i) => `cast(${value} as ${columns[i]})`)].join(', ')})`);
  return `${create(name, random)} ${values.length > 0 ? `insert into ${name} values ${values.join(', ')};` : ''} analyze ${name}`;
}

const textsIn = (url: string, name: string, { columns }: RandomTable): Promise<(string | null)[][]> => {
  const texts = columns.map((_, i) => `case when c${i} is not null then format('%s', c${i}) end`);
  return server.sql(url, `set timezone = 'UTC'; select id, ${texts.join(', ')} from ${name} order by id`);
};

const source = await server.database();
const seed = randomInt(2 ** 31);
/** Where a value's text may come back otherwise: docs/types.md. */
const unfit: Readonly<Record<string, readonly string[]>> = { ndjson: ['json', 'timestamp', 'timestamptz'] };
let tables = 0;

const between: Partial<Record<Place, string>> = {
  mysql: await mariadb.database(),
  duckdb: `duckdb:${site.path('between.duckdb')}`,
};

for (const place of places) {
  test(`random tables to ${place} and back`, async (t) => {
    t.diagnostic(`seed ${seed}`);
    const back = await server.database();
    const property = fc.asyncProperty(tableFor(place), fc.integer({ min: 1, max: 4 }), async (random, parallel) => {
      // A file of no lines has no fields either.
      if (place === 'ndjson' && random.rows.length === 0) return;
      const name = `t${(tables += 1)}`;
      await server.sql(source, fill(name, random));
      // A file's values take the types of the table; a database has types of its own.
      if (between[place] === undefined) await server.sql(back, create(name, random));
      const shared = { stateDir: site.stateDir, stream: name, into: name };
      const size = { parallel, partitionBytes: 1 };
      const there = between[place] ?? site.path(`${name}.${place}`);
      const legs =
        place === 'postgres'
          ? [[source, back] as const]
          : ([
              [source, there],
              [there, back],
            ] as const);
      for (const [from, to] of legs) {
        const receipt = await runInProcess({
          ...shared,
          ...size,
          source: from,
          destination: to,
          options: { mode: to === back ? 'append' : 'replace' },
        });
        assert.equal(receipt.state, 'succeeded', receipt.error?.message);
        assert.equal(receipt.written, random.rows.length);
      }
      assert.deepEqual(await textsIn(back, name, random), await textsIn(source, name, random));
    });
    await fc.assert(property, { numRuns: 8, seed, endOnFailure: true });
  });
}

test('a table in parts of any size is the same table', async (t) => {
  t.diagnostic(`seed ${seed}`);
  const [table] = fc.sample(
    fc.array(fc.tuple(text.map(quoted), fc.option(big(64), { nil: 'null' })), { minLength: 200, maxLength: 200 }),
    { seed, numRuns: 1 },
  );
  const random: RandomTable = { columns: ['text', 'bigint'], rows: table ?? [] };
  await server.sql(source, fill('cut', random));
  const whole = await textsIn(source, 'cut', random);
  for (const [parallel, parts] of [
    [1, undefined],
    [2, 4],
    [3, 6],
    [9, undefined],
  ] as const) {
    const back = await server.database();
    const size = { parallel, partitionBytes: 1 };
    const of = { source, destination: back, stream: 'cut', options: { mode: 'replace' }, stateDir: site.stateDir };
    const { state, written, evidence } = await runInProcess({ ...of, ...size });
    assert.deepEqual([state, written], ['succeeded', 200]);
    if (parts !== undefined) assert.match(evidence, new RegExp(`200 rows in ${parts} partitions of one snapshot`));
    assert.deepEqual(await textsIn(back, 'cut', random), whole);
  }
});
