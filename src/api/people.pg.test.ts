/** Principals, groups and grants through the API: who sees what, who may change it, and what becomes of it when that is taken back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { migrationsFolder, openState } from '../../test/support/state.ts';
import { executeRun } from '../operations/runs/execute.ts';
import { openDb } from '../store/db.ts';
import { findCaller } from '../store/keys.ts';
import { migrate, readMigrations } from '../store/migrate.ts';
import { findRun } from '../store/runs.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
const api = createApi(state.ports, '0.0.0');
const admin = await state.token(['*']);

interface Reply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(method: string, path: string, token: string, body?: object): Promise<Reply> {
  const headers = { authorization: `Bearer ${token}` };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const reply = await api.request(`/v1/workspaces/1${path}`, init);
  const text = await reply.text();
  return { status: reply.status, body: text === '' ? {} : (JSON.parse(text) as Reply['body']) };
}

async function made(path: string, token: string, body: object): Promise<Reply['body']> {
  const reply = await ask('POST', path, token, body);
  assert.equal(reply.status, 201, JSON.stringify(reply.body));
  return reply.body;
}

interface Person {
  readonly id: string;
  readonly token: string;
}

async function person(name: string): Promise<Person> {
  const id = String((await made('/principals', admin, { name }))['id']);
  return { id, token: String((await made('/keys', admin, { name, scopes: ['*'], principal: id }))['token']) };
}

let count = 0;
const file = (): object => ({
  name: 'c',
  slug: `c${(count += 1)}`,
  connector: 'file',
  settings: { path: 'a.csv', format: 'csv' },
});
const grant = async (object: object, holder: object, level: string, by = admin): Promise<Reply> =>
  await ask('PUT', '/grants', by, { ...object, ...holder, level });
const ids = ({ body }: Reply): readonly string[] => (body['data'] as readonly { readonly id: string }[]).map(({ id }) => id);
const said = ({ status, body }: Reply): string => JSON.stringify({ status, body: { ...body, request_id: '' } });

/** Source, destination and pipeline of one owner. */
async function furnish(owner: Person): Promise<{ readonly source: string; readonly into: string; readonly pipeline: string }> {
  const [source, into] = [await made('/connections', owner.token, file()), await made('/connections', owner.token, file())];
  const pipeline = { name: 'p', source: source['id'], destination: into['id'], flows: [{ stream: 'a' }] };
  const { id } = await made('/pipelines', owner.token, pipeline);
  return { source: String(source['id']), into: String(into['id']), pipeline: String(id) };
}

test('who makes something owns it; who was granted nothing sees nothing, and what is there answers like what is not', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const { source, pipeline } = await furnish(ann);
  const run = String((await ask('POST', `/pipelines/${pipeline}/trigger`, ann.token)).body['id']);
  for (const path of ['/connections', '/pipelines', '/runs']) {
    assert.ok(ids(await ask('GET', path, ann.token)).length > 0, path);
    assert.deepEqual(ids(await ask('GET', path, ben.token)), [], path);
  }
  for (const [method, there, not] of [
    ['GET', `/connections/${source}`, '/connections/con_unknown'],
    ['DELETE', `/connections/${source}`, '/connections/con_unknown'],
    ['POST', `/connections/${source}/check`, '/connections/con_unknown/check'],
    ['PATCH', `/pipelines/${pipeline}`, '/pipelines/unknown'],
    ['POST', `/pipelines/${pipeline}/trigger`, '/pipelines/unknown/trigger'],
    ['GET', `/runs?pipeline=${pipeline}`, '/runs?pipeline=unknown'],
    ['GET', `/runs/${run}`, '/runs/run_unknown'],
    ['GET', `/runs/${run}/logs`, '/runs/run_unknown/logs'],
    ['GET', `/runs/${run}/events`, '/runs/run_unknown/events'],
    ['POST', `/runs/${run}/cancel`, '/runs/run_unknown/cancel'],
    ['GET', `/grants?connection=${source}`, '/grants?connection=unknown'],
  ] as const) {
    const body = method === 'PATCH' ? {} : undefined;
    const reply = await ask(method, there, ben.token, body);
    assert.equal(reply.status, 404, there);
    assert.equal(said(reply), said(await ask(method, not, ben.token, body)), there);
  }
  const use = { name: 'p', source, destination: source, flows: [{ stream: 'a' }] };
  assert.equal((await ask('POST', '/pipelines', ben.token, use)).status, 404);
  const { id } = await made('/connections', ben.token, file());
  const own = { ...use, source: id, destination: id, schedule: { kind: 'after', pipeline } };
  assert.equal((await ask('POST', '/pipelines', ben.token, own)).status, 404);
  for (const path of ['/warehouse/tables', '/audit', '/principals', '/usage', '/grants']) {
    assert.equal((await ask('GET', path, ben.token)).body['code'], 'access.grant', path);
  }
});

