/** What the contract says beside the traces: refusals, pages, states, keys of an upsert, sharing. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, send, StandIn, type Fields, type Reply } from './harness.ts';

const bench = await open();
after(async () => await bench.close());
const client = new StandIn(bench);
const host = async (name: string): Promise<Fields> => {
  const found = (await client.list('databases')).find((one) => one['name'] === name);
  const [credential] = await client.list('credentials?type=Database&default=True');
  return { remoteHostId: found?.['id'], credentialId: credential?.['id'] };
};
const [warehouse, shop] = [await host('default'), await host('shop')];

const body = ({ text }: Reply): Fields => JSON.parse(text) as Fields;
const refused = (reply: Reply): readonly unknown[] => [reply.status, body(reply)['code'], body(reply)['error']];

async function file(content: string): Promise<unknown> {
  const made = await client.call('POST', 'files', { name: 'rows.csv' });
  await client.post(String(made['uploadUrl']), made['uploadFields'] as object, content);
  return made['id'];
}

interface Load {
  readonly at?: Fields;
  readonly table: string;
  readonly columns?: readonly string[];
  readonly more?: Fields;
  readonly keys?: Fields;
}

/** A CSV import of texts and one number, and its run. */
async function load(
  content: string,
  { at = shop, table, columns = ['id INT', 'v TEXT', 'at DATE'], more, keys }: Load,
): Promise<Fields> {
  const made = await client.call('POST', 'imports/files/csv', {
    source: { fileIds: await file(content) },
    destination: { schema: 'scratch', table, ...at, ...keys },
    firstRowIsHeader: true,
    tableColumns: columns.map((one) => ({ name: one.split(' ')[0], sqlType: one.split(' ')[1] })),
    ...more,
  });
  const run = await client.call('POST', `imports/files/csv/${String(made['id'])}/runs`);
  return await client.poll(`imports/files/csv/${String(made['id'])}/runs/${String(run['id'])}`);
}

async function rowsOf(at: Fields, sql: string): Promise<unknown> {
  const asked = { database: at['remoteHostId'], credential: at['credentialId'], sql, previewRows: 100 };
  const made = await client.call('POST', 'queries', asked);
  return (await client.poll(`queries/${String(made['id'])}`))['resultRows'];
}

test('a wrong key is told by a header, an unknown address by a body', async () => {
  const wrong = await send(bench.url, 'GET', '/civis/imports', { headers: { authorization: 'Basic Og==' } });
  assert.equal(wrong.status, 401);
  assert.match(String(wrong.headers['www-authenticate']), /Basic/);
  assert.equal(body(wrong)['error'], 'unauthorized');
  assert.deepEqual(refused(await client.ask('GET', 'nowhere')), [404, 404, 'not_found']);
  assert.equal(body(await client.ask('GET', 'nowhere'))['errorDescription'], 'The requested endpoint could not be found.');
  for (const path of ['imports/99', 'imports/x', 'jobs/99/runs', 'files/99', 'databases/99', 'tables/99', 'queries/99'])
    assert.deepEqual(refused(await client.ask('GET', path)), [404, 404, 'not_found'], path);
  assert.deepEqual(refused(await client.ask('POST', 'imports', { name: 'x' })), [400, 400, 'bad_request']);
  assert.deepEqual(refused(await client.ask('GET', 'imports?order=nothing')), [400, 400, 'bad_request']);
  assert.deepEqual(refused(await client.ask('GET', 'imports?source=1')), [400, 400, 'bad_request']);
});

test('slashes at the end and doubled ones lead to the same place', async () => {
  assert.equal((await client.ask('GET', '/imports/?limit=2')).status, 200);
});

test('pages: numbers in headers, an empty one behind the last', async () => {
  for (const name of ['a', 'b', 'c']) await client.call('POST', 'imports', { name, syncType: 'Dbsync', isOutbound: true });
  const [first, third] = [
    await client.ask('GET', 'imports?limit=2&order=name&order_dir=asc'),
    await client.ask('GET', 'imports?limit=2&page_num=9'),
  ];
  assert.deepEqual(
    (JSON.parse(first.text) as readonly Fields[]).map(({ name }) => name),
    ['a', 'b'],
  );
  assert.equal(first.headers['x-pagination-total-entries'], '3');
  assert.equal(first.headers['x-pagination-total-pages'], '2');
  assert.equal(third.text, '[]');
  assert.equal(third.headers['x-pagination-current-page'], '9');
});

