/** Every route of the mParticle vocabulary with requests at random: no 5xx but the warehouse's 505, every answer as its document says. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { mparticle } from '../../src/api/dialects/mparticle/index.ts';
import { createApi } from '../../src/api/server.ts';
import { guardedNet } from '../../src/net/net.ts';
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
const net = guardedNet('', () => Promise.resolve([{ address: '10.0.0.1', family: 4 as const }]));
const api = createApi({ ...state.ports, net }, '0.0.0', 1_000_000_000, [mparticle]);
const owner = await state.token(['*'], 1);
const reader = await state.token(['connections:read', 'pipelines:read', 'runs:read'], 1);
const foreign = await state.token(['*'], 77);

const document = (await (await api.request(mparticle.document.path)).json()) as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Documented>>>>;
};
const problem = z.strictObject({ statusCode: z.int(), errors: z.array(z.strictObject({ message: z.string() })).min(1) });
const refusedToken = z.strictObject({ error: z.string(), error_description: z.string() });

async function send(method: string, token: string, { path, body, headers }: FuzzRequest): Promise<Response> {
  return await api.request(path, {
    method,
    headers: { ...headers, authorization: `Bearer ${token}` },
    ...(body !== undefined && method !== 'GET' && method !== 'DELETE' && { body }),
  });
}

async function make(path: string, body: object, token = owner): Promise<void> {
  const reply = await send('POST', token, { path, body: JSON.stringify(body), headers: {} });
  assert.ok(reply.ok, await reply.text());
}

/** One object of each kind, under the same names in both workspaces. */
async function furnish(workspace: number, token: string): Promise<void> {
  const at = `/platform/v2/workspaces/${workspace}`;
  const config = { provider: 'p', schema: 's' };
  await make(`${at}/connections`, { id: 'one', name: 'c', state: 'new', service_provider: 'Databricks', config }, token);
  await make(
    `${at}/data-models`,
    { id: 'one', name: 'm', state: 'active', type: 'sql', config: { sql_query: 'select 1' } },
    token,
  );
  await make(`${at}/field-transformations`, { id: 'one', name: 't', destination_type: 'event_batch', mappings: [] }, token);
  await make(`/v1/workspace/${workspace}/partnerfeeds`, { module_name: 'm', name: 'f' }, token);
  await make(`${at}/plans`, { data_plan_id: 'one', data_plan_name: 'p' }, token);
  await make(`${at}/plans/one/versions`, {}, token);
  const pipeline = { id: 'one', name: 'p', pipeline_type: 'user_attributes', connection_id: 'one', data_model_id: 'one' };
  const more = { state: 'new', sync_mode: { type: 'full' }, schedule: { type: 'once' }, environment: 'production' };
  await make(`${at}/inputs/data-pipelines`, { ...pipeline, ...more }, token);
}
await furnish(1, owner);
await furnish(77, foreign);

/** Throws where the answer is not what the document says about this route. */
async function conforms(operation: Documented, reply: Response): Promise<void> {
  const said = await reply.text();
  assert.ok(reply.status < 500 || reply.status === 505, said);
  if (!reply.ok) {
    const judged = (operation.security.length === 0 ? z.union([refusedToken, problem]) : problem).safeParse(JSON.parse(said));
    assert.ok(judged.success, said);
    return;
  }
  const documented = operation.responses[String(reply.status)];
  assert.ok(documented, `${reply.status} is not documented`);
  const schema: JsonSchema | undefined = documented.content?.['application/json']?.schema;
  if (!schema) {
    assert.equal(said, '');
    return;
  }
  const judged = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(JSON.parse(said)); // from a document
  assert.ok(judged.success, `${JSON.stringify(judged.error?.issues)} of ${said}`);
}

const known = ['one', 'active', 'new', 'Postgres', 'Databricks', 'select 1', '2026-01-01T00:00:00Z', '1h', '1', '************'];
const workspaces = ['1', '1', '1', '77', '0', 'x', '99999999999999999999'];
const names = ['one', 'none', '1', '%00', 'trigger', 'a%20b'];
const params = {
  workspace: workspaces,
  ...Object.fromEntries(
    ['connection', 'model', 'transformation', 'pipeline', 'run', 'feed', 'plan', 'version'].map((name) => [name, names]),
  ),
};
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
          if (!/\/workspaces?\/1\//.test(asked.path)) return;
          // Whoever has no business in a workspace learns nothing about it.
          const other = await send(method, foreign, asked);
          assert.equal(other.status, 404);
        }),
        settings,
      );
    });
  }
}
