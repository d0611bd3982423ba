/** What users of a service may reach through connections: every door of the API leads to the same guard, when it dials and opens. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createWebServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startPostgres } from '../../test/support/postgres.ts';
import { openState } from '../../test/support/state.ts';
import { guardedNet } from '../net/net.ts';
import { executeRun } from '../operations/runs/execute.ts';
import { findRun } from '../store/runs.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
const roots = await mkdtemp(join(tmpdir(), 'headgate-guard-'));
const outside = await mkdtemp(join(tmpdir(), 'headgate-outside-'));
await writeFile(join(outside, 'secret.csv'), 'word\nZaphod\n');
await writeFile(join(roots, 'a.csv'), 'id,name\n1,a\n2,b\n');
await symlink(join(outside, 'secret.csv'), join(roots, 'link.csv'));
const closers: (() => void)[] = [];
after(async () => {
  for (const close of closers) close();
  await state[Symbol.asyncDispose]();
  await server.stop();
  for (const folder of [roots, outside]) await rm(folder, { recursive: true });
});

/** As on a public address; `resolve` stands for a name server that anybody may own. */
let answers: readonly string[] = [];
let asked = 0;
const closed = guardedNet('', () =>
  Promise.resolve([{ address: answers[Math.min(asked++, answers.length - 1)] ?? '', family: 4 as const }]),
);
const ports = { ...state.ports, net: closed, fileRoots: [roots] };
const api = createApi(ports, '0.0.0');
const token = await state.token(['*']);

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const reply = await api.request(`/v1/workspaces/1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  return { status: reply.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

let made = 0;
async function connection(connector: string, settings: object): Promise<string> {
  const slug = `c${(made += 1)}`;
  const created = await ask('POST', '/connections', { name: slug, slug, connector, settings });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  return slug;
}

/** What a check says, by code and text. */
async function checked(slug: string): Promise<readonly (readonly [string, string])[]> {
  const { body } = await ask('POST', `/connections/${slug}/check`);
  return (body['findings'] as readonly { code: string; message: string }[]).map(({ code, message }) => [code, message]);
}

async function listening(onSocket: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
  const listener = createServer(onSocket);
  await new Promise<void>((ready) => void listener.listen(0, '127.0.0.1', ready));
  closers.push(() => listener.close());
  return { port: (listener.address() as AddressInfo).port, server: listener }; // it listens on a port
}

const postgres = (host: string, port = 5432): object => ({ host, port, database: 'd', user: 'u', password: 'p' });
const inner = [
  '127.0.0.1',
  '2130706433',
  '0x7f.1',
  '127.1',
  '0',
  '::1',
  '10.0.0.1',
  '169.254.169.254',
  '::ffff:127.0.0.1',
  '/tmp',
];

test('create, update, check, discover and run: the same guard, when it dials', async () => {
  let met = 0;
  const { port } = await listening((socket) => {
    met += 1;
    socket.destroy();
  });
  const told = new Set<string>();
  for (const connector of ['postgres', 'mysql']) {
    const changed = await connection(connector, postgres('db.example.com'));
    for (const host of inner) {
      const slug = await connection(connector, postgres(host, port));
      await ask('PATCH', `/connections/${changed}`, { settings: { host, port } });
      for (const one of [slug, changed]) {
        for (const [code, message] of await checked(one)) told.add(`${code}: ${message}`);
        const { body } = await ask('POST', `/connections/${one}/discover`);
        told.add(`${String(body['code'])}: ${String(body['detail'])}`);
      }
    }
  }
  assert.deepEqual(told.size, 1, [...told].join('\n'));
  assert.match([...told].join(), /^connect\.forbidden: connecting: it leads to a network/);
  const run = await runOf(
    await connection('postgres', postgres('127.0.0.1', port)),
    await connection('file', csv('out/')),
    'public.t',
  );
  assert.deepEqual([run.state, (run.error as { code: string }).code, met], ['failed', 'connect.forbidden', 0]);
});

const csv = (path: string): object => ({ path, format: 'csv' });

async function runOf(source: string, destination: string, stream: string): ReturnType<typeof executeRun> {
  const slug = `p${(made += 1)}`;
  const flows = [{ stream, into: 't', write: 'replace' }];
  const created = await ask('POST', '/pipelines', { name: slug, slug, source, destination, flows });
  assert.equal(created.status, 201, JSON.stringify(created.body));
  const { body } = await ask('POST', `/pipelines/${slug}/trigger`);
  const row = await findRun(state.db, 1, String(body['id']));
  assert.ok(row);
  const silent = { info: () => undefined, warn: () => undefined };
  return await executeRun(row, { ...ports, signal: new AbortController().signal, log: silent });
}

test('a name that turns inside between the check and the connection is pinned', async () => {
  let met = 0;
  const { port } = await listening(() => (met += 1));
  for (const first of ['127.0.0.1', '192.0.2.1', '8.8.8.8']) {
    [answers, asked] = [[first, '127.0.0.1'], 0];
    const slug = await connection('postgres', { ...postgres('rebind.test', port), connect_timeout: 1 });
    const [[code] = []] = await checked(slug);
    assert.equal(code, first === '8.8.8.8' ? 'connect.unreachable' : 'connect.forbidden');
    assert.equal(asked, 1);
  }
  assert.equal(met, 0);
});

test('an SSH server is dialled by the same guard, and with nobody else’s keys', async () => {
  const ssh = (more: object): object => ({ ...postgres('10.0.0.5'), ssh: { user: 'u', ...more } });
  [answers, asked] = [['127.0.0.1'], 0];
  const bad = [
    { host: '127.0.0.1', password: 'p' },
    { host: 'rebind.test', password: 'p' },
    { host: '8.8.8.8' },
    { host: '8.8.8.8', key: '/root/.ssh/id_rsa' },
    { host: '8.8.8.8', password: 'p', known_hosts: '/etc/passwd' },
  ];
  for (const one of bad) assert.equal((await checked(await connection('postgres', ssh(one))))[0]?.[0], 'connect.forbidden');
  const metadata = await connection('postgres', { ...ssh({ host: '8.8.8.8', password: 'p' }), host: '169.254.169.254' });
  assert.equal((await checked(metadata))[0]?.[0], 'connect.forbidden');
});

test('an address of a file, and where it redirects to', async () => {
  const web = createWebServer(
    (_request, answer) => void answer.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
  );
  await new Promise<void>((ready) => void web.listen(0, '127.0.0.1', ready));
  closers.push(() => web.close());
  const { port } = web.address() as AddressInfo; // it listens on a port
  const local = { ...ports, net: guardedNet('127.0.0.0/8') };
  const open = createApi(local, '0.0.0');
  for (const [some, at] of [
    [api, `http://127.0.0.1:${port}/x.csv`],
    [open, `http://127.0.0.1:${port}/x.csv`],
    [api, 'http://[::1]/x.csv'],
    [api, 'http://2130706433/x.csv'],
  ] as const) {
    const slug = await connection('file', csv(at));
    const reply = await some.request(`/v1/workspaces/1/connections/${slug}/discover`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    assert.equal(((await reply.json()) as { code: string }).code, 'connect.forbidden', at);
  }
});

