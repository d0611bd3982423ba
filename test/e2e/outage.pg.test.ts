/** A server that dies in the middle of a run: the run ends with one clear message, the old rows stay, and the same command finishes. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { openDuck } from '../../src/staging/duck.ts';
import { decodeCsv, wireDialect } from '../conformance/wire.ts';
import { pauseAt, type Paused } from '../support/pause.ts';
import { startPostgres, type TestPostgres } from '../support/postgres.ts';
import { failureOf, receiptOf, requireClean } from '../support/receipts.ts';
import type { RunResult } from '../support/run.ts';
import { openSite } from '../support/site.ts';

/** Two servers: `mortal` is the one that dies. */
const site = await openSite();
const mortal = await startPostgres();
after(async () => {
  await mortal.stop();
  await site[Symbol.asyncDispose]();
});

const policies = {
  replace: ['--mode', 'replace'],
  mirror: ['--mode', 'mirror', '--key', 'id'],
  merge: ['--mode', 'merge', '--key', 'id'],
  'incremental append': ['--mode', 'incremental', '--write', 'append', '--cursor', 'changed', '--key', 'id'],
} as const;

type Policy = keyof typeof policies;

const allPolicies = Object.keys(policies) as readonly Policy[]; // the keys of the object above

interface Flow {
  readonly policy: Policy;
  readonly target: string;
  readonly args: readonly string[];
}

const flowOf = (source: string, target: string, policy: Policy): Flow => ({
  policy,
  target,
  args: ['sync', source, target, '--stream', 'trickle', ...policies[policy]],
});

/** 4,000 rows; while `pace` says so, whoever reads them is stuck half way through. */
async function makeSource(server: TestPostgres): Promise<string> {
  const url = await server.database();
  await server.sql(
    url,
    `create table pace (slow boolean not null);
     insert into pace values (false);
     create table rows (id bigint primary key, note text not null, payload text not null, changed timestamptz not null);
     insert into rows select i, 'old', repeat(md5(i::text), 20), now() from generate_series(1, 4000) i;
     create view trickle as select id, note, payload, changed,
       case when id = 2000 and (select slow from pace) then pg_sleep(600)::text end as waited from rows`,
  );
  return url;
}

/** What the cut run would bring: a few deletes, which no brake holds, some new rows, and all others changed. */
const edit = `delete from rows where id <= 10; update rows set note = 'new', changed = clock_timestamp();
  insert into rows select i, 'new', repeat(md5(i::text), 20), clock_timestamp() from generate_series(4001, 4100) i`;

/** Rows, keys, and rows from before the edit. */
const old = '4000 4000 4000';
const edited: Readonly<Record<Policy, string>> = {
  replace: '4090 4090 0',
  mirror: '4090 4090 0',
  merge: '4100 4100 10',
  // Every version that a run saw, once.
  'incremental append': '8090 4100 4000',
};

async function seen({ target }: Flow): Promise<string> {
  const sql = `select count(*), count(distinct id), count(*) filter (where note = 'old') from trickle`;
  if (target.startsWith('postgres:')) return (await site.server.sql(target, sql)).join().replaceAll(',', ' ');
  if (target.startsWith('duckdb:')) return (await duckRows(target, sql)).join().replaceAll(',', ' ');
  const rows = decodeCsv(readFileSync(target), { ...wireDialect, header: true });
  return [rows.length, new Set(rows.map(([id]) => id)).size, rows.filter(([, note]) => note === 'old').length].join(' ');
}

async function duckRows(location: string, sql: string): Promise<readonly (readonly (string | null)[])[]> {
  const env = { scratch: site.folder, signal: new AbortController().signal };
  await using duck = await openDuck({ path: location.replace('duckdb:', ''), readOnly: true }, env);
  return await duck.rows(sql);
}

/** What a publish or the next claim has to remove. */
async function leftovers({ target }: Flow): Promise<readonly unknown[]> {
  const stages = "select table_name from information_schema.tables where table_name like '%stage\\_%' escape '\\'";
  if (target.startsWith('postgres:')) return await site.server.sql(target, stages);
  if (target.startsWith('duckdb:')) return await duckRows(target, `${stages} union all select name from _headgate.stage`);
  // Two cases share the folder at the same time.
  return readdirSync(site.folder).filter((name) => name.startsWith(`.${basename(target)}.`));
}

/** Brings a flow to its end, as the person would who read the message. */
async function finish(flow: Flow): Promise<void> {
  assert.equal(await seen(flow), old, 'the old rows are there, and nothing else');
  receiptOf(await site.run(flow.args));
  assert.equal(await seen(flow), edited[flow.policy]);
  assert.deepEqual(await leftovers(flow), []);
}