test('each level allows what it says and no more, by a group as well, and is gone at the next request', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const { source, pipeline } = await furnish(ann);
  const group = String((await made('/groups', admin, { name: 'readers' }))['id']);
  assert.equal((await ask('PUT', `/groups/${group}/members/${ben.id}`, admin)).status, 200);
  const status = async (method: string, path: string, body?: object): Promise<number> =>
    (await ask(method, path, ben.token, body)).status;

  assert.equal((await grant({ connection: source }, { group }, 'read', ann.token)).status, 200);
  assert.deepEqual(ids(await ask('GET', '/connections', ben.token)), [source]);
  assert.deepEqual(
    [await status('GET', `/connections/${source}`), await status('PATCH', `/connections/${source}`, {})],
    [200, 403],
  );
  const own = await made('/connections', ben.token, file());
  const reading = { name: 'p', source, destination: own['id'], flows: [{ stream: 'a' }] };
  assert.equal(await status('POST', '/pipelines', reading), 201);
  assert.equal(await status('POST', '/pipelines', { ...reading, destination: source, source: own['id'] }), 403);

  assert.equal((await grant({ pipeline }, { principal: ben.id }, 'write', ann.token)).status, 200);
  assert.deepEqual(
    [await status('PATCH', `/pipelines/${pipeline}`, { name: 'q' }), await status('POST', `/pipelines/${pipeline}/trigger`)],
    [200, 202],
  );
  assert.equal((await grant({ pipeline }, { principal: ben.id }, 'manage', ben.token)).body['code'], 'access.grant');

  assert.equal((await ask('DELETE', `/grants?pipeline=${pipeline}&principal=${ben.id}`, ann.token)).status, 204);
  assert.equal(await status('GET', `/pipelines/${pipeline}`), 404);
  assert.equal((await ask('DELETE', `/groups/${group}/members/${ben.id}`, admin)).status, 200);
  assert.equal(await status('GET', `/connections/${source}`), 404);
  const back = await grant({}, { group }, 'read');
  assert.equal(back.body['object'], 'workspace');
  await ask('PUT', `/groups/${group}/members/${ben.id}`, admin);
  assert.deepEqual([await status('GET', `/connections/${source}`), await status('GET', '/principals')], [200, 200]);
  assert.equal((await ask('DELETE', `/groups/${group}`, admin)).status, 204);
  assert.equal(await status('GET', '/principals'), 403);
});

test('an object has one owner, who can give it away; an owner is not removed', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const { source, pipeline } = await furnish(ann);
  assert.equal((await grant({ connection: source }, { principal: ben.id }, 'own')).status, 409);
  assert.equal((await ask('DELETE', `/grants?connection=${source}&principal=${ann.id}`, ann.token)).status, 409);
  const transfer = async (object: object, to: Person, by: string): Promise<Reply> =>
    await ask('POST', '/grants/transfer', by, { ...object, principal: to.id });
  await grant({ connection: source }, { principal: ben.id }, 'manage', ann.token);
  assert.equal((await transfer({ connection: source }, ben, ben.token)).status, 403);
  assert.equal((await transfer({ connection: source }, ben, ann.token)).status, 200);
  const listed = (await ask('GET', `/grants?connection=${source}`, ann.token)).body['data'] as readonly Reply['body'][];
  assert.deepEqual(
    listed.map(({ principal, level }) => [principal, level]),
    [
      [ben.id, 'own'],
      [ann.id, 'manage'],
    ],
  );
  // It would act for somebody who may not write into its destination.
  assert.equal((await transfer({ pipeline }, ben, ann.token)).body['code'], 'object.conflict');
  assert.equal((await ask('POST', '/grants/transfer', ann.token, { principal: ben.id })).status, 403);
  assert.equal((await ask('POST', '/grants/transfer', admin, { principal: ben.id })).status, 400);
  const gone = String((await made('/connections', ben.token, file()))['id']);
  assert.equal((await ask('DELETE', `/connections/${gone}`, ben.token)).status, 204);
  assert.deepEqual(await state.db.query('select from headgate.grants where object_id = $1', [gone]), []);
});

