/** Chapter 4.1 of the contract, row by row over HTTP: what ids of imports are found and made by. */
import assert from 'node:assert/strict';
import { after, mock, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { databaseSettings } from '../../../../test/support/service.ts';
import { open, send, StandIn, type Fields, type Reply } from './harness.ts';

const bench = await open();
after(async () => await bench.close());
const client = new StandIn(bench);
const databases = await client.list('databases');
const shop = databases.find(({ name }) => name === 'shop');
const [credential] = await client.list('credentials?type=Database&default=True');
const me = await client.call('GET', 'users/me');
const parse = ({ text }: Reply): Fields => JSON.parse(text) as Fields;
const own = (of: Fields, ...names: readonly string[]): readonly unknown[] => names.map((name) => of[name]);
const status = async (method: string, path: string, body: object = {}): Promise<number> => (await client.ask(method, path, body)).status; // prettier-ignore

await bench.server.sql(
  bench.shopUrl,
  'create schema near; create table near.items (id int primary key, v text); create view near.seen as select * from near.items; create table near.other (a int)',
);

test('users: who asks, who there is, by name and by group', async () => {
  for (const field of ['id', 'username', 'name', 'initials', 'createdAt']) assert.notEqual(me[field], undefined, field);
  assert.deepEqual(own(me, 'featureFlags', 'preferences', 'roles'), [{}, {}, []]);
  assert.equal((await client.call('GET', `users/${String(me['id'])}`))['id'], me['id']);
  const group = await client.call('POST', 'groups', { name: 'Near Ones', description: 'those beside us' });
  assert.deepEqual(own(group, 'name', 'slug', 'description', 'memberCount', 'members'), [
    'Near Ones',
    'near-ones',
    'those beside us',
    0,
    [],
  ]);
  const sent = await send(bench.url, 'POST', '/v1/workspaces/1/principals', {
    headers: { authorization: `Bearer ${bench.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ann Lee', email: 'ann@example.com' }),
  });
  assert.equal(sent.status, 201, sent.text);
  const [ann] = await client.list('users?query=ANN@');
  const at = `groups/${String(group['id'])}`;
  const member = await client.call('PUT', `${at}/members/${String(ann?.['id'])}`);
  assert.deepEqual([member['memberCount'], (member['members'] as readonly Fields[])[0]?.['id']], [1, ann?.['id']]);
  const [found] = await client.list(`users?group_id=${String(group['id'])}`);
  assert.deepEqual(own(found ?? {}, 'id', 'email', 'active', 'primaryGroupId'), [ann?.['id'], 'ann@example.com', true, group['id']]); // prettier-ignore
  assert.equal((await client.call('GET', at))['description'], 'those beside us');
  assert.deepEqual((await client.list('groups?query=near')).map(({ name }) => name), ['Near Ones']); // prettier-ignore
  for (let time = 0; time < 2; time++)
    assert.equal(await status('DELETE', `${at}/members/${String(ann?.['id'])}`), 204, 'twice is once');
  assert.deepEqual(await client.list(`users?group_id=${String(group['id'])}`), []);
});

test('credentials: made, found, changed, deleted, and never with their password', async () => {
  const sent = { type: 'Custom', username: 'ann', password: 'hush-hush', remoteHostId: shop?.['id'] };
  const made = await client.call('POST', 'credentials', sent);
  const at = `credentials/${String(made['id'])}`;
  assert.deepEqual(own(made, 'name', 'username', 'remoteHostId', 'remoteHostName', 'default', 'oauth'), [
    'ann',
    'ann',
    shop?.['id'],
    'shop',
    false,
    false,
  ]);
  for (const [query, found] of [
    ['type=Custom', 1],
    ['type=Custom,Database', 2],
    ['name=ann', 1],
    ['name=nobody', 0],
    [`remote_host_id=${String(shop?.['id'])}`, 1],
    [`users=${String(me['id'])}`, 2],
    ['users=99999', 0],
    ['default=False', 1],
  ] as const)
    assert.equal((await client.list(`credentials?${query}`)).length, found, query);
  const patched = await client.call('PATCH', at, { description: 'hers' });
  assert.deepEqual(own(patched, 'description', 'username'), ['hers', 'ann']);
  const put = await client.call('PUT', at, { type: 'Custom', username: 'bo', password: 'hush-hush' });
  assert.deepEqual(own(put, 'name', 'username', 'description', 'remoteHostId'), ['bo', 'bo', null, null]);
  for (const path of [at, 'credentials']) assert.doesNotMatch((await client.ask('GET', path)).text, /hush|password/);
  assert.deepEqual([await status('DELETE', at), await status('GET', at)], [204, 404]);
});

test('remote hosts: a database is one, others are made with an address, and tried with a credential', async () => {
  assert.equal((await client.call('GET', `remote_hosts/${String(shop?.['id'])}`))['name'], 'shop');
  const { host, port, database, user, password } = databaseSettings(bench.shopUrl);
  const sent = { name: 'near', url: `${host}:${port}/${database}`, type: 'RemoteHostTypes::Postgres' };
  const made = await client.call('POST', 'remote_hosts', sent);
  const at = `remote_hosts/${String(made['id'])}`;
  assert.deepEqual(own(made, 'name', 'type', 'url', 'myPermissionLevel'), [sent.name, sent.type, sent.url, 'manage']);
  assert.ok((await client.list('remote_hosts?type=RemoteHostTypes::Postgres')).some(({ id }) => id === made['id']));
  assert.deepEqual(await client.list('remote_hosts?type=RemoteHostTypes::Salesforce'), []);
  assert.equal((await client.call('PATCH', at, { description: 'beside' }))['description'], 'beside');
  assert.equal((await client.call('PUT', at, { ...sent, name: 'nearer' }))['name'], 'nearer');
  const key = await client.call('POST', 'credentials', { type: 'Database', username: user, password });
  assert.equal(await status('POST', `${at}/authenticate`, { credentialId: key['id'] }), 204);
  assert.equal(await status('POST', `${at}/authenticate`, { username: user, password }), 204);
  const wrong = await client.ask('POST', `${at}/authenticate`, { username: 'nobody_here', password: 'x' });
  assert.deepEqual(parse(wrong), {
    error: 'authentication_error',
    errorDescription: 'Username or password is incorrect.',
    code: 400,
  });
  const sets = await client.list(`remote_hosts/${String(shop?.['id'])}/data_sets?q=item`);
  assert.deepEqual(sets, [{ name: 'items', fullPath: 'near.items' }]);
  assert.equal(await status('POST', 'remote_hosts', { ...sent, type: 'RemoteHostTypes::Nothing' }), 400);
});

test('storage hosts are made, changed and found', async () => {
  const made = await client.call('POST', 'storage_hosts', { provider: 's3', bucket: 'b', name: 'store', s3Options: { region: 'eu' } }); // prettier-ignore
  const at = `storage_hosts/${String(made['id'])}`;
  assert.deepEqual([(made['owner'] as Fields)['id'], made['s3Options']], [me['id'], { region: 'eu', endpoint: null }]);
  assert.equal((await client.call('PATCH', at, { bucket: 'c' }))['bucket'], 'c');
  assert.equal((await client.call('PUT', at, { provider: 's3', bucket: 'd', name: 'store' }))['bucket'], 'd');
  assert.equal((await client.call('GET', at))['name'], 'store');
  assert.equal(await status('POST', 'storage_hosts', { provider: 'ftp', bucket: 'b', name: 'store' }), 400);
});

test('databases, their schemas and tables; a view is one; what is not there is 404', async () => {
  const at = `databases/${String(shop?.['id'])}`;
  const found = await client.call('GET', at);
  assert.deepEqual(own(found, 'name', 'adapter', 'managed'), ['shop', 'postgresql', false]);
  assert.deepEqual(await client.list(`${at}/schemas?name=nea`), [{ schema: 'near' }]);
  const tables = await client.list(`${at}/schemas/near/tables?credential_id=${String(credential?.['id'])}`);
  const views = new Map(tables.map(({ name, isView }) => [name, isView]));
  assert.deepEqual([views.get('items'), views.get('seen'), views.size], [false, true, 3]);
  assert.equal((await client.call('GET', `${at}/schemas/near/tables/ITEMS`))['name'], 'items');
  assert.equal(await status('GET', `${at}/schemas/near/tables/nothing`), 404);
  const { jobId, runId } = await client.call('POST', `${at}/schemas/scan`, { schema: 'near', statsPriority: 'queue' });
  assert.equal((await client.poll(`jobs/${String(jobId)}/runs/${String(runId)}`))['state'], 'succeeded');
});

test('tables by wildcards; what is said of one; its columns', async () => {
  const of = `tables?database_id=${String(shop?.['id'])}`;
  for (const [query, names] of [
    ['schema=near&name=it%25', ['items']],
    ['schema=near&name=*e*', ['items', 'other', 'seen']],
    ['search=NEAR.O', ['other']],
    ['schema=near&order=name&order_dir=desc&limit=1', ['seen']],
    ['schema=nowhere', []],
  ] as const)
    assert.deepEqual((await client.list(`${of}&${query}`)).map(({ name }) => name), names, query); // prettier-ignore
  const [items] = await client.list(`${of}&schema=near&name=items`);
  const at = `tables/${String(items?.['id'])}`;
  const keys = { primaryKeys: ['id'], lastModifiedKeys: ['v'], description: 'things', ontologyMapping: { id: 'primary_key' } };
  assert.deepEqual(own(await client.call('PATCH', at, keys), ...Object.keys(keys)), Object.values(keys));
  const shown = await client.call('GET', at);
  assert.deepEqual(own(shown, ...Object.keys(keys)), Object.values(keys));
  assert.deepEqual((shown['columns'] as readonly Fields[]).map(({ name, order }) => [name, order]), [['id', 0], ['v', 1]]); // prettier-ignore
  assert.deepEqual((await client.list(`${at}/columns?order=order&order_dir=desc`)).map(({ name }) => name), ['v', 'id']); // prettier-ignore
  assert.deepEqual((await client.list(`${at}/columns?name=i`)).map(({ name }) => name), ['id']); // prettier-ignore
});

test('files: for a month, for ever, never longer than they say; without content there is no address', async () => {
  const made = await client.call('POST', 'files', { name: 'a.csv', description: 'd'.repeat(512) });
  const days = (Date.parse(String(made['expiresAt'])) - Date.parse(String(made['createdAt']))) / 86_400_000;
  assert.equal(Math.round(days), 30);
  assert.deepEqual(own(made, 'fileSize', 'myPermissionLevel'), [0, 'manage']);
  assert.equal((await client.call('POST', 'files', { name: 'b.csv', expires_at: null }))['expiresAt'], null);
  assert.equal(await status('POST', 'files', { name: 'c.csv', description: 'd'.repeat(513) }), 400);
  const at = `files/${String(made['id'])}`;
  const empty = await client.call('GET', at);
  assert.deepEqual(own(empty, 'fileUrl', 'downloadUrl', 'detectedInfo'), [
    null,
    null,
    { includeHeader: null, columnDelimiter: null, compression: null, tableColumns: [] },
  ]);
  await client.post(String(made['uploadUrl']), made['uploadFields'] as object, 'a\n1\n');
  const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();
  assert.equal(await status('GET', `${at}?link_expires_at=${hours(37)}`), 400);
  const shown = await client.call('GET', `${at}?link_expires_at=${hours(35)}&inline=True`);
  const whole = await fetch(String(shown['fileUrl']));
  assert.deepEqual([whole.status, whole.headers.get('content-encoding'), await whole.text()], [200, null, 'a\n1\n']);
  const some = await fetch(String(shown['fileUrl']), { headers: { range: 'bytes=0-0' } });
  assert.deepEqual([some.status, await some.text()], [206, 'a']);
  const project = await client.call('POST', 'projects', { name: 'p', description: 'd' });
  assert.equal(await status('PUT', `${at}/projects/${String(project['id'])}`), 204);
  assert.deepEqual((await client.list(`${at}/projects`)).map(({ id }) => id), [project['id']]); // prettier-ignore
  assert.deepEqual((await client.call('GET', `projects/${String(project['id'])}`))['files'], [{ id: made['id'] }]);
  assert.equal(((await client.call('GET', `${at}/shares`))['owners'] as { users: unknown[] }).users.length, 1);
  assert.deepEqual(await client.list(`${at}/dependencies`), []);
});

test('4.3 parts in any order, again and again; one that is missing is told, and can still come', async () => {
  const made = await client.call('POST', 'files/multipart', { name: 'p.bin', num_parts: 2 });
  const [first = '', second = ''] = made['uploadUrls'] as readonly string[];
  const put = async (url: string, body: string): Promise<number> => (await send(bench.url, 'PUT', url, { headers: {}, body })).status; // prettier-ignore
  const complete = async (): Promise<number> => await status('POST', `files/multipart/${String(made['id'])}/complete`);
  assert.equal(await put(second, 'two'), 200);
  assert.equal(await complete(), 400);
  assert.deepEqual([await put(first, 'other'), await put(first, 'one ')], [200, 200]);
  assert.deepEqual([await complete(), await complete()], [204, 204]);
  const { fileUrl } = await client.call('GET', `files/${String(made['id'])}`);
  assert.equal(await (await fetch(String(fileUrl))).text(), 'one two');
  assert.equal((await send(bench.url, 'PUT', first.replace(/signature=\w/, 'signature=_'), { headers: {}, body: 'x' })).status, 403); // prettier-ignore
});

test('4.3 links of ten thousand parts cost as many questions as those of one', async () => {
  const asked = mock.method(bench.state.db, 'query');
  const counts: number[] = [];
  for (const num_parts of [1, 10_000]) {
    const before = asked.mock.callCount();
    const made = await client.call('POST', 'files/multipart', { name: 'p.bin', num_parts });
    counts.push(asked.mock.callCount() - before);
    assert.equal(new Set(made['uploadUrls'] as readonly string[]).size, num_parts);
  }
  asked.mock.restore();
  assert.ok(Number(counts[1]) < Number(counts[0]) + 10, counts.join(' and '));
});

test('projects: made, listed, changed, archived; hidden ones by themselves', async () => {
  const made = await client.ask('POST', 'projects', { name: 'near', description: 'd', note: 'n' });
  assert.equal(made.status, 200);
  const project = parse(made);
  const at = `projects/${String(project['id'])}`;
  assert.deepEqual(own(project, 'note', 'autoShare', 'hidden', 'archived', 'myPermissionLevel', 'imports'), [
    'n',
    false,
    false,
    false,
    'manage',
    [],
  ]);
  await client.call('POST', 'projects', { name: 'unseen', description: 'd', hidden: true });
  const names = async (query: string): Promise<readonly unknown[]> => (await client.list(`projects?order=name&${query}`)).map(({ name }) => name); // prettier-ignore
  assert.deepEqual(await names('hidden=True'), ['unseen']);
  const job = await client.call('POST', 'imports', { name: 'belongs', syncType: 'Dbsync', isOutbound: true });
  assert.equal(await status('PUT', `imports/${String(job['id'])}/${at}`), 204);
  assert.deepEqual((await client.list(`imports/${String(job['id'])}/projects?hidden=False`)).map(({ name }) => name), ['near']); // prettier-ignore
  assert.deepEqual(await client.list(`imports/${String(job['id'])}/projects?hidden=True`), []);
  const [member] = (await client.call('GET', at))['imports'] as readonly Fields[];
  assert.deepEqual(own(member ?? {}, 'id', 'name', 'type', 'state'), [job['id'], 'belongs', 'JobTypes::Import', 'idle']);
  assert.equal((await client.call('PUT', at, { name: 'nearest' }))['name'], 'nearest');
  assert.equal((await client.call('PUT', `${at}/archive`, { status: true }))['archived'], true);
  assert.ok(!(await names('')).includes('nearest'));
  assert.deepEqual(await names('archived=true'), ['nearest']);
});

test('jobs of every kind in one list, by what they are', async () => {
  const at = { remoteHostId: shop?.['id'], credentialId: credential?.['id'] };
  const script = await client.call('POST', 'scripts/sql', { name: 'ask near', sql: 'select 1 as n', ...at });
  const timed = await client.call('POST', 'imports', { name: 'timed near', syncType: 'Dbsync', isOutbound: true, schedule: { scheduled: true, scheduledHours: [1] } }); // prettier-ignore
  const ids = async (query: string): Promise<readonly unknown[]> => (await client.list(`jobs?${query}`)).map(({ id }) => id);
  assert.deepEqual(await ids('q=near&order=id&order_dir=asc'), [script['id'], timed['id']]);
  assert.deepEqual(await ids('q=near&type=JobTypes::SqlRunner'), [script['id']]);
  assert.deepEqual(await ids('q=near&scheduled=True'), [timed['id']]);
  assert.deepEqual(await ids('q=near&state=scheduled'), [timed['id']]);
  assert.deepEqual(await ids(`q=near&author=${String(me['id'])}&order=name&order_dir=desc`), [timed['id'], script['id']]);
  assert.deepEqual(await ids('q=ask%20near&hidden=True'), []);
  const begun = await client.ask('POST', `jobs/${String(script['id'])}/runs`);
  assert.equal(begun.status, 201);
  const run = `jobs/${String(script['id'])}/runs/${String(parse(begun)['id'])}`;
  assert.equal((await client.poll(run))['state'], 'succeeded');
  assert.deepEqual(await client.call('GET', `${run}/inputs`), { values: {} });
  const [output] = await client.list(`${run}/outputs`);
  assert.deepEqual([output?.['objectType'], typeof output?.['objectId'], typeof output?.['name']], ['File', 'number', 'string']);
  const shown = await client.call('GET', `jobs/${String(script['id'])}`);
  assert.deepEqual([shown['type'], (shown['runs'] as unknown[]).length, shown['myPermissionLevel']], ['JobTypes::SqlRunner', 1, 'manage']); // prettier-ignore
  assert.equal((await client.call('PUT', `jobs/${String(script['id'])}/archive`, { status: true }))['archived'], true);
  assert.deepEqual(await ids('q=near&archived=true'), [script['id']]);
  assert.equal(await status('POST', `jobs/${String(script['id'])}/runs`), 400);
});

test('scripts and queries: settings in full, runs that begin, rows as texts', async () => {
  const at = { remoteHostId: shop?.['id'], credentialId: credential?.['id'] };
  const script = await client.call('POST', 'scripts/sql', { name: 's', sql: "select 1 as n where 'a' = 'b'", csvSettings: { columnDelimiter: 'pipe' }, ...at }); // prettier-ignore
  assert.deepEqual(script['csvSettings'], {
    includeHeader: true,
    compression: 'gzip',
    columnDelimiter: 'pipe',
    unquoted: false,
    forceMultifile: false,
    filenamePrefix: null,
    maxFileSize: null,
  });
  const one = `scripts/sql/${String(script['id'])}`;
  const begun = await client.ask('POST', `${one}/runs`);
  assert.equal(begun.status, 202);
  assert.match(String(begun.headers['location']), new RegExp(`^http.*/civis/${one}/runs/\\d+$`));
  const ran = await client.poll(`${one}/runs/${String(parse(begun)['id'])}`);
  // A question without rows makes a file with a header.
  assert.equal((ran['output'] as unknown[]).length, 1);
  assert.deepEqual((await client.list(`${one}/runs`)).map(({ id }) => id), [ran['id']]); // prettier-ignore
  assert.equal(await status('DELETE', `${one}/runs/${String(ran['id'])}`), 404);
  assert.equal(await status('GET', `${one}/runs/${String(ran['id'])}/logs`), 200);
  const asked = {
    database: shop?.['id'],
    credential: credential?.['id'],
    sql: 'select 1 as n, null::text as v',
    previewRows: 10,
  };
  const query = await client.ask('POST', 'queries', asked);
  assert.deepEqual([query.status, parse(query)['state'], parse(query)['resultRows']], [200, 'queued', []]);
  const answered = await client.poll(`queries/${String(parse(query)['id'])}`);
  assert.deepEqual(own(answered, 'resultColumns', 'resultRows', 'error'), [['n', 'v'], [['1', 'NULL']], null]);
  assert.equal(await status('POST', 'queries', { ...asked, previewRows: 1001 }), 400);
});

test('3.2 every kind of import is an import: seen, shared, put into projects', async () => {
  const end = { remoteHostId: shop?.['id'], credentialId: credential?.['id'] };
  await bench.server.sql(bench.shopUrl, 'create table near.batched (a int)');
  const source = { fileIds: [await client.upload(gzipSync('1\n'), 'a.csv.gz')] };
  const made = [
    await client.call('POST', 'imports/files', { schema: 'near', name: 'sent', ...end }),
    await client.call('POST', 'imports/files/csv', { source, destination: { schema: 'near', table: 'c', ...end }, firstRowIsHeader: false }), // prettier-ignore
    await client.call('POST', 'imports/batches', { ...source, schema: 'near', table: 'batched', ...end }),
  ];
  const project = await client.call('POST', 'projects', { name: 'kinds', description: 'd' });
  for (const { id } of made) {
    const at = `imports/${String(id)}`;
    const shown = await client.call('GET', at);
    assert.deepEqual(own(shown, 'id', 'syncType', 'source', 'jobType'), [id, 'AutoImport', null, 'JobTypes::Import']);
    assert.equal((shown['destination'] as Fields)['name'], 'shop');
    assert.equal(((await client.call('GET', `${at}/shares`))['owners'] as { users: unknown[] }).users.length, 1);
    assert.equal(await status('PUT', `${at}/projects/${String(project['id'])}`), 204);
    assert.ok((await client.list(`${at}/dependencies`)).length >= 2);
    assert.ok((await client.list('imports?limit=50&type=AutoImport')).some((one) => one['id'] === id));
  }
  const { imports } = (await client.call('GET', `projects/${String(project['id'])}`)) as { imports: readonly Fields[] };
  assert.deepEqual(imports.map(({ id }) => id), made.map(({ id }) => id)); // prettier-ignore
});

test('3.2 what an import needs: hosts, credentials, files, tables that are known, its parent; and what somebody may do with them', async () => {
  const parent = await client.call('POST', 'imports', { name: 'parent', syncType: 'Dbsync', isOutbound: true });
  const end = { remoteHostId: shop?.['id'], credentialId: credential?.['id'] };
  const made = await client.call('POST', 'imports', { name: 'needs', syncType: 'Dbsync', isOutbound: true, source: end, destination: end, parentId: parent['id'] }); // prettier-ignore
  const at = `imports/${String(made['id'])}`;
  await client.call('POST', `${at}/syncs`, { source: { path: 'near.items' }, destination: { path: 'near.unknown' } });
  const [items] = await client.list(`tables?database_id=${String(shop?.['id'])}&schema=near&name=items`);
  const needs = await client.list(`${at}/dependencies?user_id=${String(me['id'])}`);
  assert.deepEqual(
    needs.map((one) => own(one, 'objectType', 'fcoType', 'id', 'name')),
    [
      ['RemoteHost', 'remote_hosts', shop?.['id'], 'shop'],
      ['Credential', 'credentials', credential?.['id'], credential?.['name']],
      ['Table', 'tables', items?.['id'], 'near.items'],
      ['Job', 'jobs', parent['id'], 'parent'],
    ],
  );
  assert.equal(needs.at(-1)?.['permissionLevel'], 'manage');
  assert.equal((await client.list(`${at}/dependencies`))[0]?.['permissionLevel'], null);
  assert.equal(await status('DELETE', `${at}/shares/users/${String(me['id'])}`), 409);
});
