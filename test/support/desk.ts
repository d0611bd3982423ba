/** The API over a real state, with a worker that carries out its runs in this process. */
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { createApi } from '../../src/api/server.ts';
import { systemClock } from '../../src/domain/clock.ts';
import { isAtRest } from '../../src/domain/run.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { executeRun } from '../../src/operations/runs/execute.ts';
import type { TestPostgres } from './postgres.ts';
import { openState, type TestState } from './state.ts';

export type Body = Readonly<Record<string, unknown>>;

export interface Desk extends AsyncDisposable {
  readonly state: TestState;
  /** Of workspace 1, with a key that may do everything there. JSON in; the answer as it came. */
  send(method: string, path: string, body?: object, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** JSON out; fails at anything but a 2xx. */
  ask(method: string, path: string, body?: object): Promise<Body>;
  /** The code of a refusal; fails at a 2xx. */
  refusal(method: string, path: string, body?: object): Promise<string>;
  /** Asks for a run and waits for its end. */
  run(path: string, body?: object): Promise<Body>;
}

export async function openDesk(server: TestPostgres): Promise<Desk> {
  const state = await openState(server);
  const { ports, db } = state;
  const api = createApi(ports, '0.0.0', 1_000_000_000);
  const token = await state.token(['*'], 1);
  const options = { concurrency: 2, limits: { perWorkspace: 8, perConnection: 8 }, clock: systemClock };
  const worker = await startWorker(db, (run, of) => executeRun(run, { ...ports, ...of }), options);
  const send: Desk['send'] = async (method, path, body, headers = {}) =>
    await api.request(`/v1/workspaces/1${path}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  const ask: Desk['ask'] = async (method, path, body) => {
    const reply = await send(method, path, body);
    const text = await reply.text();
    assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Body);
  };
  return {
    state,
    send,
    ask,
    async refusal(method, path, body) {
      const reply = await send(method, path, body);
      const { code } = (await reply.json()) as { readonly code?: string };
      assert.ok(reply.status >= 400 && reply.status < 500, `${method} ${path}: ${reply.status}`);
      return code ?? '';
    },
    async run(path, body) {
      const { id } = await ask('POST', path, body ?? {});
      for (;;) {
        const run = await ask('GET', `/runs/${String(id)}`);
        if (isAtRest(String(run['state']))) return run;
        await wait(30);
      }
    },
    async [Symbol.asyncDispose]() {
      await worker.stop(0);
      await state[Symbol.asyncDispose]();
    },
  };
}

/** Settings of a connection to a database of the server. */
export function settingsOf(url: string): object {
  const { hostname, port, pathname, username, password } = new URL(url);
  return { host: hostname, port: Number(port), database: pathname.slice(1), user: username, password };
}