test('models, schemas and files belong to who made them, and are shared one by one', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const { source } = await furnish(ann);
  const select = { name: 'm', slug: 'bestsellers', connection: source, sql: 'select 1', validate: false };
  const objects = {
    model: String((await made('/models', ann.token, select))['id']),
    schema: String((await made('/schemas', ann.token, { name: 's', definition: { fields: [{ name: 'a' }] } }))['id']),
    file: String((await made('/files', ann.token, { name: 'a.csv' }))['id']),
  };
  assert.equal((await ask('POST', '/models', ben.token, { ...select, slug: 'mine' })).status, 404);
  for (const [kind, id] of Object.entries(objects)) {
    const [all, one] = [`/${kind}s`, `/${kind}s/${id}`];
    const change = async (): Promise<Reply> =>
      kind === 'file' ? await ask('POST', `${one}/abort`, ben.token) : await ask('PATCH', one, ben.token, { name: 'other' });
    assert.deepEqual([ids(await ask('GET', all, ann.token)), ids(await ask('GET', all, ben.token))], [[id], []], kind);
    for (const method of ['GET', 'DELETE']) {
      assert.equal(said(await ask(method, one, ben.token)), said(await ask(method, `${all}/unknown`, ben.token)), kind);
    }
    assert.equal((await change()).status, 404, kind);
    assert.equal((await grant({ [kind]: id }, { principal: ben.id }, 'read', ann.token)).status, 200, kind);
    assert.deepEqual(ids(await ask('GET', all, ben.token)), [id], kind);
    assert.deepEqual([(await ask('GET', one, ben.token)).status, (await change()).status], [200, 403], kind);
    await grant({ [kind]: id }, { principal: ben.id }, 'write', ann.token);
    assert.deepEqual([(await change()).status, (await ask('DELETE', one, ben.token)).status], [200, 403], kind);
    // The SELECT and its rows are the connection's.
    if (kind === 'model') {
      assert.equal((await ask('PATCH', one, ben.token, { sql: 'select 2', validate: false })).status, 404);
      assert.equal((await ask('POST', `${one}/preview`, ben.token)).status, 404);
    }
    const given = await ask('POST', '/grants/transfer', ann.token, { [kind]: id, principal: ben.id });
    assert.deepEqual([given.status, given.body['level']], [200, 'own'], kind);
    assert.equal((await ask('DELETE', one, ben.token)).status, 204, kind);
    const kept = await state.db.query('select from headgate.grants where object_id = $1', [id]);
    // Of a file that was deleted it is still known that it was there.
    assert.equal(kept.length > 0, kind === 'file', kind);
  }
});

