/** Every route of the headless import vocabulary with requests at random: no 5xx, every answer as its document says. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { dromo } from '../../src/api/dialects/dromo/index.ts';
import { createApi } from '../../src/api/server.ts';
import { ensureWarehouse } from '../../src/operations/warehouse/warehouse.ts';
import { insertWorkspace } from '../../src/store/workspaces.ts';
import { startPostgres } from '../support/postgres.ts';
import { openState } from '../support/state.ts';
import { requestOf, type Documented, type FuzzRequest, type JsonSchema } from './arbitrary.ts';

const server = await startPostgres();
const state = await openState(server);
after(async () => {
  await state[Symbol.asyncDispose]();
  await server.stop();
});
await ensureWarehouse(state.db, 1);
await insertWorkspace(state.db, 'theirs', 77);
await ensureWarehouse(state.db, 77);
const api = createApi(state.ports, '0.0.0', 1_000_000_000, [dromo]);
const owner = await state.token(['*'], 1);
const reader = await state.token(['files:read', 'schemas:read', 'pipelines:read', 'runs:read'], 1);
const foreign = await state.token(['*'], 77);

const document = (await (await api.request(dromo.document.path)).json()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
};
const problem = z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]));

async function send(method: string, token: string, { path, body, headers }: FuzzRequest): Promise<Response> {
  return await api.request(path, {
    method,
    headers: { ...headers, 'x-dromo-license-key': token },
    ...(body !== undefined && method !== 'GET' && method !== 'DELETE' && { body }),
  });
}

async function make(path: string, body: object): Promise<string> {
  const reply = await send('POST', owner, { path, body: JSON.stringify(body), headers: {} });
  const said = await reply.text();
  assert.ok(reply.ok, said);
  return String((JSON.parse(said) as { readonly id: unknown }).id);
}

const fields = [{ label: 'Name', key: 'name' }];
const schema = await make('/api/v1/schemas/', { name: 'one', fields, settings: { importIdentifier: 'one' } });
const waiting = await make('/api/v1/headless/imports/', { schema_id: schema, original_filename: 'a.csv' });
const queued = await make('/api/v1/headless/imports/', { fields, initial_data: [{ name: 'Ann' }] });
const ids = [schema, waiting, queued];
const made = await send('POST', owner, { path: '/api/widget/session/v2/auth/', headers: {} });
const { sessionId: session } = (await made.json()) as { readonly sessionId: string }; // as documented

/** Throws where the answer is not what the document says about this route. */
async function conforms(operation: Documented, reply: Response): Promise<void> {
  const said = await reply.text();
  assert.ok(reply.status < 500, said);
  if (reply.status >= 400) {
    assert.ok(problem.safeParse(JSON.parse(said)).success, said);
    return;
  }
  const documented = operation.responses[String(reply.status)];
  assert.ok(documented, `${reply.status} is not documented`);
  const answer: JsonSchema | undefined = documented.content?.['application/json']?.schema;
  if (!answer) {
    assert.equal(said, '');
    return;
  }
  const judged = z.fromJSONSchema(answer as Parameters<typeof z.fromJSONSchema>[0]).safeParse(JSON.parse(said)); // from a document
  assert.ok(judged.success, `${JSON.stringify(judged.error?.issues)} of ${said}`);
}

const known = [...ids, 'name', 'a.csv', 'required', 'number', 'select', '1'];
const params = { id: [...ids, 'x', '%00', 'a%20b'], schema: [...ids, 'x', '%00'], session: [session, 'x', '%00'] };
const settings = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 15) };

for (const [path, methods] of Object.entries(document.paths)) {
  for (const [name, operation] of Object.entries(methods)) {
    const method = name.toUpperCase();
    test(`${method} ${path}`, async () => {
      await fc.assert(
        fc.asyncProperty(requestOf(path, operation, params, known), async (asked) => {
          await conforms(operation, await send(method, owner, asked));
          const read = await send(method, reader, asked);
          await conforms(operation, read);
          if (operation['x-scope']?.endsWith(':write')) assert.equal(read.status, 403);
          // Whoever has no business with it learns nothing about it.
          if (ids.some((id) => asked.path.includes(id)))
            assert.ok([403, 404, 410].includes((await send(method, foreign, { ...asked, headers: {} })).status));
        }),
        settings,
      );
    });
  }
}
