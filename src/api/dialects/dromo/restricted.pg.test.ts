/** Keys that may see some imports only: lists show, and count, those and no others. */
import assert from 'node:assert/strict';
import { after, mock, test } from 'node:test';
import { open, type Fields } from './harness.ts';
import { blocking, people } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const fields = [{ label: 'Name', key: 'name' }];
const made = async (path: string, body: object): Promise<Fields> => (await bench.native('POST', path, body)) as Fields; // an object
const { id: principal } = await made('/principals', { kind: 'user', name: 'Ann' });
const { token } = await made('/keys', { name: 'Ann', scopes: ['*'], principal });
const key = String(token);

interface Listed {
  readonly total: number;
  readonly ids: readonly unknown[];
}

async function imports(asked = '', by?: string): Promise<Listed> {
  const { status, body } = await bench.ask('GET', `/api/v1/headless/imports/${asked}`, undefined, by);
  assert.equal(status, 200, JSON.stringify(body));
  const { count, results } = body as { readonly count: number; readonly results: readonly Fields[] }; // as documented
  return { total: count, ids: results.map(({ id }) => id) };
}

async function uploads(asked = '', by?: string): Promise<Listed> {
  const { status, body } = await bench.ask('GET', `/api/v1/uploads/${asked}`, undefined, by);
  assert.equal(status, 200, JSON.stringify(body));
  const { total_num_uploads: total, data } = body as { readonly total_num_uploads: number; readonly data: readonly Fields[] }; // as documented
  return { total, ids: data.map(({ id }) => id) };
}

const fileOf = async (id: unknown): Promise<string> => {
  const sql = 'select object_id from headgate.external_objects where external_id = $1';
  return String((await bench.state.db.query<{ object_id: string }>(sql, [id]))[0]?.object_id);
};

const grant = async (object: object, level: string): Promise<unknown> =>
  await bench.native('PUT', '/grants', { ...object, principal, level });

test('lists show and count what a key may see', async () => {
  const ended = [];
  for (const name of ['a', 'b', 'c']) ended.push((await bench.imported({ fields }, `name\n${name}\n`))['id']);
  const waiting = await bench.imported({ fields: people, settings: blocking }, 'Name,Mail\n,x\n');
  const never = (await bench.ask('POST', '/api/v1/headless/imports/', { fields, original_filename: 'a.csv' })).body as Fields; // an object
  const [first, second, third] = ended;
  const all = [never['id'], waiting['id'], third, second, first];
  assert.deepEqual(await imports(), { total: 5, ids: all });
  assert.deepEqual(await uploads(), { total: 3, ids: [third, second, first] });
  for (const none of [await imports('', key), await uploads('', key)]) assert.deepEqual(none, { total: 0, ids: [] });

  for (const id of [third, waiting['id']]) await grant({ file: await fileOf(id) }, 'read');
  await grant({ file: await fileOf(first) }, 'write'); // for links
  assert.deepEqual(await imports('', key), { total: 3, ids: [waiting['id'], third, first] });
  assert.deepEqual(await imports('?limit=1&offset=1', key), { total: 3, ids: [third] });
  assert.deepEqual(await uploads('', key), { total: 2, ids: [third, first] });
  assert.deepEqual(await uploads('?start=1', key), { total: 2, ids: [first] });
  assert.deepEqual(await uploads('?start=2&end=9', key), { total: 2, ids: [] });
  for (const [id, status] of [
    [first, 200],
    [second, 404],
  ]) {
    for (const path of [`/api/v1/headless/imports/${String(id)}/`, `/api/v1/upload/${String(id)}/metadata/`])
      assert.equal((await bench.ask('GET', path, undefined, key)).status, status, path);
  }

  // Whoever makes one sees it.
  await grant({ connection: 'warehouse' }, 'write');
  const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', { fields, initial_data: [{ name: 'd' }] }, key);
  assert.equal(status, 201, JSON.stringify(body));
  const { id } = await bench.settled((body as Fields)['id']); // an object
  assert.deepEqual(await imports('', key), { total: 4, ids: [id, waiting['id'], third, first] });
  assert.deepEqual(await uploads('?start=0&end=1', key), { total: 3, ids: [id] });
  assert.equal((await uploads()).total, 4);
});

test('windows of uploads ask for no import outside of them', async () => {
  const asked = mock.method(bench.state.db, 'query');
  const { total, ids } = await uploads('?start=1&end=2');
  asked.mock.restore();
  assert.deepEqual([total, ids.length], [4, 1]);
  const given = asked.mock.calls.map(({ arguments: [, values] }) => JSON.stringify(values ?? []));
  const all = (await imports()).ids;
  assert.deepEqual(
    all.filter((id) => given.some((values) => values.includes(String(id)))),
    ids,
  );
});
