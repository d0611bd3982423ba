/** What the tests of this vocabulary share: the API on a socket over a real state, a worker, and a client. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { startPostgres } from '../../../../test/support/postgres.ts';
import { openState, type TestState } from '../../../../test/support/state.ts';
import { startDeliveries } from '../../../jobs/deliveries.ts';
import type { Ports } from '../../../operations/operation.ts';
import { startWorker } from '../../../jobs/worker.ts';
import { senderOf } from '../../../operations/notifications/send.ts';
import { executeRun } from '../../../operations/runs/execute.ts';
import type { RunEnd } from '../../../store/leases.ts';
import type { RunRow } from '../../../store/runs.ts';
import { ensureWarehouse } from '../../../operations/warehouse/warehouse.ts';
import { formsOf } from '../../forms.ts';
import { createApi } from '../../server.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Bench {
  readonly state: TestState;
  readonly origin: string;
  ask(method: string, path: string, body?: unknown, key?: string): Promise<Reply>;
  /** Asks until it rests. */
  settled(id: unknown): Promise<Fields>;
  /** Made, sent and looked at. */
  imported(wanted: object, content: string | Uint8Array<ArrayBuffer>): Promise<Fields>;
  rowsOf(id: unknown): Promise<unknown>;
  /** The API of our own, in the workspace of the key. */
  native(method: string, path: string, body?: object): Promise<unknown>;
  close(): Promise<void>;
}

/** What a test does around the work of a run. */
export type Around = (run: RunRow, carry: () => Promise<RunEnd>) => Promise<RunEnd>;

/** Whatever a server does besides answering. */
async function startWork({ db }: TestState, ports: Ports, around: Around, parts: AsyncDisposableStack): Promise<void> {
  const options = { concurrency: 2, limits: { perConnection: 9, perWorkspace: 9 }, clock: ports.clock };
  const worker = await startWorker(
    db,
    async (run, of) => await around(run, async () => await executeRun(run, { ...ports, ...of })),
    options,
  );
  parts.defer(async () => await worker.stop(10_000));
  const deliveries = startDeliveries(db, ports.clock, senderOf(ports, undefined, formsOf(ports)));
  parts.defer(async () => await deliveries.stop());
}

/** `port` 0 = any. */
export async function open(
  port = 0,
  more: Partial<Ports> = {},
  around: Around = async (_run, carry) => await carry(),
): Promise<Bench> {
  await using parts = new AsyncDisposableStack();
  const server = parts.adopt(await startPostgres(), async (one) => await one.stop());
  const state = parts.use(await openState(server));
  await ensureWarehouse(state.db, 1);
  const ports = { ...state.ports, ...more };
  await startWork(state, ports, around, parts);
  const listening = serve({ fetch: createApi(ports, '0.0.0', 1_000_000).fetch, port, hostname: '127.0.0.1' }) as Server; // no HTTP/2
  await once(listening, 'listening');
  parts.defer(() => void listening.close());
  const { port: bound } = listening.address() as AddressInfo; // of a socket
  const origin = `http://127.0.0.1:${bound}`;
  const token = await state.token(['*'], 1);

  const ask: Bench['ask'] = async (method, path, body, key = token) => {
    const headers = { 'X-Dromo-License-Key': key, 'content-type': 'application/json' };
    const reply = await fetch(new URL(path, origin), {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
  const settled: Bench['settled'] = async (id) => {
    for (;;) {
      const { body } = await ask('GET', `/api/v1/headless/imports/${String(id)}`);
      const found = body as Fields; // an object
      if (found['status'] !== 'RUNNING') return found;
      await wait(20);
    }
  };
  const imported: Bench['imported'] = async (wanted, content) => {
    const { body } = await ask('POST', '/api/v1/headless/imports/', { original_filename: 'in.csv', ...wanted });
    const { id, upload } = body as Fields; // an object
    if (typeof upload !== 'string') throw new Error(JSON.stringify(body));
    const sent = await fetch(upload, { method: 'PUT', body: content });
    if (sent.status !== 200) throw new Error(`${sent.status} ${await sent.text()}`);
    return await settled(id);
  };
  const rowsOf: Bench['rowsOf'] = async (id) => {
    const { body } = await ask('GET', `/api/v1/headless/imports/${String(id)}/url/`);
    const reply = await fetch(String((body as Fields)['presigned_url'])); // an object
    return await reply.json();
  };
  const native: Bench['native'] = async (method, path, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const more = body && { body: JSON.stringify(body) };
    const reply = await fetch(new URL(`/v1/workspaces/1${path}`, origin), { method, headers, ...more });
    return await reply.json();
  };
  const held = parts.move();
  return { state, origin, ask, settled, imported, rowsOf, native, close: async () => await held.disposeAsync() };
}
