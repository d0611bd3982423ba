/** Every route of the Civis vocabulary with odd requests: no 5xx, a body of its own for every refusal, no object of others. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { civis } from '../../src/api/dialects/civis/index.ts';
import { openApiOf } from '../../src/api/openapi.ts';
import { createApi } from '../../src/api/server.ts';
import { guardedNet } from '../../src/net/net.ts';
import { ensureWarehouse } from '../../src/operations/warehouse/warehouse.ts';
import { startPostgres } from '../support/postgres.ts';
import { openState } from '../support/state.ts';
import { requestOf, type Documented } from './arbitrary.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 8);

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
await ensureWarehouse(state.db, 1);
const net = guardedNet('', () => Promise.resolve([{ address: '10.0.0.1', family: 4 as const }]));
const api = createApi({ ...state.ports, net }, '0.0.0', 1_000_000_000);
await state.db.query("insert into headgate.workspaces (id, name) values (77, 'theirs')");
const [owner, foreign] = [await state.token(['*'], 1), await state.token(['*'], 77)];

async function send(method: string, token: string, path: string, body?: string): Promise<Response> {
  return await api.request(path, {
    method,
    headers: { authorization: `Basic ${Buffer.from(`${token}:`).toString('base64')}` },
    ...(body !== undefined && method !== 'GET' && { body }),
  });
}

async function make(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const reply = await send('POST', owner, `/civis${path}`, JSON.stringify(body));
  assert.ok(reply.ok, await reply.clone().text());
  return (await reply.json()) as Readonly<Record<string, unknown>>;
}

const [database] = (await (await send('GET', owner, '/civis/databases')).json()) as readonly { readonly id: number }[];
const [credential] = (await (await send('GET', owner, '/civis/credentials')).json()) as readonly { readonly id: number }[];
const end = { remote_host_id: database?.id, credential_id: credential?.id };
const made = await make('/imports', { name: 'i', sync_type: 'Dbsync', is_outbound: true, source: end, destination: end });
const sync = await make(`/imports/${String(made['id'])}/syncs`, { source: { path: 'a.b' }, destination: { path: 'c.d' } });
const run = await make(`/imports/${String(made['id'])}/runs`, {});
const group = await make('/groups', { name: 'g' });
const project = await make('/projects', { name: 'p', description: 'd' });
await make('/files', { name: 'f.csv' });
await make('/storage_hosts', { provider: 's3', bucket: 'b', name: 'n' });

const numbers = ['1', '2', String(made['id']), String(sync['id'])];
const known: Readonly<Record<string, readonly string[]>> = {
  id: numbers,
  run_id: [String(run['runId']), '99'],
  sync_id: [String(sync['id'])],
  user_id: ['1', '7'],
  group_id: [String(group['id'])],
  project_id: [String(project['id'])],
  schema_name: ['main', '%'],
  table_name: ['t', 'a.b'],
};

const document = openApiOf(civis, '0.0.0') as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
};

async function judged(reply: Response): Promise<void> {
  const text = await reply.text();
  assert.ok(reply.status < 500, text);
  if (reply.status < 400) return;
  const { error, errorDescription, code } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  assert.equal(code, reply.status);
  assert.equal(typeof error, 'string');
  assert.equal(typeof errorDescription, 'string');
}

for (const [path, methods] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    test(`${method.toUpperCase()} ${path}`, async () => {
      const asked = requestOf(path, operation, known, ['Dbsync', 'true', 'fail', '1', '*']);
      await fc.assert(
        fc.asyncProperty(asked, async ({ path: at, body }) => {
          await judged(await send(method.toUpperCase(), owner, at, body));
        }),
        { numRuns: runs },
      );
      // The numbers of one workspace mean nothing in another.
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => known[name]?.[0] ?? '1');
      const reply = await send(method.toUpperCase(), foreign, filled, '{}');
      await judged(reply);
      // Each has its own people, databases and credentials from 1 on.
      if (path.includes('{') && !/^\/civis\/(?:users|credentials|databases|remote_hosts)/.test(path))
        assert.ok(reply.status >= 400);
    });
  }
}