for (const [name, at] of [
  ['the warehouse', warehouse],
  ['a database', shop],
] as const) {
  test(`an upsert keeps what is newer, in ${name}`, async () => {
    const table = 'kept';
    const made = await load('id,v,at\n1,a,2024-01-02\n2,b,2024-01-02\n3,c,2024-01-02\n', { at, table });
    assert.equal(made['state'], 'succeeded', String(made['error']));
    const upsert = { at, table, more: { existingTableRows: 'upsert' }, keys: { primaryKeys: ['id'], lastModifiedKeys: ['at'] } };
    const ran = await load(
      'id,v,at\n1,newer,2024-02-01\n2,older,2023-01-01\n3,equal,2024-01-02\n4,unknown,\n5,first,2024-01-01\n5,later,2024-01-01\n',
      upsert,
    );
    assert.equal(ran['state'], 'succeeded', String(ran['error']));
    assert.deepEqual(await rowsOf(at, `select id, v from scratch.${table} order by id`), [
      ['1', 'newer'],
      ['2', 'b'],
      ['3', 'equal'],
      ['4', 'unknown'],
      ['5', 'later'],
    ]);
    // The keys are known of the table from then on.
    const known = await load('id,v,at\n1,older,2024-01-15\n', { ...upsert, keys: { primaryKeys: ['id'] } });
    assert.equal(known['state'], 'succeeded', String(known['error']));
    assert.deepEqual(await rowsOf(at, `select v from scratch.${table} where id = 1`), [['newer']]);
    const unknown = await load('id,v,at\n1,a,2024-01-15\n', { ...upsert, table: 'strange', keys: { primaryKeys: ['id'] } });
    assert.match(String(unknown['error']), /lastModifiedKeys/);
  });
}

for (const [name, at] of [
  ['the warehouse', warehouse],
  ['a database', shop],
] as const) {
  test(`of several keys of change the first that differs decides, and a row without a key is one that is wrong, in ${name}`, async () => {
    const wanted = { at, table: 'tuples', columns: ['id INT', 'v TEXT', 'at DATE', 'n INT'] };
    const more = { existingTableRows: 'upsert', maxErrors: 1 };
    const keys = { primaryKeys: ['id'], lastModifiedKeys: ['at', 'n'] };
    const made = await load('id,v,at,n\n1,a,2024-01-02,5\n2,b,2024-01-02,5\n', { ...wanted, keys, more });
    assert.equal(made['state'], 'succeeded', String(made['error']));
    const rows = 'id,v,at,n\n1,older,2024-01-02,4\n2,newer,2024-01-02,6\n,none,2024-01-02,1\n';
    const ran = await load(rows, { ...wanted, keys, more });
    assert.equal(ran['state'], 'succeeded', String(ran['error']));
    assert.deepEqual(await rowsOf(at, 'select id, v from scratch.tuples order by id'), [
      ['1', 'a'],
      ['2', 'newer'],
    ]);
    const failed = await load(`${rows},again,2024-01-02,1\n`, { ...wanted, keys, more });
    assert.match(String(failed['error']), /2 rows are refused, 1 may be/);
    const none = await load(rows, { ...wanted, keys, more: { existingTableRows: 'upsert' } });
    assert.match(String(none['error']), /no value in their key|NULL in the key/);
  });
}

test('a text that is longer than the column of a table is one row that is wrong', async () => {
  await bench.server.sql(
    bench.shopUrl,
    'create schema if not exists scratch; create table scratch.narrow (id int, v varchar(3))',
  );
  const wanted = { table: 'narrow', columns: [], more: { existingTableRows: 'append', maxErrors: 1 } };
  const one = await load('id,v\n1,abc\n2,abcd\n', wanted);
  assert.equal(one['state'], 'succeeded', String(one['error']));
  assert.deepEqual(await rowsOf(shop, 'select id from scratch.narrow'), [['1']]);
});

test('the first sync that fails ends the run, and those behind it are left out', async () => {
  await bench.server.sql(
    bench.shopUrl,
    'create schema chain; create table chain.a as select 1 as id; create table chain.b as select 2 as id',
  );
  const made = await client.call('POST', 'imports', {
    name: 'chain',
    syncType: 'Dbsync',
    isOutbound: false,
    source: shop,
    destination: warehouse,
  });
  const sync = async (from: string, into: string, more: Fields = {}): Promise<Fields> =>
    await client.call('POST', `imports/${String(made['id'])}/syncs`, {
      source: { path: from },
      destination: { path: into },
      advanced_options: more,
    });
  const run = async (): Promise<Fields> => {
    const { runId } = await client.call('POST', `imports/${String(made['id'])}/runs`);
    return await client.poll(`jobs/${String(made['id'])}/runs/${String(runId)}`);
  };
  await sync('chain.a', 'chain.first');
  assert.equal((await run())['state'], 'succeeded');
  const second = await sync('chain.a', 'chain.first', { existing_table_rows: 'fail' });
  await sync('chain.b', 'chain.third');
  assert.match(String((await run())['error']), /already there/);
  const tables = await client.list(`tables?database_id=${String(warehouse['remoteHostId'])}&schema=chain`);
  assert.deepEqual(
    tables.map(({ name }) => name),
    ['first'],
  );
  await client.call('PUT', `imports/${String(made['id'])}/syncs/${String(second['id'])}/archive`);
  assert.equal((await run())['state'], 'succeeded');
});

