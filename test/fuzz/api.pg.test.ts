/**
 * Every operation of the API document with every kind of key: no 5xx, every answer as its document says, other people's objects
 * like those that are not there. `FUZZ_RUNS=2000` asks for more cases per operation, `FUZZ_SEED` for the same ones again.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { createApi } from '../../src/api/server.ts';
import { guardedNet } from '../../src/net/net.ts';
import { startPostgres } from '../support/postgres.ts';
import { openState } from '../support/state.ts';
import { requestOf, type Documented, type FuzzRequest, type JsonSchema } from './arbitrary.ts';

const runs = Number(process.env['FUZZ_RUNS'] ?? 25);
const seed = process.env['FUZZ_SEED'] === undefined ? undefined : Number(process.env['FUZZ_SEED']);

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
const net = guardedNet('', () => Promise.resolve([{ address: '10.0.0.1', family: 4 as const }]));
const api = createApi({ ...state.ports, net }, '0.0.0', 1_000_000_000);

const admin = await state.token(['*']);
const owner = await state.token(['*'], 1);
const readable = [
  'connections:read',
  'pipelines:read',
  'runs:read',
  'keys:read',
  'workspaces:read',
  'files:read',
  'webhooks:read',
  'notifications:read',
];
const reader = await state.token(readable, 1);

async function send(method: string, token: string | undefined, { path, body, headers }: FuzzRequest): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return await api.request(path, {
    method,
    headers: { ...headers, ...authorization },
    ...(body !== undefined && method !== 'GET' && method !== 'DELETE' && { body }),
  });
}

async function make(path: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const reply = await send('POST', admin, { path, body: JSON.stringify(body), headers: {} });
  assert.ok(reply.ok, await reply.clone().text());
  return (await reply.json()) as Readonly<Record<string, unknown>>;
}

/** One object of each kind. */
async function furnish(workspace: number): Promise<Readonly<Record<string, readonly string[]>>> {
  const at = `/v1/workspaces/${workspace}`;
  const connection = await make(`${at}/connections`, {
    name: 'c',
    slug: `c${workspace}`,
    connector: 'file',
    settings: { path: 'a.csv', format: 'csv' },
  });
  const pipeline = await make(`${at}/pipelines`, {
    name: 'p',
    slug: `p${workspace}`,
    source: connection['id'],
    destination: connection['id'],
    flows: [{ stream: 'a' }],
  });
  // What another pipeline follows cannot be deleted: the rest of the run needs it.
  const schedule = { kind: 'after', pipeline: pipeline['id'] };
  await make(`${at}/pipelines`, {
    name: 'q',
    source: connection['id'],
    destination: connection['id'],
    flows: [{ stream: 'a' }],
    schedule,
  });
  const run = await make(`${at}/pipelines/p${workspace}/trigger`, {});
  const model = await make(`${at}/models`, { name: 'm', connection: connection['id'], sql: 'select 1', validate: false });
  const schema = await make(`${at}/schemas`, { name: 's', definition: { fields: [{ name: 'a' }] } });
  const key = await make(`${at}/keys`, { name: 'k', scopes: ['runs:read'] });
  const principal = await make(`${at}/principals`, { name: 'n' });
  const group = await make(`${at}/groups`, { name: 'g' });
  const pending = await make(`${at}/files`, { name: 'f' });
  const ready = await make(`${at}/files`, { name: 'f' });
  const stored = { path: `${at}/files/${String(ready['id'])}/content`, body: 'bytes', headers: { 'content-length': '5' } };
  assert.ok((await send('PUT', admin, stored)).ok);
  const webhook = await make(`${at}/webhooks`, { name: 'w', url: 'https://example.com/' });
  const notification = await make(`${at}/notifications`, { name: 'n', to: ['a@example.com'] });
  return {
    webhook: [String(webhook['id'])],
    notification: [String(notification['id'])],
    connection: [String(connection['id']), `c${workspace}`],
    pipeline: [String(pipeline['id']), `p${workspace}`],
    run: [String(run['id'])],
    model: [String(model['id']), String(model['slug'])],
    schema: [String(schema['id']), String(schema['slug'])],
    key: [String(key['id'])],
    principal: [String(principal['id'])],
    group: [String(group['id'])],
    file: [String(pending['id']), String(ready['id'])],
  };
}

