/** What the tests of this vocabulary share: the API on a socket over a real state, a worker, and a client with the vendor's habits. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { startPostgres, type TestPostgres } from '../../../../test/support/postgres.ts';
import { databaseSettings } from '../../../../test/support/service.ts';
import { openState, type TestState } from '../../../../test/support/state.ts';
import { startWorker } from '../../../jobs/worker.ts';
import { executeRun } from '../../../operations/runs/execute.ts';
import { ensureWarehouse } from '../../../operations/warehouse/warehouse.ts';
import { createApi } from '../../server.ts';

export type Fields = Readonly<Record<string, unknown>>;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Bench {
  readonly server: TestPostgres;
  readonly state: TestState;
  readonly url: string;
  readonly token: string;
  /** Of a database beside the warehouse, which is a connection called `shop`. */
  readonly shopUrl: string;
  close(): Promise<void>;
}

/** `mergeDelay` = how long delayed upserts wait. */
export async function open(mergeDelay = '0s'): Promise<Bench> {
  await using parts = new AsyncDisposableStack();
  const server = parts.adopt(await startPostgres(), async (one) => await one.stop());
  const state = parts.use(await openState(server));
  await ensureWarehouse(state.db, 1);
  const { db } = state;
  const ports = { ...state.ports, mergeDelay };
  const options = { concurrency: 2, limits: { perConnection: 9, perWorkspace: 9 }, clock: ports.clock };
  const worker = await startWorker(db, (run, of) => executeRun(run, { ...ports, ...of }), options);
  parts.defer(async () => await worker.stop(10_000));
  const listening = serve({ fetch: createApi(ports, '0.0.0', 1_000_000).fetch, port: 0, hostname: '127.0.0.1' }) as Server; // no HTTP/2
  await once(listening, 'listening');
  parts.defer(() => void listening.close());
  const { port } = listening.address() as AddressInfo; // of a socket
  const token = await state.token(['*'], 1);
  const url = `http://127.0.0.1:${port}`;
  const shopUrl = await server.database();
  const made = await send(url, 'POST', '/v1/workspaces/1/connections', {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'shop', connector: 'postgres', settings: databaseSettings(shopUrl) }),
  });
  assert.equal(made.status, 201, made.text);
  const open = parts.move();
  return { server, state, url, token, shopUrl, close: async () => await open.disposeAsync() };
}

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A connection of its own for every call, and a body wherever there is one. */
export async function send(url: string, method: string, path: string, { headers, body = '' }: Sent): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  const asked = request(new URL(path, url), { method, agent: false, headers: { ...headers, ...length } }, (reply) => {
    const chunks: Buffer[] = [];
    reply.on('data', (chunk: Buffer) => chunks.push(chunk));
    reply.on('error', reject);
    reply.on('end', () =>
      resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: Buffer.concat(chunks).toString('utf8') }),
    );
  });
  asked.on('error', reject);
  asked.end(body);
  return await promise;
}

/** The vendor's client: keys as a user name, `{}` as the body of every call, both nulls and snake case in them. */
export class StandIn {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  /** Calls and answers, with a name in the place of whatever differs from run to run. */
  readonly said: string[] = [];

  constructor({ url, token }: Pick<Bench, 'url' | 'token'>) {
    this.#url = url;
    const authorization = `Basic ${Buffer.from(`${token}:`).toString('base64')}`;
    this.#headers = { authorization, 'content-type': 'application/json', 'user-agent': 'civis-python (stand-in)' };
  }

  async ask(method: string, path: string, body: object = {}): Promise<Reply> {
    return await send(this.#url, method, `/civis/${path}`, { headers: this.#headers, body: JSON.stringify(body) });
  }

  /** Throws where the answer is none of 2xx. */
  async call(method: string, path: string, body: object = {}): Promise<Fields> {
    const reply = await this.ask(method, path, body);
    assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${reply.text}`);
    this.#note(`${method} ${path}`, body, reply);
    return reply.text === '' ? {} : (JSON.parse(reply.text) as Fields);
  }

  async list(path: string): Promise<readonly Fields[]> {
    return (await this.call('GET', path)) as unknown as readonly Fields[]; // an array
  }

  /** Where rows of `Bench.shopUrl` go, as clients name it. */
  async shop(): Promise<{ readonly remoteHostId: unknown; readonly credentialId: unknown }> {
    const database = (await this.list('databases')).find(({ name }) => name === 'shop');
    const [credential] = await this.list('credentials?type=Database&default=True');
    return { remoteHostId: database?.['id'], credentialId: credential?.['id'] };
  }

  /** One part by the address that the answer names. Resolves to the id of the file. */
  async upload(content: string | Buffer, name = 'rows.csv'): Promise<unknown> {
    const made = await this.call('POST', 'files/multipart', { name, num_parts: 1 });
    const [address = ''] = made['uploadUrls'] as readonly string[];
    assert.equal((await send(this.#url, 'PUT', address, { headers: {}, body: content })).status, 200);
    await this.call('POST', `files/multipart/${String(made['id'])}/complete`);
    return made['id'];
  }

  /** Asks until the run has ended; only the last answer is noted. */
  async poll(path: string): Promise<Fields> {
    for (;;) {
      const reply = await this.ask('GET', path);
      assert.equal(reply.status, 200, reply.text);
      const run = JSON.parse(reply.text) as Fields;
      if (run['state'] === 'queued' || run['state'] === 'running') {
        await wait(20);
        continue;
      }
      this.#note(`GET ${path}`, {}, reply);
      return run;
    }
  }

  /** Without a key: whoever has the address may. Every field of the form looks like a file. */
  async post(address: string, fields: object, content: string): Promise<void> {
    const boundary = 'a0b1c2d3e4f5';
    const part = (name: string, value: string): string =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${value}\r\n`;
    const all = [...Object.entries(fields).map(([name, value]) => part(name, String(value))), part('file', content)];
    const reply = await send(this.#url, 'POST', address, {
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: `${all.join('')}--${boundary}--\r\n`,
    });
    assert.equal(reply.status, 204, reply.text);
  }

  #note(line: string, body: object, { status, headers, text }: Reply): void {
    const more = ['location', 'civis-max-id', 'civis-cache-control', 'x-pagination-total-entries'].flatMap((name) =>
      headers[name] === undefined ? [] : [`${name}: ${String(headers[name])}\n`],
    );
    const shown = text === '' ? '' : `${JSON.stringify(JSON.parse(text), null, 1)}\n`;
    this.said.push(plain(`## ${line}\n${JSON.stringify(body)}\n${status}\n${more.join('')}${shown}`));
  }
}

const plain = (text: string): string =>
  text
    .replaceAll(/https?:\/\/127\.0\.0\.1:\d+\/v1\/links\/[^"\s]+/g, '<link>')
    .replaceAll(/127\.0\.0\.1:\d+/g, '<host>')
    .replaceAll(/file_[0-9a-z]{26}/g, '<file>')
    .replaceAll(/"port": \d+/g, '"port": <port>')
    .replaceAll(/"databaseName": "t_[0-9a-f]+"/g, '"databaseName": "<database>"')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<at>');
