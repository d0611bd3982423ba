/** One stage that writers of several processes fill: each ordinal is in it once. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { HeadgateError } from '../../domain/error.ts';
import { hasSnapshots, sharesStages, type Destination, type Staged, type Target, type TableWriter } from '../../sdk/index.ts';
import { bytes, field, makeTarget, openDestination, openSource, publishOf, readAll, streamOf } from './test-harness.ts';

let server: TestPostgres;
before(async () => (server = await startPostgres()));
after(() => server.stop());

const fields = [field('id', { kind: 'integer', bits: 64 })];
const code = (wanted: string) => (error: unknown) => error instanceof HeadgateError && error.code === wanted;
const stages = `select count(*) from pg_class where relnamespace = '_headgate'::regnamespace and relname like 'stage%'`;

interface Place extends AsyncDisposable {
  readonly url: string;
  readonly owner: Destination;
  readonly target: Target;
  readonly fence: number;
  /** A writer of another process, with its document written and not yet flushed. */
  write(ordinal: number, csv: string): Promise<TableWriter>;
  stage(ordinal: number, csv: string): Promise<Staged>;
}

async function place(policy: 'append' | 'replace', setup = ''): Promise<Place> {
  const url = await server.database();
  if (setup !== '') await server.sql(url, setup);
  const [owner, other] = [await openDestination(url), await openDestination(url)];
  const { fence } = await owner.claim('p');
  const target = await makeTarget(owner, { table: 't', fields, csv: '', policy: { mode: policy } });
  const request = { target, format: 'csv', pipeline: 'p', attempt: 'run.1', once: true };
  assert.ok(sharesStages(owner));
  await owner.prepare(request);
  const write: Place['write'] = async (ordinal, csv) => {
    const writer = await other.open({ ...request, ordinal });
    await writer.write(bytes(csv));
    return writer;
  };
  return {
    url,
    owner,
    target,
    fence,
    write,
    async stage(ordinal, csv) {
      await using writer = await write(ordinal, csv);
      return await writer.flush();
    },
    async [Symbol.asyncDispose]() {
      await owner[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

for (const [policy, setup] of [
  ['append', 'create table t (id bigint)'],
  ['replace', 'create table t (id bigint)'],
  ['replace', ''],
] as const) {
  test(`what is staged again by somebody else counts once: ${policy}${setup === '' ? ' into a new table' : ''}`, async () => {
    await using p = await place(policy, setup);
    const first = await p.stage(1, '1\n2\n');
    // Nobody heard of the commit, so the same rows come again.
    const again = await p.stage(1, '1\n2\n');
    assert.deepEqual(again, first);
    const second = await p.stage(2, '3\n');
    const result = await p.owner.publish(publishOf(p.target, [again, second], p.fence));
    assert.equal(result.tables[0]?.added, 3);
    assert.deepEqual(await server.sql(p.url, 'select id from t order by 1'), [['1'], ['2'], ['3']]);
    assert.deepEqual(await server.sql(p.url, stages), [['0']]);
  });
}

test('two at once: one commits, the other one learns what', async () => {
  await using p = await place('append');
  await using slow = await p.write(1, '1\n2\n');
  const fast = await p.stage(1, '1\n2\n');
  assert.deepEqual(await slow.flush(), fast);
  await p.owner.publish(publishOf(p.target, [fast], p.fence));
  assert.deepEqual(await server.sql(p.url, 'select id from t order by 1'), [['1'], ['2']]);
});

test('a later claim removes the stage: nobody fills it, or makes it again', async () => {
  await using p = await place('append');
  await using next = await openDestination(p.url);
  await next.claim('p');
  await assert.rejects(p.write(1, '1\n'), code('publish.fenced'));
  assert.deepEqual(await server.sql(p.url, stages), [['0']]);
});

test('a stage that a late writer holds is invisible, and goes with the publish of the later claim', async () => {
  await using p = await place('append');
  const late = await p.write(1, '1\n');
  await using next = await openDestination(p.url);
  const { fence } = await next.claim('p');
  assert.deepEqual(await server.sql(p.url, stages), [['1']]);
  await assert.rejects(late.flush(), code('publish.fenced'));
  await late[Symbol.asyncDispose]();
  await using writer = await next.open({ target: p.target, format: 'csv', pipeline: 'p', attempt: 'run.2', ordinal: 1 });
  await writer.write(bytes('7\n'));
  await next.publish(publishOf(p.target, [await writer.flush()], fence));
  assert.deepEqual(await server.sql(p.url, 'select id from t'), [['7']]);
  assert.deepEqual(await server.sql(p.url, stages), [['0']]);
});

test('a snapshot that nobody holds any more is a read to be done again, not a mistake of the source', async () => {
  const url = await server.database();
  await server.sql(url, 'create table t (id int)');
  await using source = await openSource(url);
  assert.ok(hasSnapshots(source));
  const snapshot = await source.openSnapshot();
  await snapshot[Symbol.asyncDispose]();
  await assert.rejects(readAll(source, await streamOf(source, 't'), { snapshot: snapshot.id }), code('read.incomplete'));
});