test('rows are counted on both sides where that is asked for', async () => {
  await bench.server.sql(
    bench.shopUrl,
    'create schema counted; create table counted.t (id int primary key, updated_at timestamptz); insert into counted.t values (1, now()), (2, now())',
  );
  const made = await client.call('POST', 'imports', {
    name: 'counted',
    syncType: 'Dbsync',
    isOutbound: false,
    source: shop,
    destination: warehouse,
  });
  await client.call('POST', `imports/${String(made['id'])}/syncs`, {
    source: { path: 'counted.t' },
    destination: { path: 'counted.t' },
    advanced_options: { verify_table_row_counts: true },
  });
  const run = async (): Promise<Fields> => {
    const { runId } = await client.call('POST', `imports/${String(made['id'])}/runs`);
    return await client.poll(`jobs/${String(made['id'])}/runs/${String(runId)}`);
  };
  assert.equal((await run())['state'], 'succeeded');
  await bench.server.sql(bench.shopUrl, 'delete from counted.t where id = 1');
  assert.match(String((await run())['error']), /counted\.t has 1, .*counted\.t has 2/);
});

test('an upsert without keys, and types that nobody knows, are refused at once', async () => {
  const wanted = {
    source: { fileIds: [await file('id\n1\n')] },
    destination: { schema: 's', table: 't', ...shop },
    firstRowIsHeader: true,
  };
  const upsert = await client.ask('POST', 'imports/files/csv', { ...wanted, existingTableRows: 'upsert' });
  assert.deepEqual(refused(upsert), [400, 400, 'bad_request']);
  const type = await client.ask('POST', 'imports/files/csv', { ...wanted, tableColumns: [{ name: 'id', sqlType: 'GEOMETRY' }] });
  assert.match(String(body(type)['errorDescription']), /GEOMETRY/);
});

test('columns are those of the table by their place, and a missing table needs types', async () => {
  assert.equal((await load('id,v,at\n1,a,2024-01-01\n', { table: 'placed' }))['state'], 'succeeded');
  const named = await load('whatever,the,names\n2,b,2024-01-02\n', {
    table: 'placed',
    columns: [],
    more: { existingTableRows: 'append' },
  });
  assert.equal(named['state'], 'succeeded', String(named['error']));
  assert.deepEqual(await rowsOf(shop, 'select id, v from scratch.placed order by id'), [
    ['1', 'a'],
    ['2', 'b'],
  ]);
  const untyped = await load('id,v\n1,a\n', { table: 'absent', columns: [] });
  assert.equal(untyped['state'], 'failed');
  assert.match(String(untyped['error']), /types of its columns/);
});

test('so many rows may be wrong, and the table stays as it was beyond that', async () => {
  const more = { existingTableRows: 'append', maxErrors: 1 };
  assert.equal((await load('id,v,at\nx,a,2024-01-01\n7,g,2024-01-01\n', { table: 'placed', more }))['state'], 'succeeded');
  const failed = await load('id,v,at\nx,a,2024-01-01\ny,g,2024-01-01\n8,h,2024-01-01\n', { table: 'placed', more });
  assert.match(String(failed['error']), /2 rows are refused, 1 may be/);
  assert.deepEqual(await rowsOf(shop, 'select count(*) as n from scratch.placed'), [['3']]);
});

test('a job that is at work or archived does not start again', async () => {
  const made = await client.call('POST', 'imports', { name: 'busy', syncType: 'Dbsync', isOutbound: true });
  const id = String(made['id']);
  // Nobody carries it out: the queue is woken, but its row is held.
  const { data } = await native('GET', '/pipelines?limit=1');
  const [pipeline] = data as readonly Fields[];
  await bench.state.db.query(
    `insert into headgate.runs (workspace_id, id, pipeline_id, state, cause, lease_until) values (1, 'run_held', $1, 'running', 'manual', now() + interval '1 hour')`,
    [pipeline?.['id']],
  );
  assert.deepEqual(refused(await client.ask('POST', `imports/${id}/runs`)), [409, 409, 'conflict']);
  assert.deepEqual(refused(await client.ask('POST', `jobs/${id}/runs`)), [409, 409, 'already_running']);
  assert.equal((await client.call('GET', `imports/${id}`))['state'], 'running');
  const cancelled = await client.call('POST', `imports/${id}/cancel`);
  assert.deepEqual([cancelled['isCancelRequested'], typeof cancelled['id']], [true, 'number']);
  const [run] = await client.list(`imports/${id}/runs`);
  const typed = await client.call('GET', `imports/files/${id}/runs/${String(run?.['id'])}`);
  assert.equal(typed['isCancelRequested'], true);
  await bench.state.db.query("update headgate.runs set state = 'cancelled', finished_at = now() where id = 'run_held'");
  assert.deepEqual(refused(await client.ask('POST', `imports/${id}/cancel`)), [404, 404, 'not_found']);
  await client.call('PUT', `imports/${id}/archive`, { status: true });
  assert.deepEqual(refused(await client.ask('POST', `imports/${id}/runs`)), [400, 400, 'bad_request']);
  const shown = await client.list('imports?limit=50');
  assert.ok(shown.every((one) => one['id'] !== made['id']));
});