const mine = await furnish(1);
await make('/v1/workspaces', { name: 'theirs', id: 77 });
const theirs = await furnish(77);
const foreign = await state.token(['*'], 77);
const doomed = await make('/v1/workspaces/1/keys', { name: 'gone', scopes: ['*'] });
const revoked = String(doomed['token']);
await send('DELETE', admin, { path: `/v1/workspaces/1/keys/${String(doomed['id'])}`, headers: {} });

/** With every scope, and nothing granted: its objects are those that it makes by itself in the course of this. */
const nobody = await make('/v1/workspaces/1/principals', { name: 'ungranted' });
const empty = await make('/v1/workspaces/1/keys', { name: 'ungranted', scopes: ['*'], principal: nobody['id'] });
const ungranted = String(empty['token']);

const document = (await (await api.request('/openapi.json')).json()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
  readonly components: { readonly schemas: { readonly Problem: JsonSchema } };
};
const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const byLink = ({ path }: (typeof documented)[number]): boolean => path.startsWith('/v1/links/');
const operations = documented.filter((one) => !byLink(one));
const problem = fromSchema(document.components.schemas.Problem);

function fromSchema(schema: JsonSchema): z.ZodType {
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]); // it came from a document
}

/** Throws where the answer is not what the document says about this operation. */
async function conforms(operation: Documented, reply: Response): Promise<unknown> {
  const said = await reply.text();
  assert.ok(reply.status < 500, said);
  const documented = operation.responses[String(reply.status)];
  if (reply.ok) assert.ok(documented, `${reply.status} is not documented`);
  if (documented && !documented.content) {
    assert.equal(said, '');
    return undefined;
  }
  if (documented?.content?.['text/event-stream']) {
    assert.match(said, /^event: run\ndata: \{.*\}\n\n$/ms);
    return undefined;
  }
  if (documented?.content?.['text/csv']) {
    assert.match(reply.headers.get('content-type') ?? '', /^text\/csv/);
    return undefined;
  }
  if (documented?.content?.['application/octet-stream']) return undefined;
  const body: unknown = JSON.parse(said);
  const schema = documented ? documented.content?.['application/json']?.schema : undefined;
  if (!documented) assert.match(reply.headers.get('content-type') ?? '', /problem\+json/);
  const judged = (schema ? fromSchema(schema) : problem).safeParse(body);
  assert.ok(judged.success, `${JSON.stringify(judged.error?.issues)} of ${said}`);
  return body;
}

const known = [...Object.values(mine), ...Object.values(theirs)].flat().concat('file', 'postgres', 'a.csv', 'csv', '1', '*');
const withWorkspace = (some: Readonly<Record<string, readonly string[]>>, ...ids: string[]) => ({ ...some, workspace: ids });
const settings = { numRuns: runs, ...(seed !== undefined && { seed }) };

/** What asking at random may have left behind: limits that nothing fits into, and runs that nobody carries out, whose streams never end. */
async function settle(): Promise<void> {
  await state.db.query('delete from headgate.limits');
  await state.db.query("update headgate.runs set state = 'cancelled' where state = 'queued'");
}