test('files: under the roots, through no link, and no path of the machine in a driver’s options', async () => {
  assert.deepEqual(await checked(await connection('file', csv(join(roots, 'a.csv')))), []);
  const dataDir = state.ports.dataDir;
  await writeFile(join(dataDir, 'master.key'), 'x'.repeat(64));
  const bad = [
    join(outside, 'secret.csv'),
    join(roots, 'link.csv'),
    `${roots}/../x.csv`,
    join(dataDir, 'master.key'),
    '/etc/passwd',
    '-',
  ];
  for (const path of bad) {
    const [[code] = []] = await checked(await connection('file', csv(path)));
    assert.equal(code, 'file.forbidden', path);
    if (path === '-') continue;
    const duck = await connection('duckdb', { path });
    assert.equal((await checked(duck))[0]?.[0], 'file.forbidden', path);
    const run = await runOf(await connection('file', csv(join(roots, 'a.csv'))), duck, 'a');
    assert.deepEqual([run.state, (run.error as { code: string }).code], ['failed', 'file.forbidden'], path);
  }
  for (const settings of [
    { ...postgres('db.example.com'), options: '-c search_path=x' },
    { ...postgres('db.example.com'), service: 's' },
    { ...postgres('db.example.com'), passfile: '/etc/passwd' },
    { ...postgres('db.example.com'), ssh: { host: 'h', user: 'u', ProxyCommand: 'id' } },
  ]) {
    const { status, body } = await ask('POST', '/connections', { name: 'x', connector: 'postgres', settings });
    assert.deepEqual([status, body['code']], [422, 'usage.arguments']);
  }
  const pem = await connection('postgres', { ...postgres('8.8.8.8'), sslmode: 'verify-full', ca: '/etc/passwd' });
  assert.notEqual((await checked(pem)).length, 0);
});

