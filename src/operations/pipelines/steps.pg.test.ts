/** What people do with pipelines beside running them: look ahead, begin anew, put away, delete. Over models and schemas, too. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openDesk, settingsOf, type Body } from '../../../test/support/desk.ts';
import { startPostgres } from '../../../test/support/postgres.ts';
import { newId } from '../../domain/ids.ts';
import { insertRun } from '../../store/runs.ts';

const server = await startPostgres();
const desk = await openDesk(server);
after(async () => {
  await desk[Symbol.asyncDispose]();
  await server.stop();
});
const shop = await server.database('shop');
const copy = await server.database('copy');
for (const [slug, url] of Object.entries({ shop, copy })) {
  await desk.ask('POST', '/connections', { name: slug, slug, connector: 'postgres', settings: settingsOf(url) });
}
await server.sql(
  shop,
  `create table orders (id bigint primary key, paid boolean, total numeric(20,2));
   insert into orders select i, i % 2 = 0, 12345678901234567.25 from generate_series(1, 40) i`,
);

async function pipeline(slug: string, flow: object, more: object = {}): Promise<Body> {
  const asked = { name: slug, slug, source: 'shop', destination: 'copy', flows: [flow], ...more };
  return await desk.ask('POST', '/pipelines', asked);
}
const count = async (table: string): Promise<unknown> => (await server.sql(copy, `select count(*) from ${table}`))[0]?.[0];

test('a preview shows the first rows as text, of a table or of one SELECT, and no more', async () => {
  const at = '/connections/shop/preview';
  const table = await desk.ask('POST', at, { stream: 'public.orders', limit: 2 });
  assert.deepEqual(
    [table['rows'], table['truncated']],
    [
      [
        ['1', 'false', '12345678901234567.25'],
        ['2', 'true', '12345678901234567.25'],
      ],
      true,
    ],
  );
  const query = await desk.ask('POST', at, { query: 'select id from orders where id > 39' });
  assert.deepEqual([query['columns'], query['rows'], query['truncated']], [[{ name: 'id', type: 'bigint' }], [['40']], false]);
  for (const [body, code] of [
    [{}, 'request.invalid'],
    [{ stream: 'public.nothing' }, 'stream.missing'],
    [{ stream: 'public.*' }, 'stream.missing'],
    [{ query: 'delete from orders' }, 'stream.query'],
    [{ query: 'select 1; select 2' }, 'stream.query'],
    [{ query: 'select pg_sleep(100)', timeout_seconds: 1 }, 'run.cancelled'],
  ] as const) {
    if (code === 'stream.missing' && body.stream === 'public.*')
      await server.sql(shop, 'create table if not exists others (id int)');
    assert.equal(await desk.refusal('POST', at, body), code, JSON.stringify(body));
  }
  assert.equal(await desk.refusal('POST', '/connections/nobody/preview', { stream: 'a' }), 'object.missing');
});

test('a model is one SELECT that its source describes; a flow reads it like a table, and it stays while one does', async () => {
  const made = await desk.ask('POST', '/models', {
    name: 'Paid',
    slug: 'paid',
    connection: 'shop',
    sql: 'select id, total from orders where paid',
  });
  assert.deepEqual(
    (made['columns'] as readonly Body[]).map(({ name, native }) => [name, native]),
    [
      ['id', 'bigint'],
      ['total', 'numeric(20,2)'],
    ],
  );
  for (const sql of ['select no from orders', 'drop table orders', 'select 1; select 2']) {
    assert.equal(await desk.refusal('POST', '/models', { name: 'bad', connection: 'shop', sql }), 'stream.query', sql);
    const judged = await desk.ask('POST', '/models/validate', { connection: 'shop', sql });
    assert.equal(judged['ok'], false);
  }
  assert.equal((await desk.ask('POST', '/models/paid/preview', { limit: 1 }))['truncated'], true);
  await pipeline('paid', { model: 'paid', write: 'replace' });
  assert.equal((await desk.run('/pipelines/paid/trigger'))['rows_written'], 20);
  assert.equal(await count('paid'), '20');
  assert.equal(await desk.refusal('DELETE', '/models/paid'), 'object.conflict');
  assert.equal(
    await desk.refusal('POST', '/pipelines', { name: 'x', source: 'copy', destination: 'shop', flows: [{ model: 'paid' }] }),
    'request.invalid',
  );
  const changed = await desk.ask('PATCH', '/models/paid', { sql: 'select id, total from orders where not paid and id > 20' });
  assert.equal(changed['version'], 2);
  assert.equal(await desk.refusal('PATCH', '/models/paid', { name: 'y', if_version: 1 }), 'object.changed');
  assert.equal((await desk.run('/pipelines/paid/trigger'))['rows_written'], 10);
  const needs = await desk.ask('GET', '/pipelines/paid/dependencies');
  assert.deepEqual(needs['models'], [made['id']]);
});

test('a schema has versions; a flow stays with the one that it names', async () => {
  const fields = (max: number): object => ({ fields: [{ name: 'id', type: 'bigint', rules: [{ rule: 'range', max }] }] });
  const made = await desk.ask('POST', '/schemas', { name: 'Few', slug: 'few', definition: fields(10) });
  assert.equal(
    await desk.refusal('POST', '/schemas', { name: 'bad', definition: { fields: [{ name: 'a', type: 'nonsense' }] } }),
    'usage.type',
  );
  assert.equal(await desk.refusal('POST', '/schemas', { name: 'bad', definition: { feilds: [] } }), 'usage.schema');
  await desk.ask('PATCH', '/schemas/few', { definition: fields(30), if_version: 1 });
  assert.equal(await desk.refusal('PATCH', '/schemas/few', { definition: fields(5), if_version: 1 }), 'object.changed');
  const versions = (await desk.ask('GET', '/schemas/few/versions'))['data'] as readonly Body[];
  assert.deepEqual(
    versions.map(({ version }) => version),
    [2, 1],
  );
  const flow = { stream: 'public.orders', write: 'replace', max_rejects: '100' };
  await pipeline('newest', { ...flow, into: 'newest', schema: 'few' });
  const first = await pipeline('first', { ...flow, into: 'first', schema: 'few@1' });
  assert.equal((first['flows'] as readonly Body[])[0]?.['schema'], `${String(made['id'])}@1`);
  assert.equal((await desk.run('/pipelines/newest/trigger'))['rows_rejected'], 10);
  assert.equal((await desk.run('/pipelines/first/trigger'))['rows_rejected'], 30);
  assert.equal(await desk.refusal('DELETE', '/schemas/few'), 'object.conflict');
  for (const schema of ['few@3', 'none']) {
    assert.equal(
      await desk.refusal('POST', '/pipelines', { name: 'x', source: 'shop', destination: 'copy', flows: [{ ...flow, schema }] }),
      'object.missing',
    );
  }
});

test('a plan says lane, SQL and rows of each flow, and touches nothing', async () => {
  await server.sql(
    copy,
    'create table orders (id bigint primary key, paid boolean, total numeric(20,2)); insert into orders values (1, true, 1), (99, false, 2)',
  );
  await pipeline('planned', { stream: 'public.orders', write: 'mirror' });
  await desk.ask('PATCH', '/pipelines/planned', {
    flows: [
      { stream: 'public.orders', write: 'mirror' },
      { stream: 'public.absent', write: 'append' },
    ],
  });
  const plan = await desk.ask('POST', '/pipelines/planned/plan');
  const [orders, absent] = plan['flows'] as readonly { readonly plan: Body | null; readonly error: Body | null }[];
  const changes = orders?.plan?.['changes'] as Body;
  assert.deepEqual([changes['add'], changes['change'], changes['delete']], [39, 1, 1]);
  assert.equal(absent?.error?.['code'], 'stream.missing');
  assert.equal(await count('orders'), '2');
  assert.deepEqual(await server.sql(copy, "select from pg_tables where tablename like 'stage%'"), []);
  const quick = await desk.ask('POST', '/pipelines/planned/plan', { compare: false });
  assert.equal((quick['flows'] as readonly { readonly plan: Body | null }[])[0]?.plan?.['changes'], null);
});

test('a resync reads everything and doubles nothing; a reset makes the next run one, once', async () => {
  const flow = { stream: 'public.orders', read: 'incremental', cursor: 'id' };
  await pipeline('keyed', { ...flow, into: 'keyed', write: 'merge', key: ['id'] });
  await pipeline('keyless', { ...flow, into: 'keyless', write: 'append' });
  for (const slug of ['keyed', 'keyless']) {
    assert.equal((await desk.run(`/pipelines/${slug}/trigger`))['rows_read'], 40);
    await server.sql(copy, `delete from ${slug} where id = 5`);
    const again = await desk.run(`/pipelines/${slug}/resync`);
    assert.deepEqual(
      [again['cause'], again['from_start'], again['rows_read'], again['rows_written']],
      ['resync', true, 40, 1],
      slug,
    );
    assert.equal(await count(slug), '40');
    await desk.ask('POST', `/pipelines/${slug}/reset`);
    const reads: unknown[] = [];
    for (let n = 0; n < 2; n++) {
      const { from_start, rows_read } = await desk.run(`/pipelines/${slug}/trigger`);
      reads.push([from_start, Number(rows_read) < 40]);
    }
    assert.deepEqual(reads, [
      [true, false],
      [false, true],
    ]);
    assert.equal(await count(slug), '40');
  }
});

test('a pipeline is paused, put away, brought back; each step only where it is one', async () => {
  await pipeline('stepped', { stream: 'public.orders', into: 'stepped' });
  const state = async (step: string): Promise<unknown> => (await desk.ask('POST', `/pipelines/stepped/${step}`))['state'];
  assert.equal(await desk.refusal('POST', '/pipelines/stepped/unarchive'), 'object.conflict');
  assert.deepEqual([await state('pause'), await state('activate'), await state('archive')], ['paused', 'active', 'archived']);
  assert.equal(await desk.refusal('POST', '/pipelines/stepped/activate'), 'object.conflict');
  assert.equal(await desk.refusal('POST', '/pipelines/stepped/resync'), 'object.conflict');
  assert.equal(await state('unarchive'), 'paused');
});

test('a pipeline is deleted with its runs, with its tables only where that is asked for, and starts anew under the same name', async () => {
  const flow = { stream: 'public.orders', into: 'doomed', read: 'incremental', cursor: 'id', undo: 1 };
  await pipeline('doomed', flow);
  const run = await desk.run('/pipelines/doomed/trigger');
  const follower = await pipeline(
    'follower',
    { stream: 'public.orders', into: 'f' },
    { schedule: { kind: 'after', pipeline: 'doomed' } },
  );
  assert.equal(await desk.refusal('DELETE', '/pipelines/doomed'), 'object.conflict');
  assert.deepEqual((await desk.ask('GET', '/pipelines/doomed/dependencies'))['followed_by'], [follower['id']]);
  await desk.ask('DELETE', '/pipelines/follower');
  await desk.ask('DELETE', '/pipelines/doomed');
  assert.equal(await desk.refusal('GET', '/pipelines/doomed'), 'object.missing');
  assert.equal(await desk.refusal('GET', `/runs/${String(run['id'])}`), 'object.missing');
  assert.equal(await count('doomed'), '40');
  await pipeline('doomed', flow);
  // The position is the destination's: what is there is not read again.
  assert.equal((await desk.run('/pipelines/doomed/trigger'))['outcome'], 'nothing_new');
  await server.sql(shop, 'insert into orders values (41, true, 1)');
  await desk.run('/pipelines/doomed/trigger');
  await desk.ask('DELETE', '/pipelines/doomed?data=drop');
  assert.deepEqual(await server.sql(copy, "select from pg_tables where tablename = 'doomed' or tablename like 'undo\\_%'"), []);
  await pipeline('doomed', flow);
  assert.equal((await desk.run('/pipelines/doomed/trigger'))['rows_written'], 41);
  await pipeline('beside', { stream: 'public.others', into: 'doomed', write: 'append' });
  await server.sql(shop, 'create table if not exists others (id int); insert into others values (77)');
  assert.equal((await desk.run('/pipelines/beside/trigger'))['state'], 'succeeded');
  assert.equal(await desk.refusal('DELETE', '/pipelines/doomed?data=drop'), 'object.conflict');
});

test('far fewer rows than usual are suspicious, and a run that never had its turn was skipped', async () => {
  await server.sql(shop, 'create table shrinking as select i as id from generate_series(1, 100) i');
  await pipeline('shrinking', { stream: 'public.shrinking', write: 'replace', allow_delete: true });
  for (let n = 0; n < 3; n++) assert.equal((await desk.run('/pipelines/shrinking/trigger'))['outcome'], 'changed');
  await server.sql(shop, 'delete from shrinking where id > 40');
  assert.equal((await desk.run('/pipelines/shrinking/trigger'))['outcome'], 'suspicious');
  // Nobody was told that it is there.
  const { id } = await desk.ask('GET', '/pipelines/shrinking');
  const waiting = await insertRun(desk.state.db, 1, newId('run'), String(id), 'manual');
  await desk.ask('POST', '/pipelines/shrinking/pause');
  const { state, outcome } = await desk.ask('GET', `/runs/${waiting.id}`);
  assert.deepEqual([state, outcome], ['cancelled', 'skipped']);
});