async function native(method: string, path: string, sent?: object): Promise<Fields> {
  const headers = { authorization: `Bearer ${bench.token}`, 'content-type': 'application/json' };
  const reply = await send(bench.url, method, `/v1/workspaces/1${path}`, {
    headers,
    ...(sent && { body: JSON.stringify(sent) }),
  });
  assert.ok(reply.status < 300, reply.text);
  return body(reply);
}

test('a Dbsync reads on from where it came to, and a whole one replaces', async () => {
  await bench.server.sql(
    bench.shopUrl,
    'create schema src; create table src.orders (id int primary key, v text, updated_at timestamptz default now()); ' +
      "insert into src.orders values (1, 'a', '2024-01-01Z'), (2, 'b', '2024-01-02Z')",
  );
  const made = await client.call('POST', 'imports', {
    name: 'orders',
    syncType: 'Dbsync',
    isOutbound: false,
    source: shop,
    destination: warehouse,
  });
  const sync = await client.call('POST', `imports/${String(made['id'])}/syncs`, {
    source: { databaseTable: { schema: 'src', table: 'orders' } },
    destination: { path: 'scratch.orders' },
  });
  const run = async (): Promise<Fields> => {
    const { runId } = await client.call('POST', `imports/${String(made['id'])}/runs`);
    return await client.poll(`jobs/${String(made['id'])}/runs/${String(runId)}`);
  };
  assert.equal((await run())['state'], 'succeeded');
  await bench.server.sql(
    bench.shopUrl,
    "update src.orders set v = 'B', updated_at = '2024-03-01Z' where id = 2; delete from src.orders where id = 1",
  );
  assert.equal((await run())['state'], 'succeeded');
  const rows = 'select id, v from scratch.orders order by id';
  assert.deepEqual(await rowsOf(warehouse, rows), [
    ['1', 'a'],
    ['2', 'B'],
  ]);
  await client.call('PUT', `imports/${String(made['id'])}/syncs/${String(sync['id'])}`, {
    source: { path: 'src.orders' },
    destination: { path: 'scratch.orders' },
    advancedOptions: { wipeDestinationTable: true },
  });
  assert.equal((await run())['state'], 'succeeded');
  assert.deepEqual(await rowsOf(warehouse, rows), [['2', 'B']]);
});

test('shares: levels of users and groups, the owner stays', async () => {
  const { id: principal } = await native('POST', '/principals', { name: 'Ann Lee', email: 'ann@example.com' });
  const [user] = (await client.list('users?query=ann')).filter(({ email }) => email === 'ann@example.com');
  assert.ok(principal && user);
  const made = await client.call('POST', 'imports', { name: 'shared', syncType: 'Dbsync', isOutbound: true });
  const at = `imports/${String(made['id'])}/shares`;
  const shown = await client.call('PUT', `${at}/users`, { userIds: [user['id']], permissionLevel: 'write' });
  assert.deepEqual((shown['writers'] as Fields)['users'], [{ id: user['id'], name: 'Ann Lee' }]);
  const group = await client.call('POST', 'groups', { name: 'analysts' });
  const grouped = await client.call('PUT', `${at}/groups`, { groupIds: [group['id']], permissionLevel: 'read' });
  assert.deepEqual((grouped['readers'] as Fields)['groups'], [{ id: group['id'], name: 'analysts' }]);
  assert.equal((await client.ask('DELETE', `${at}/users/${String(user['id'])}`)).status, 204);
  assert.equal((await client.ask('DELETE', `${at}/users/${String(user['id'])}`)).status, 204);
  assert.deepEqual(((await client.call('GET', at))['writers'] as Fields)['users'], []);
});

test('what somebody else may not see is not there', async () => {
  const { id } = await native('POST', '/principals', { name: 'Nobody' });
  const { token } = await native('POST', '/keys', { name: 'theirs', scopes: ['*'], principal: id });
  const other = new StandIn({ url: bench.url, token: String(token) });
  const [made] = await client.list('imports?limit=1');
  assert.deepEqual(refused(await other.ask('GET', `imports/${String(made?.['id'])}`)), [404, 404, 'not_found']);
  assert.equal((await other.ask('GET', 'imports')).text, '[]');
});
