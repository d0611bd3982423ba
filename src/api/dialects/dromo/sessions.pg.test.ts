/** Sessions: made, resumed and ended by a backend; what their tokens open, and for how long. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { after, test } from 'node:test';
import { openLog } from '../../../observe/log.ts';
import { noTraces } from '../../../observe/traces.ts';
import { usualImportLimits } from '../../../domain/import-limits.ts';
import { ensureWarehouse } from '../../../operations/warehouse/warehouse.ts';
import { insertWorkspace } from '../../../store/workspaces.ts';
import { createApi } from '../../server.ts';
import { open, type Fields } from './harness.ts';
import { blocking, guest, people } from './review-harness.ts';

const base = '/api/widget/session/v2';
const imports = '/api/v1/headless/imports/';
const unknown = '00000000-0000-4000-8000-000000000000';
const dayMs = 86_400_000;

/** Moved by tests, never back. */
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
const bench = await open(0, { clock });
after(async () => await bench.close());
await insertWorkspace(bench.state.db, 'theirs', 77);
await ensureWarehouse(bench.state.db, 77);
const theirs = await bench.state.token(['*'], 77);

interface Session {
  readonly id: string;
  readonly token: string;
}

async function begun(body?: object, key?: string): Promise<Session> {
  const reply = await bench.ask('POST', `${base}/auth/`, body, key);
  assert.equal(reply.status, 201, JSON.stringify(reply.body));
  const { sessionId, hydrationId } = reply.body as Fields; // an object
  return { id: String(sessionId), token: String(hydrationId) };
}

async function resumed(id: string, body?: object): Promise<string> {
  const reply = await bench.ask('POST', `${base}/${id}/auth/`, body);
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
  return String((reply.body as Fields)['hydrationId']); // an object
}

const wanted = (settings: object, more: object = {}): object => ({
  fields: people,
  initial_data: [{ name: 'Ann', mail: 'nobody' }],
  settings: { ...blocking, ...settings },
  ...more,
});

interface Import {
  readonly id: string;
  readonly link: string;
}

/** An import that waits for somebody. */
async function inReview(settings: object, key?: string): Promise<Import> {
  const made = await bench.ask('POST', imports, wanted(settings), key);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { id, review_url: link } = made.body as Fields; // an object
  for (;;) {
    const { status } = (await bench.ask('GET', `${imports}${String(id)}/`, undefined, key)).body as Fields; // an object
    if (status !== 'RUNNING') assert.equal(status, 'NEEDS_REVIEW');
    if (status === 'NEEDS_REVIEW') return { id: String(id), link: String(link) };
    await wait(20);
  }
}

/** What the review answers whoever has this token. */
async function opening({ link }: Import, token: string): Promise<string> {
  const { status, body } = await guest(link, token).ask('GET', '/state');
  return `${status} ${String(body['code'] ?? body['status'])}`;
}

const mail = (text: string): object => ({ kind: 'cells', cells: [{ row: 0, column: 'c1', text }] });

/** `undefined` is no body at all. */
const bodies: readonly (readonly [string, object | undefined, number])[] = [
  ['no body', undefined, 21_600],
  ['an empty object', {}, 21_600],
  ['a label', { import_identifier: 'people' }, 21_600],
  ['the shortest time', { expires_in: 1 }, 1],
  ['the longest time', { import_identifier: '', expires_in: 604_800 }, 604_800],
  ['what nobody knows', { colour: 'red', expires_in: 60 }, 60],
];

