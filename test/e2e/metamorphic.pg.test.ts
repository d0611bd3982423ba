/** Whatever happens to a small table between the runs, each mode ends where its own meaning says; run twice or killed, it ends there as well. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, test, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { Values } from '../../src/cli/options.ts';
import { openDuck } from '../../src/staging/duck.ts';
import { failpointNames } from '../kill/failpoint-names.ts';
import { differenceOf, expectedRows, type Row } from '../kill/model.ts';
import { reaches, type DestinationName, type Mode } from '../kill/scenario.ts';
import { runInProcess } from '../support/engine.ts';
import { receiptOf } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';

const site = await openSite();
const { server } = site;
after(() => site[Symbol.asyncDispose]());

const key = ['id'];
const modes = {
  'snapshot × replace': { mode: 'replace' },
  'snapshot × mirror': { mode: 'mirror', key },
  'incremental × merge': { mode: 'incremental', write: 'merge', cursor: 'changed', key },
  'incremental × append': { mode: 'incremental', write: 'append', cursor: 'changed', key },
} as const satisfies Partial<Record<Mode, Values>>;

type Tried = keyof typeof modes;

const tried = Object.keys(modes) as readonly Tried[]; // the keys of the object above

const note = fc.option(fc.constantFrom('', 'plain', 'NULL', '\\N', '\\.', '"', 'a,b', 'two\nlines', ' blank ', 'grün 🦓'));
const id = fc.integer({ min: 1, max: 12 });
const edit = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('put' as const), id, note, amount: fc.option(fc.integer({ min: -999, max: 999 })) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('touch' as const), id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), id }) },
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;
const rounds = fc.array(fc.array(edit, { maxLength: 8 }), { minLength: 2, maxLength: 3 });

const text = (value: string | number | null): string => (value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`);

function editSql(change: Edit): string {
  if (change.kind === 'delete') return `delete from things where id = ${change.id}`;
  if (change.kind === 'touch') return `update things set changed = clock_timestamp() where id = ${change.id}`;
  return `insert into things values (${change.id}, ${text(change.note)}, ${text(change.amount)}, clock_timestamp())
    on conflict (id) do update set note = excluded.note, amount = excluded.amount, changed = excluded.changed`;
}

/** All that a row says, the same in both systems. */
const rowSql = (table: string): string =>
  `select cast(id as text), concat_ws('|', coalesce('.' || note, '~'), coalesce(cast(amount as text), '~'),
     cast(cast(extract(epoch from changed) * 1000000 as bigint) as text)) from ${table}`;

const tableOf = (mode: Tried): string => mode.replace(/ × /, '_');

interface Places {
  readonly source: string;
  readonly destination: string;
}

async function openPlaces(kind: 'postgres' | 'duckdb'): Promise<Places> {
  const source = await server.database();
  await server.sql(
    source,
    'create table things (id int primary key, note text, amount numeric(10,2), changed timestamptz not null)',
  );
  const name = new URL(source).pathname.slice(1);
  return { source, destination: kind === 'postgres' ? await server.database() : `duckdb:${site.path(`${name}.duckdb`)}` };
}

/** A table that is not there has no rows: an incremental read that finds nothing makes none. */
async function rowsOf(location: string, table: string): Promise<readonly Row[]> {
  const env = { scratch: site.folder, signal: new AbortController().signal };
  const path = /^duckdb:(.*)$/.exec(location)?.[1];
  await using duck = path === undefined ? undefined : await openDuck({ path, readOnly: true }, env);
  const query = (sql: string): Promise<readonly (readonly (string | null)[])[]> => duck?.rows(sql) ?? server.sql(location, sql);
  const found = await query(`select 1 from information_schema.tables where table_name = '${table}'`);
  const rows = found.length === 0 ? [] : await query(rowSql(table));
  return rows.map(([first, digest]) => ({ key: first ?? '', digest: digest ?? '' }));
}

/** The edits of each round, then what a run sees; `play` syncs one mode as often and as roughly as it likes. */
async function playRounds(
  { source, destination }: Places,
  edits: readonly (readonly Edit[])[],
  wanted: readonly Tried[],
  play: (mode: Tried, round: number) => Promise<void>,
): Promise<void> {
  const history: (readonly Row[])[] = [];
  for (const [round, changes] of edits.entries()) {
    for (const change of changes) await server.sql(source, editSql(change));
    history.push(await rowsOf(source, 'things'));
    for (const mode of wanted) {
      await play(mode, round);
      const difference = differenceOf(expectedRows(mode, history), await rowsOf(destination, tableOf(mode)));
      assert.deepEqual(difference, { lost: [], doubled: [] }, `${mode} after round ${round + 1}`);
    }
  }
}

/** Another one each time: a failure prints it with the path that repeats it. */
function chance(t: TestContext): { readonly seed: number; readonly endOnFailure: boolean } {
  const seed = randomInt(2 ** 31);
  t.diagnostic(`seed ${seed}`);
  return { seed, endOnFailure: true };
}

for (const kind of ['postgres', 'duckdb'] as const) {
  test(`random edits between runs into ${kind}; run twice = once`, async (t) => {
    const property = fc.asyncProperty(rounds, fc.infiniteStream(fc.boolean()), async (edits, again) => {
      const places = await openPlaces(kind);
      await playRounds(places, edits, tried, async (mode) => {
        const options: Values = { ...modes[mode], 'allow-delete': true };
        const run = { ...places, stream: 'things', into: tableOf(mode), options, stateDir: site.stateDir };
        const times = again.next().value ? 2 : 1;
        for (let time = 1; time <= times; time++) {
          const receipt = await runInProcess(run);
          assert.equal(receipt.state, 'succeeded', `${mode}: ${receipt.error?.message}`);
          assert.equal(receipt.read, receipt.written + receipt.deduplicated + receipt.rejected);
        }
      });
    });
    await fc.assert(property, { ...chance(t), numRuns: 3 });
  });

  test(`random edits between runs into ${kind}; killed in between = not killed`, async (t) => {
    const names = failpointNames().filter((name) => reaches(name, kind satisfies DestinationName));
    const property = fc.asyncProperty(
      fc.constantFrom(...tried),
      fc.tuple(fc.array(edit, { minLength: 1, maxLength: 8 }), fc.array(edit, { minLength: 1, maxLength: 8 })),
      fc.array(fc.constantFrom(...names), { minLength: 2, maxLength: 2 }),
      async (mode, edits, points) => {
        const places = await openPlaces(kind);
        await playRounds(places, edits, [mode], async (_mode, round) => {
          const args = [
            'sync',
            places.source,
            places.destination,
            '--stream',
            'things',
            '--into',
            tableOf(mode),
            '--allow-delete',
          ];
          const all = [...args, ...Object.entries(modes[mode]).flatMap(([name, value]) => [`--${name}`, String(value)])];
          // A round that changes nothing does not pass every boundary: then it simply ends.
          const { killed, code } = await site.run(all, { env: { HEADGATE_FAILPOINT: points[round] } });
          assert.ok(killed === 'SIGKILL' || code === 0);
          receiptOf(await site.run(all));
        });
      },
    );
    await fc.assert(property, { ...chance(t), numRuns: 3 });
  });
}