test('who names a model, a schema or a file must have been granted reading it; what a pipeline names already stays', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const { source, into, pipeline } = await furnish(ann);
  for (const connection of [source, into]) await grant({ connection }, { principal: ben.id }, 'write', ann.token);
  await grant({ pipeline }, { principal: ben.id }, 'write', ann.token);
  const sql = { connection: source, sql: 'select 1', validate: false };
  const model = String((await made('/models', ann.token, { name: 'm', slug: 'paid', ...sql }))['id']);
  const fields = { fields: [{ name: 'a' }] };
  const [schema, { id: other }] = [
    String((await made('/schemas', ann.token, { name: 's', slug: 'rules', definition: fields }))['id']),
    await made('/schemas', ann.token, { name: 'others', definition: fields }),
  ];
  const reading = [{ model, schema: `${schema}@1` }];
  const spec = { name: 'p', source, destination: into };
  const unknown = ['mod_unknown', 'sch_unknown'] as const;
  for (const [flow, not] of [
    [{ model }, { model: unknown[0] }],
    [
      { stream: 'a', schema },
      { stream: 'a', schema: unknown[1] },
    ],
    // Which versions there are is not told either.
    [
      { stream: 'a', schema: `${schema}@7` },
      { stream: 'a', schema: `${unknown[1]}@7` },
    ],
  ]) {
    const asked = async (one: unknown): Promise<readonly Reply[]> => [
      await ask('POST', '/pipelines', ben.token, { ...spec, flows: [one] }),
      await ask('PATCH', `/pipelines/${pipeline}`, ben.token, { flows: [one] }),
    ];
    const [there, nowhere] = [await asked(flow), await asked(not)];
    assert.deepEqual(there.map(said), nowhere.map(said));
    assert.ok(there.every(({ status }) => status === 404));
  }
  assert.equal((await ask('PATCH', `/pipelines/${pipeline}`, ann.token, { flows: reading })).status, 200);
  const [{ flows }, stays] = [(await ask('GET', `/pipelines/${pipeline}`, ben.token)).body, { name: 'renamed' }];
  assert.equal((await ask('PATCH', `/pipelines/${pipeline}`, ben.token, { ...stays, flows })).status, 200);
  const more = [...reading, { stream: 'b', schema: other }];
  assert.equal((await ask('PATCH', `/pipelines/${pipeline}`, ben.token, { flows: more })).status, 404);
  for (const object of [{ model }, { schema }]) await grant(object, { principal: ben.id }, 'read', ann.token);
  const byName = [{ model: 'paid', schema: 'rules' }];
  assert.equal((await ask('POST', '/pipelines', ben.token, { ...spec, flows: byName })).status, 201);

  const upload = String((await made('/files', ann.token, { name: 'a.csv' }))['id']);
  const init = { method: 'PUT', headers: { authorization: `Bearer ${ann.token}`, 'content-length': '4' }, body: 'a\n1\n' };
  assert.equal((await api.request(`/v1/workspaces/1/files/${upload}/content`, init)).status, 200);
  const over = { name: 'c', slug: 'over', connector: 'file', settings: { path: upload, format: 'csv' } };
  assert.equal((await ask('POST', '/connections', ben.token, over)).status, 404);
  await grant({ file: upload }, { principal: ben.id }, 'read', ann.token);
  assert.equal((await ask('POST', '/connections', ben.token, over)).status, 201);
});

test('nobody grants more than they have, nor acts for who stands above them', async () => {
  const [boss, chief, ben] = [await person('boss'), await person('chief'), await person('ben')];
  await grant({}, { principal: boss.id }, 'own');
  await grant({}, { principal: chief.id }, 'manage', boss.token);
  const refused = async (method: string, path: string, body?: object): Promise<void> => {
    const { status, body: told } = await ask(method, path, chief.token, body);
    assert.deepEqual([status, told['code']], [403, 'access.grant'], `${method} ${path}`);
  };
  await refused('PUT', '/grants', { principal: chief.id, level: 'own' });
  await refused('PUT', '/grants', { principal: boss.id, level: 'read' });
  await refused('DELETE', `/grants?principal=${boss.id}`);
  await refused('POST', '/keys', { name: 'k', scopes: ['*'], principal: boss.id });
  await refused('PATCH', `/principals/${boss.id}`, { disabled: true });
  const owners = String((await made('/groups', chief.token, { name: 'owners' }))['id']);
  await grant({}, { group: owners }, 'own', boss.token);
  await refused('PUT', `/groups/${owners}/members/${chief.id}`);
  await refused('DELETE', `/groups/${owners}`);
  assert.equal((await grant({}, { principal: ben.id }, 'manage', chief.token)).status, 200);
  const [, id = ''] = ben.token.split('_');
  const plain = await person('plain');
  assert.equal((await ask('POST', '/keys', plain.token, { name: 'k', scopes: ['*'], principal: ben.id })).status, 403);
  assert.deepEqual(ids(await ask('GET', '/keys', plain.token)), [plain.token.split('_')[1]]);
  assert.equal((await ask('DELETE', `/keys/${id}`, plain.token)).status, 404);
  assert.equal((await ask('PATCH', `/principals/${ben.id}`, chief.token, { disabled: true })).status, 200);
  assert.equal((await ask('GET', '/connections', ben.token)).status, 401);
  assert.equal((await ask('PATCH', `/principals/${ben.id}`, chief.token, { disabled: false })).status, 200);
  assert.equal((await ask('GET', '/connections', ben.token)).status, 200);
});