/** Its own key is not among those that are asked to be revoked: the rest of the run needs it. */
for (const { path, method, operation } of operations) {
  test(`${method} ${path}`, async () => {
    const params = withWorkspace(
      Object.fromEntries(Object.entries(mine).map(([name, ids]) => [name, [...ids, ...(theirs[name] ?? [])]])),
      '1',
      '1',
      '1',
      '77',
      '0',
      '99999999999999999999',
      'x',
    );
    const request = requestOf(path, operation, params, known);
    await settle();
    await fc.assert(
      fc.asyncProperty(request, async (asked) => {
        for (const full of [owner, admin]) await conforms(operation, await send(method, full, asked));
        const gone = await send(method, revoked, asked);
        await conforms(operation, gone);
        // Where no key is asked for, the request itself is judged.
        assert.ok(gone.status === 401 || operation.security.length === 0);
        const read = await send(method, reader, asked);
        await conforms(operation, read);
        if (operation['x-scope']?.endsWith(':write')) assert.equal(read.status, 403);
        const bare = await send(method, ungranted, asked);
        requireNothingOfOthers(await conforms(operation, bare));
        // Whoever has no business in a workspace learns nothing about it, not even whether it is there.
        if (!path.includes('{workspace}')) return;
        const at = (workspace: string): FuzzRequest => ({
          ...asked,
          headers: {},
          path: asked.path.replace(/^\/v1\/workspaces\/[^/?]+/, `/v1/workspaces/${workspace}`),
        });
        const [there, nowhere] = [await send(method, foreign, at('1')), await send(method, foreign, at('123456'))];
        const [one, other] = [await conforms(operation, there), await conforms(operation, nowhere)];
        assert.ok(there.status >= 400);
        assert.deepEqual(without(one), without(other));
      }),
      settings,
    );
  });
}

/** A link is asked for with a key; who comes with anything else, a key included, learns nothing. */
for (const { path, method, operation } of documented.filter(byLink)) {
  test(`${method} ${path}`, async () => {
    const request = requestOf(path, operation, mine, known);
    await fc.assert(
      fc.asyncProperty(request, fc.constantFrom(undefined, owner, admin, foreign), async (asked, token) => {
        const reply = await send(method, token, asked);
        assert.equal(reply.status, 403);
        await conforms(operation, reply);
      }),
      settings,
    );
  });
}

test("other people's objects answer like those that are not there", async () => {
  await settle();
  for (const { path, method, operation } of operations) {
    const name = /\{workspace\}.*\{(\w+)\}/.exec(path)?.[1];
    if (name === undefined) continue;
    const answer = async (id: string): Promise<unknown> => {
      const reply = await send(method, owner, {
        path: path.replace('{workspace}', '1').replace(`{${name}}`, id),
        ...(operation.requestBody && { body: '{}' }),
        headers: {},
      });
      // A body may be wrong before anything is looked for.
      assert.ok([400, 404].includes(reply.status), `${method} ${path} ${reply.status}`);
      return without(await conforms(operation, reply));
    };
    for (const id of theirs[name] ?? []) assert.deepEqual(await answer(id), await answer('unknown'));
  }
});

/** What the administrator made is not shown to who was granted nothing, wherever an answer may hold it. */
function requireNothingOfOthers(body: unknown): void {
  const text = JSON.stringify(body ?? null);
  for (const name of ['connection', 'pipeline', 'run', 'principal', 'group', 'model', 'schema', 'file']) {
    const [id = ''] = mine[name] ?? [];
    assert.ok(!text.includes(`"${id}"`), `${name} in ${text}`);
  }
}

test('objects that were not granted answer like those that are not there', async () => {
  await settle();
  let asked = 0;
  for (const { path, method, operation } of operations) {
    const name = /\{workspace\}.*\{(\w+)\}/.exec(path)?.[1] ?? '';
    const answer = async (id: string): Promise<unknown> => {
      const reply = await send(method, ungranted, {
        path: path.replace('{workspace}', '1').replace(`{${name}}`, id),
        ...(operation.requestBody && { body: '{}' }),
        headers: {},
      });
      assert.ok([400, 403, 404].includes(reply.status), `${method} ${path} ${reply.status}`);
      return without(await conforms(operation, reply));
    };
    for (const id of mine[name] ?? []) {
      assert.deepEqual(await answer(id), await answer('unknown'), `${method} ${path}`);
      asked++;
    }
  }
  assert.ok(asked > 15);
});

const without = (body: unknown): unknown =>
  typeof body === 'object' && body !== null ? { ...body, request_id: undefined } : body;
