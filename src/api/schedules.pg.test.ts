/** Schedules through the API: what a pipeline's next due time is, and which clock tells when a key has expired. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { addConnection } from '../../test/support/pipelines.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
let now = new Date('2026-03-10T12:00:00Z');
const moved: Date[] = [];
const api = createApi(
  {
    ...state.ports,
    clock: { now: () => now },
    testClock: {
      advance: (to) => {
        moved.push(to);
        now = to;
        return Promise.resolve(7);
      },
    },
  },
  '0.0.0',
);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});

type Body = Readonly<Record<string, unknown>>;

async function ask(method: string, path: string, body?: unknown, token = admin): Promise<Body & { status: number }> {
  const reply = await api.request(path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { ...((await reply.json()) as Body), status: reply.status }; // our own JSON
}

const admin = await state.token(['*']);
const pipelines = '/v1/workspaces/1/pipelines';
const connection = await addConnection(state.db);
const hourly = { kind: 'interval', every: 1, unit: 'hours', start: '2026-01-01T00:30:00Z' };

async function create(slug: string, schedule: object, more: object = {}): Promise<Body & { status: number }> {
  const flows = [{ stream: 'a' }];
  return await ask('POST', pipelines, {
    name: slug,
    slug,
    source: connection,
    destination: connection,
    flows,
    schedule,
    ...more,
  });
}

test('a new pipeline is due when its schedule says, and never while it is paused', async () => {
  assert.equal((await create('hourly', hourly))['next_due_at'], '2026-03-10T12:30:00.000Z');
  assert.equal((await create('paused', hourly, { state: 'paused' }))['next_due_at'], null);
  assert.equal((await create('manual', { kind: 'manual' }))['next_due_at'], null);
  assert.equal((await create('once', { kind: 'once' }))['next_due_at'], '2026-03-10T12:00:00.000Z');
  now = new Date('2026-03-10T15:00:00Z');
  assert.equal((await ask('PATCH', `${pipelines}/hourly`, { name: 'renamed' }))['next_due_at'], '2026-03-10T12:30:00.000Z');
  assert.equal((await ask('PATCH', `${pipelines}/hourly`, { state: 'paused' }))['next_due_at'], null);
  assert.equal((await ask('PATCH', `${pipelines}/hourly`, { state: 'active' }))['next_due_at'], '2026-03-10T15:30:00.000Z');
  const daily = { kind: 'calendar', zone: 'Europe/Berlin', hours: [6] };
  assert.equal((await ask('PATCH', `${pipelines}/hourly`, { schedule: daily }))['next_due_at'], '2026-03-11T05:00:00.000Z');
});

test('retries and priority have defaults, and stay where a change does not name them', async () => {
  const made = await create('tuned', { kind: 'manual' }, { retry: { attempts: 9 }, priority: 10 });
  assert.deepEqual([made['retry'], made['priority']], [{ attempts: 9, first_seconds: 15, max_seconds: 900 }, 10]);
  const changed = await ask('PATCH', `${pipelines}/tuned`, { name: 'other' });
  assert.deepEqual([changed['retry'], changed['priority']], [made['retry'], 10]);
});

test('a pipeline follows another one of its workspace, and never itself', async () => {
  const first = await create('first', { kind: 'manual' });
  const second = await create('second', { kind: 'after', pipeline: 'first' });
  assert.deepEqual(second['schedule'], { kind: 'after', pipeline: first['id'] });
  assert.equal((await create('third', { kind: 'after', pipeline: 'second' })).status, 201);
  for (const pipeline of ['first', 'third']) {
    const circle = await ask('PATCH', `${pipelines}/first`, { schedule: { kind: 'after', pipeline } });
    assert.deepEqual([circle.status, circle['code']], [409, 'object.conflict']);
  }
  assert.equal((await create('lost', { kind: 'after', pipeline: 'nobody' })).status, 404);
});

test('a schedule that makes no sense is refused, with the place of the mistake', async () => {
  const wrong = await create('wrong', { ...hourly, unit: 'moons' });
  assert.equal(wrong.status, 400);
  assert.deepEqual(
    (wrong['errors'] as readonly { pointer: string }[]).map(({ pointer }) => pointer),
    ['/schedule/unit'],
  );
});

test('only a run that is held can be approved or rejected', async () => {
  const run = await ask('POST', `${pipelines}/manual/trigger`);
  for (const verb of ['approve', 'reject']) {
    assert.equal((await ask('POST', `/v1/workspaces/1/runs/${String(run['id'])}/${verb}`)).status, 409);
    assert.equal((await ask('POST', `/v1/workspaces/1/runs/run_none/${verb}`)).status, 404);
  }
});

test('the clock is moved by a key that may do everything everywhere, and keys expire by it', async () => {
  const key = await ask('POST', '/v1/workspaces/1/keys', { name: 'k', scopes: ['*'], expires_at: '2026-05-01T00:00:00Z' });
  const [bound, narrow] = [String(key['token']), await state.token(['runs:*', 'pipelines:*'])];
  for (const token of [bound, narrow]) assert.equal((await ask('GET', '/v1/test-clock', undefined, token)).status, 403);
  const to = '2026-06-01T00:00:00.000Z';
  assert.deepEqual(await ask('POST', '/v1/test-clock', { advance_to: to }), { status: 200, now: to, dispatched: 7 });
  assert.deepEqual(moved, [new Date(to)]);
  assert.equal((await ask('GET', '/v1/test-clock'))['now'], to);
  assert.equal((await ask('GET', pipelines, undefined, bound)).status, 401);
  assert.equal((await ask('POST', '/v1/test-clock', { advance_to: 'tomorrow' })).status, 400);
});