for (const [name, body, seconds] of bodies) {
  for (const slash of ['/', '']) {
    test(`begun and resumed with ${name}, ${slash === '' ? 'without' : 'with'} a slash`, async () => {
      const before = clock.now();
      const made = await bench.ask('POST', `${base}/auth${slash}`, body);
      const { sessionId, hydrationId, expiresIn, savedAt, ...more } = made.body as Fields; // an object
      assert.deepEqual([made.status, expiresIn, more], [201, seconds, {}]);
      assert.match(String(sessionId), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
      assert.match(String(savedAt), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert.ok(new Date(String(savedAt)) >= before && new Date(String(savedAt)) <= clock.now());
      const again = await bench.ask('POST', `${base}/${String(sessionId)}/auth${slash}`, body);
      const { hydrationId: next, ...rest } = again.body as Fields; // an object
      assert.deepEqual([again.status, rest], [200, { expiresIn: seconds }]);
      for (const token of [hydrationId, next]) assert.match(String(token), /^[\w-]{64,200}$/);
    });
  }
}

const refused: readonly (readonly [string, unknown, RegExp])[] = [
  ['no time', { expires_in: 0 }, /"expires_in":/],
  ['a time before now', { expires_in: -1 }, /"expires_in":/],
  ['more than seven days', { expires_in: 604_801 }, /"expires_in":/],
  ['half a second', { expires_in: 0.5 }, /"expires_in":/],
  ['a text', { expires_in: '60' }, /"expires_in":/],
  ['null', { expires_in: null }, /"expires_in":/],
  ['a list', [], /non_field_errors/],
];

for (const [name, body, words] of refused) {
  test(`refused: ${name}`, async () => {
    const { id } = await begun();
    for (const path of [`${base}/auth/`, `${base}/${id}/auth/`]) {
      const reply = await bench.ask('POST', path, body);
      assert.equal(reply.status, 400, path);
      assert.match(JSON.stringify(reply.body), words);
    }
  });
}

test('a label is a text', async () => {
  const { status, body } = await bench.ask('POST', `${base}/auth/`, { import_identifier: 5 });
  assert.deepEqual([status, Object.keys(body as Fields)], [400, ['import_identifier']]); // an object
});

test('keys, scopes and methods', async () => {
  const { id } = await begun();
  const reader = await bench.state.token(['files:read', 'runs:*'], 1);
  const paths = [
    ['POST', `${base}/auth/`],
    ['POST', `${base}/${id}/auth/`],
    ['DELETE', `${base}/${id}/`],
  ] as const;
  for (const [method, path] of paths) {
    assert.equal((await bench.ask(method, path, undefined, 'nothing')).status, 401, path);
    assert.equal((await bench.ask(method, path, undefined, reader)).status, 403, path);
    assert.equal((await bench.ask('PUT', path)).status, 405, path);
  }
  assert.deepEqual((await bench.ask('GET', `${base}/`)).body, { detail: 'Not found.' });
  await resumed(id);
});

test('what is not there is not resumed, whatever the body holds', async () => {
  const [gone, foreign] = [await begun(), await begun({}, theirs)];
  await bench.ask('DELETE', `${base}/${gone.id}/`);
  for (const id of [gone.id, foreign.id, unknown, 'x', '%00'])
    for (const body of [undefined, { expires_in: 0 }]) {
      const reply = await bench.ask('POST', `${base}/${id}/auth/`, body);
      assert.deepEqual([reply.status, reply.body], [404, { detail: 'Not found.' }], id);
    }
});

test('ended once, twice, and where there was none', async () => {
  const [one, foreign] = [await begun(), await begun({}, theirs)];
  for (const path of [`${one.id}/`, one.id, `${foreign.id}/`, `${unknown}/`, 'x']) {
    const reply = await bench.ask('DELETE', `${base}/${path}`);
    assert.deepEqual([reply.status, reply.body], [200, { success: true }], path);
  }
  const other = await bench.ask('POST', `${base}/${foreign.id}/auth/`, undefined, theirs);
  assert.equal(other.status, 200, 'a session of another workspace stays');
});

test('a session is its maker’s, and of those who write in the whole workspace', async () => {
  const { id } = (await bench.native('POST', '/principals', { name: 'Ann' })) as Fields; // an object
  const { token } = (await bench.native('POST', '/keys', { name: 'Ann', scopes: ['files:*'], principal: id })) as Fields; // an object
  const key = String(token);
  const [ours, hers] = [await begun(), await begun({}, key)];
  assert.equal((await bench.ask('POST', `${base}/${ours.id}/auth/`, undefined, key)).status, 404);
  assert.equal((await bench.ask('POST', `${base}/${hers.id}/auth/`, undefined, key)).status, 200);
  assert.equal((await bench.ask('DELETE', `${base}/${ours.id}/`, undefined, key)).status, 200);
  for (const one of [ours, hers]) await resumed(one.id);
});

test('an import is opened, edited and ended with tokens of its session; its own link stays', async () => {
  const session = await begun();
  const made = await inReview({ sessionId: session.id });
  const visitor = guest(made.link, session.token);
  const page = await fetch(new URL(`/headless/${made.id}/?token=${session.token}`, made.link));
  assert.deepEqual([page.status, page.headers.get('referrer-policy')], [200, 'no-referrer']);
  const [row] = await visitor.rows();
  assert.equal(row?.cells[1]?.m?.[0]?.level, 'error');
  assert.equal((await visitor.edit(mail('ann@example.com'))).status, 200);
  const others = [guest(made.link), guest(made.link, await resumed(session.id, { expires_in: 60 }))];
  for (const one of others) assert.equal((await one.rows())[0]?.cells[1]?.v, 'ann@example.com');
  const { version } = await visitor.state();
  assert.equal((await visitor.post('/finish', { version }))['status'], 'done');
  const [delivered] = (await bench.rowsOf(made.id)) as Fields[]; // a list
  assert.deepEqual([delivered?.['name'], delivered?.['mail']], ['Ann', 'ann@example.com']);
  assert.equal(await opening(made, session.token), '200 done');
});

test('a token opens imports of its session and workspace, and no others', async () => {
  const [session, other, foreign] = [await begun(), await begun(), await begun({}, theirs)];
  const [one, none] = [await inReview({ sessionId: session.id }), await inReview({ sessionId: null })];
  const abroad = await inReview({ sessionId: foreign.id }, theirs);
  const last = session.token.endsWith('0') ? '1' : '0';
  const forged = session.token.slice(0, -1) + last;
  const nowhere = { ...one, link: one.link.replace(one.id, unknown) };
  const cases: readonly (readonly [string, Import, string, string])[] = [
    ['its own', one, session.token, '200 review'],
    ['a token of another session', one, other.token, '403 access.link'],
    ['a token of another workspace', one, foreign.token, '403 access.link'],
    ['an import of no session', none, session.token, '403 access.link'],
    ['an import of another workspace', abroad, session.token, '403 access.link'],
    ['there, with their token', abroad, foreign.token, '200 review'],
    ['an import that is not there', nowhere, session.token, '403 access.link'],
    ['another signature', one, forged, '401 access.key'],
    ['another session, signed as before', one, session.token.replace(session.id, other.id), '401 access.key'],
    ['another workspace, signed as before', abroad, session.token.replace('hgs_1_', 'hgs_77_'), '401 access.key'],
    ['the name of the session alone', one, session.id, '401 access.key'],
  ];
  for (const [name, made, token, answer] of cases) assert.equal(await opening(made, token), answer, name);
  const closed = await guest(one.link, other.token).ask('POST', '/edits', { version: 0, edit: mail('x') });
  assert.equal(closed.status, 403);
});

test('no token of a session that was ended opens anything; the import’s own link does', async () => {
  const session = await begun();
  const made = await inReview({ sessionId: session.id });
  const second = await resumed(session.id);
  await bench.ask('DELETE', `${base}/${session.id}/`);
  for (const token of [session.token, second]) assert.equal(await opening(made, token), '403 access.link');
  assert.equal((await guest(made.link).state())['status'], 'review');
});

test('a session that is not there opens nothing, and is kept as any other setting of embedded importers', async () => {
  const [gone, foreign] = [await begun(), await begun({}, theirs)];
  await bench.ask('DELETE', `${base}/${gone.id}/`);
  for (const sessionId of [gone.id, foreign.id, unknown, '', 'of another server']) {
    const made = await inReview({ sessionId });
    assert.equal((await guest(made.link).state())['status'], 'review');
    for (const token of [gone.token, foreign.token]) assert.equal(await opening(made, token), '403 access.link');
  }
});

test('hooks of the first step hear of the session, else of the import', async () => {
  const session = await begun();
  const hook = '(it, data) => { throw new Error(data.sessionId) }';
  const hooks = { stepHooks: [{ type: 'UPLOAD_STEP', callback: hook }] };
  for (const sessionId of [session.id, null]) {
    const { body } = await bench.ask('POST', imports, wanted({ sessionId }, { hooks }));
    const { id } = body as Fields; // an object
    const { import_errors } = await bench.settled(id);
    assert.match(JSON.stringify(import_errors), new RegExp(sessionId ?? String(id)));
  }
});

test('a token ends by the clock, and another one opens again', async () => {
  const session = await begun({ expires_in: 3600 });
  const made = await inReview({ sessionId: session.id });
  ahead += 3_500_000;
  assert.equal(await opening(made, session.token), '200 review');
  ahead += 100_000;
  assert.equal(await opening(made, session.token), '403 access.link');
  assert.equal(await opening(made, await resumed(session.id)), '200 review');
});

test('a session ends seven days after it was last saved: each edit saves it, also one of an import that is gone', async () => {
  const [idle, session] = [await begun({ expires_in: 604_800 }), await begun()];
  const waiting = await inReview({ sessionId: idle.id });
  const made = await inReview({ sessionId: session.id });
  const alive = async ({ id }: Session): Promise<number> => (await bench.ask('POST', `${base}/${id}/auth/`)).status;
  ahead += 6 * dayMs;
  assert.equal(await opening(waiting, idle.token), '200 review');
  const visitor = guest(made.link, await resumed(session.id));
  assert.equal((await visitor.edit(mail('x'))).status, 200);
  ahead += 2 * dayMs;
  assert.deepEqual([await alive(idle), await alive(session)], [404, 200], 'looking at a review does not save it');
  assert.equal(await opening(waiting, idle.token), '403 access.link');
  assert.equal(await opening(await inReview({ sessionId: idle.id }), idle.token), '403 access.link');
  // Taken back by the import's own link, and gone with the import a day later.
  const { version } = await guest(made.link).state();
  await guest(made.link).post('/undo', { version });
  ahead += dayMs;
  assert.equal((await bench.ask('DELETE', `${imports}${made.id}/`)).status, 204);
  ahead += 5 * dayMs;
  assert.equal(await alive(session), 200);
  ahead += dayMs;
  assert.equal(await alive(session), 404);
});

test('a review that is over for everybody is over for sessions', async () => {
  const session = await begun();
  const made = await inReview({ sessionId: session.id });
  await bench.state.db.query('update headgate.reviews set expires_at = $2 where id = $1', [made.id, clock.now()]);
  assert.equal(await opening(made, session.token), '403 access.link');
  assert.match(await opening(made, new URL(made.link).searchParams.get('token') ?? ''), /^401 /);
});

test('no token stands in a log, in the state, or in what is told of an import', async () => {
  const lines: string[] = [];
  const log = openLog({ level: 'debug', format: 'json', write: (line) => void lines.push(line) });
  const api = createApi({ ...bench.state.ports, clock }, '0.0.0', 1000, undefined, { log, traces: noTraces });
  const key = await bench.state.token(['*'], 1);
  const post = async (path: string): Promise<Fields> => {
    const reply = await api.request(path, { method: 'POST', headers: { 'x-dromo-license-key': key } });
    return (await reply.json()) as Fields; // an object
  };
  const { sessionId, hydrationId } = await post(`${base}/auth/`);
  const made = await inReview({ sessionId });
  const tokens = [String(hydrationId), String((await post(`${base}/${String(sessionId)}/auth`))['hydrationId'])];
  for (const token of tokens) {
    await api.request(`/headless/${made.id}/?token=${token}`);
    const reply = await api.request(`/headless/${made.id}/api/state`, { headers: { 'x-review-token': token } });
    assert.equal(reply.status, 200);
  }
  assert.ok(lines.length > 5);
  const told = (await bench.ask('GET', `${imports}${made.id}/rehydration/`)).body;
  const tables = ['audit_log', 'events', 'review_sessions', 'reviews', 'runs', 'external_objects'];
  const rows = await Promise.all(tables.map(async (name) => await bench.state.db.query(`select * from headgate.${name}`)));
  const all = lines.join('') + JSON.stringify([told, rows]);
  for (const token of tokens) assert.ok(!all.includes(token.slice(-64)));
});

test('sessions and tokens of one session are counted by the minute where imports are', async () => {
  const importLimits = { ...usualImportLimits, creates: 2, polls: 1 };
  const api = createApi({ ...bench.state.ports, clock, importLimits }, '0.0.0', 1000);
  const headers = { 'x-dromo-license-key': await bench.state.token(['*'], 1) };
  const post = async (path: string): Promise<Response> => await api.request(path, { method: 'POST', headers });
  const one = await post(`${base}/auth/`);
  const { sessionId } = (await one.json()) as Fields; // an object
  const statuses = [one.status, (await post(`${base}/auth/`)).status, (await post(`${base}/auth/`)).status];
  assert.deepEqual(statuses, [201, 201, 429]);
  const path = `${base}/${String(sessionId)}/auth/`;
  const [first, second] = [await post(path), await post(path)];
  assert.deepEqual([first.status, second.status, Number(second.headers.get('retry-after')) > 0], [200, 429, true]);
});

test('the document says that bodies may be left out', async () => {
  const { body } = await bench.ask('GET', '/api/v1/openapi.json');
  const { paths } = body as { readonly paths: Readonly<Record<string, { readonly post?: { readonly requestBody?: Fields } }>> }; // as documented
  for (const path of [`${base}/auth`, `${base}/{session}/auth`])
    assert.equal(paths[path]?.post?.requestBody?.['required'], false, path);
  assert.ok(paths[`${base}/{session}`]);
});