test('SQL of users reads no file of the machine, on no lane', async () => {
  await mkdir(join(state.ports.dataDir, 'files/1'), { recursive: true });
  const wh = await connection('duckdb', { path: 'wh.duckdb' });
  const file = await connection('file', csv(join(roots, 'a.csv')));
  const loaded = await runOf(file, wh, 'a');
  assert.deepEqual([loaded.state, loaded.receipts[0]?.written], ['succeeded', 2], JSON.stringify(loaded.error));
  const secret = join(outside, 'secret.csv');
  const run = async (source: string, destination: string, flow: object): ReturnType<typeof executeRun> => {
    const slug = `p${(made += 1)}`;
    const created = await ask('POST', '/pipelines', { name: slug, slug, source, destination, flows: [flow] });
    assert.equal(created.status, 201, JSON.stringify(created.body));
    const { body } = await ask('POST', `/pipelines/${slug}/trigger`);
    const row = await findRun(state.db, 1, String(body['id']));
    assert.ok(row);
    const silent = { info: () => undefined, warn: () => undefined };
    return await executeRun(row, { ...ports, signal: new AbortController().signal, log: silent });
  };
  const where = `exists (select 1 from read_text('${secret}'))`;
  for (const [source, flow] of [
    [file, { stream: 'a', into: 'x', write: 'replace', where }],
    [wh, { stream: 't', into: 'x', write: 'replace', where }],
  ] as const) {
    const stolen = await run(source, await connection('file', csv(`out${made}/`)), flow);
    assert.equal(stolen.state, 'failed');
    assert.doesNotMatch(JSON.stringify(stolen), /Zaphod/);
  }
});

test('a server that talks before it knows who asks is not quoted', async () => {
  const banner = 'Zaphod-Beeblebrox 1.0 internal';
  const frame = Buffer.from(`E\0\0\0\0SFATAL\0C08001\0M${banner}\0t${banner}\0\0`, 'latin1');
  frame.writeInt32BE(frame.length - 1, 1);
  const { port } = await listening((socket) => {
    socket.on('error', () => undefined);
    socket.write(frame);
    socket.end(banner);
  });
  const open = createApi({ ...ports, net: guardedNet('127.0.0.0/8') }, '0.0.0');
  for (const connector of ['postgres', 'mysql']) {
    const slug = await connection(connector, { ...postgres('127.0.0.1', port), connect_timeout: 2 });
    for (const door of ['check', 'discover']) {
      const reply = await open.request(`/v1/workspaces/1/connections/${slug}/${door}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
      const text = await reply.text();
      assert.doesNotMatch(text, /Zaphod/);
      assert.match(text, /connecting: /);
    }
  }
});
