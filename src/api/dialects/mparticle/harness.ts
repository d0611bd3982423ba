/** What the tests of this vocabulary share: the API over a real state, with a worker, a clock that they move, and a real source. */
import assert from 'node:assert/strict';
import type { Hono } from 'hono';
import { createApi } from '../../server.ts';
import { startScheduler } from '../../../jobs/scheduler.ts';
import { TestClock } from '../../../jobs/test-clock.ts';
import { startWorker } from '../../../jobs/worker.ts';
import { executeRun } from '../../../operations/runs/execute.ts';
import { ensureWarehouse } from '../../../operations/warehouse/warehouse.ts';
import { startPostgres, type TestPostgres } from '../../../../test/support/postgres.ts';
import { openState, type TestState } from '../../../../test/support/state.ts';
import { mparticle } from './index.ts';
import { native } from '../native/index.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Bench {
  readonly server: TestPostgres;
  readonly state: TestState;
  readonly api: Hono;
  readonly token: string;
  /** Of the whole server. */
  readonly admin: string;
  readonly base: string;
  /** A database with rows, as settings of this vocabulary. */
  readonly source: Readonly<Record<'host' | 'port' | 'database' | 'user' | 'password', string>>;
  readonly sourceUrl: string;
  ask(method: string, path: string, body?: unknown, token?: string): Promise<Reply>;
  /** 200 or 204. */
  must(method: string, path: string, body?: unknown, token?: string): Promise<Reply['body']>;
  /** Makes the connection `c` to the database with rows, by whatever way `config` leads there. */
  connect(config?: object): Promise<void>;
  /** Everything that falls due on the way has ended. */
  advance(to: string): Promise<void>;
  close(): Promise<void>;
}

/** `start` = runs are carried out, at a time that stands still from there until it is moved. */
export async function open(start?: string): Promise<Bench> {
  const server = await startPostgres();
  const state = await openState(server);
  await ensureWarehouse(state.db, 1);
  await using parts = new AsyncDisposableStack();
  const ports = start === undefined ? state.ports : await moving(state, new Date(start), parts);
  const api = createApi(ports, '0.0.0', 1_000_000, [native, mparticle]);
  const admin = await state.token(['*']);
  const token = await state.token(['*'], 1);
  const sourceUrl = await server.database();
  const url = new URL(sourceUrl);
  const ask = async (method: string, path: string, body?: unknown, by = token): Promise<Reply> => {
    const reply = await api.request(path, {
      method,
      headers: { ...(by !== '' && { authorization: `Bearer ${by}` }), 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: text === '' ? {} : (JSON.parse(text) as Reply['body']) };
  };
  const must: Bench['must'] = async (method, path, body, by) => {
    const reply = await ask(method, path, body, by);
    assert.ok([200, 204].includes(reply.status), `${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  };
  const base = '/platform/v2/workspaces/1';
  const source = {
    host: url.hostname,
    port: url.port,
    database: url.pathname.slice(1),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password) || 'none',
  };
  const running = parts.move();
  return {
    server,
    state,
    api,
    token,
    admin,
    ask,
    must,
    sourceUrl,
    base,
    source,
    async connect(config = source) {
      await must('POST', `${base}/connections`, { id: 'c', name: 'C', state: 'active', service_provider: 'Postgres', config });
    },
    async advance(to) {
      const reply = await ask('POST', '/v1/test-clock', { advance_to: to }, admin);
      assert.equal(reply.status, 200, JSON.stringify(reply.body));
    },
    async close() {
      await running.disposeAsync();
      await state[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

async function moving({ db, ports }: TestState, start: Date, parts: AsyncDisposableStack): Promise<TestState['ports']> {
  const clock = await TestClock.open(db, start);
  const timed = { ...ports, clock };
  const options = { concurrency: 2, limits: { perConnection: 9, perWorkspace: 9 }, clock };
  const worker = await startWorker(db, (run, of) => executeRun(run, { ...timed, ...of }), options);
  parts.defer(async () => await worker.stop(10_000));
  const scheduler = await startScheduler(db, clock);
  parts.defer(async () => await scheduler.stop());
  return { ...timed, testClock: { advance: async (to, signal) => await clock.advance(to, scheduler, signal) } };
}