test('a pipeline acts for its owner: what is taken back from the owner stops its runs, and its next run says why', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')];
  const { source } = await furnish(ann);
  await grant({ connection: source }, { principal: ben.id }, 'read', ann.token);
  const own = await made('/connections', ben.token, file());
  const spec = { name: 'p', source, destination: own['id'], flows: [{ stream: 'a' }] };
  const pipeline = String((await made('/pipelines', ben.token, spec))['id']);
  const trigger = async (): Promise<string> =>
    String((await ask('POST', `/pipelines/${pipeline}/trigger`, ben.token)).body['id']);
  const waiting = await trigger();
  await ask('DELETE', `/grants?connection=${source}&principal=${ben.id}`, ann.token);
  assert.equal((await ask('GET', `/runs/${waiting}`, ben.token)).body['state'], 'cancelled');
  const row = await findRun(state.db, 1, await trigger());
  assert.ok(row);
  const { signal } = new AbortController();
  const log = { info: () => undefined, warn: () => undefined };
  const end = await executeRun(row, { ...state.ports, signal, log });
  assert.deepEqual([end.state, (end.error as { readonly code: string }).code], ['failed', 'access.grant']);
  await grant({ connection: source }, { principal: ben.id }, 'read', ann.token);
  const again = await executeRun(row, { ...state.ports, signal, log });
  assert.notEqual((again.error as { readonly code: string }).code, 'access.grant');
});

test('each change stands in the audit log: by which principal, and that the object is another one now', async () => {
  const ann = await person('ann');
  const { source } = await furnish(ann);
  await ask('PATCH', `/connections/${source}`, ann.token, { name: 'other' });
  await grant({ connection: source }, { principal: ann.id }, 'read', ann.token);
  const { data } = (await ask('GET', '/audit?limit=200', admin)).body as { readonly data: readonly Reply['body'][] };
  const hers = data.filter(({ principal }) => principal === ann.id).toReversed();
  assert.deepEqual(
    hers.map(({ operation, outcome }) => `${String(operation)} ${String(outcome)}`),
    [
      'connections.create done',
      'connections.create done',
      'pipelines.create done',
      'connections.update done',
      'grants.set object.conflict',
    ],
  );
  const [created, , , changed] = hers;
  assert.deepEqual([created?.['old_hash'], changed?.['old_hash']], [null, created?.['new_hash']]);
  assert.match(String(changed?.['new_hash']), /^[0-9a-f]{64}$/);
  assert.notEqual(changed?.['new_hash'], changed?.['old_hash']);
});

test('keys from before there were principals do what they did', async () => {
  await using db = openDb(await server.database(), 2);
  const migrations = await readMigrations(migrationsFolder);
  await migrate(
    db,
    migrations.filter(({ number }) => number < 12),
  );
  await db.query(
    `insert into headgate.api_keys (id, workspace_id, name, kind, secret_hash, scopes)
     values ('own', 1, 'k', 'backend', '', '{*}'), ('all', null, 'k', 'backend', '', '{*}')`,
  );
  await migrate(db, migrations);
  const [own, all] = [await findCaller(db, 'own'), await findCaller(db, 'all')];
  assert.deepEqual([own?.principal_id, own?.workspace_id, own?.workspace_rank], ['pri_workspace1', '1', 4]);
  assert.deepEqual([all?.principal_id, all?.workspace_id, all?.workspace_rank], ['pri_server', null, 4]);
});