/** A message that helps, from a process that ended by itself. */
function requireLost(result: RunResult, says: RegExp): void {
  const failure = failureOf(result);
  assert.deepEqual([result.code, failure.code], [1, 'connect.lost'], failure.message);
  assert.match(failure.message, says);
  assert.match(failure.hint, /run the same command again/);
  requireClean(result, [new URL(mortal.url()).password, new URL(site.server.url()).password]);
}

suite('the source dies in the middle', { concurrency: 2 }, () => {
  const names = {
    postgres: allPolicies,
    duckdb: allPolicies,
    csv: ['replace', 'incremental append'],
  } as const satisfies Record<string, readonly Policy[]>;
  const kinds = Object.keys(names) as readonly (keyof typeof names)[]; // the keys of the object above
  const place = async (kind: keyof typeof names, policy: Policy): Promise<string> => {
    if (kind === 'postgres') return await site.server.database();
    const path = site.path(`${policy.replace(' ', '-')}.${kind}`);
    return kind === 'csv' ? path : `duckdb:${path}`;
  };
  const cut = new Map<string, { readonly flow: Flow; readonly result: RunResult }>();

  // One death for all of them: what each left behind is looked at by itself.
  before(async () => {
    const source = await makeSource(mortal);
    const flows = new Map<string, Flow>();
    for (const kind of kinds)
      for (const policy of names[kind]) flows.set(`${policy} into ${kind}`, flowOf(source, await place(kind, policy), policy));
    for (const result of await Promise.all(flows.values().map(({ args }) => site.run(args)))) receiptOf(result);
    await mortal.sql(source, `${edit}; update pace set slow = true`);
    const runs = [...flows].map(async ([name, flow]) => cut.set(name, { flow, result: await site.run(flow.args) }));
    while ((await stuck(source)) < flows.size) await wait(20);
    await mortal.kill();
    await Promise.all(runs);
    await mortal.start();
    await mortal.sql(source, 'update pace set slow = false');
  });

  for (const kind of kinds) {
    for (const policy of names[kind]) {
      test(`${policy} into ${kind}`, async () => {
        const { flow, result } = cut.get(`${policy} into ${kind}`) ?? assert.fail('it did not run');
        requireLost(result, /reading public\.trickle/);
        await finish(flow);
      });
    }
  }
});

/** How many runs have got to the row that holds them. */
async function stuck(source: string): Promise<number> {
  return (await mortal.sql(source, "select 1 from pg_stat_activity where wait_event = 'PgSleep'")).length;
}

/** The flows, each with old rows at `mortal` and an edited source, and a run that stands still at the failpoint. */
async function paused(failpoint: string, wanted: readonly Policy[]): Promise<readonly (Paused & { readonly flow: Flow })[]> {
  const source = await makeSource(site.server);
  const flows: Flow[] = [];
  for (const policy of wanted) flows.push(flowOf(source, await mortal.database(), policy));
  for (const result of await Promise.all(flows.map(({ args }) => site.run(args)))) receiptOf(result);
  await site.server.sql(source, edit);
  return await Promise.all(flows.map(async (flow) => ({ flow, ...(await pauseAt(site, failpoint, flow.args)) })));
}

test('the destination dies while it is loaded', async () => {
  const runs = await paused('postgres.copy.mid', allPolicies);
  await mortal.kill();
  const results = await Promise.all(runs.map(({ resume }) => resume()));
  await mortal.start();
  for (const result of results) requireLost(result, /loading trickle/);
  await Promise.all(runs.map(({ flow }) => finish(flow)));
});

test('the destination dies while it publishes, and is back before the run gives up', async () => {
  const runs = await paused('postgres.publish.before-commit', allPolicies);
  await mortal.kill();
  const results = Promise.all(runs.map(({ resume }) => resume()));
  await mortal.start();
  for (const [index, result] of (await results).entries()) {
    const flow = runs[index]?.flow ?? assert.fail('a result of no run');
    if (flow.policy === 'replace') {
      receiptOf(result);
      assert.equal(await seen(flow), edited[flow.policy]);
      assert.deepEqual(await leftovers(flow), []);
    } else {
      // A crash empties the stages that are not logged: that is noticed, and nothing of it shown.
      assert.equal(failureOf(result).code, 'publish.counts');
      await finish(flow);
    }
  }
});

test('the destination dies while it publishes, and stays away', async () => {
  const [run] = await paused('postgres.publish.before-commit', ['merge']);
  assert.ok(run);
  await mortal.kill();
  const result = await run.resume();
  await mortal.start();
  requireLost(result, /publishing/);
  await finish(run.flow);
});
