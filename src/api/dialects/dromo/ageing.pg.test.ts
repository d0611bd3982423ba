/** What becomes of imports as time goes by: they stay as they are until somebody deletes them. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { keep } from '../../../jobs/keeping.ts';
import { expireUploads } from '../../../jobs/sweeper.ts';
import { expiredOf } from '../../expired.ts';
import { open, type Fields } from './harness.ts';
import { blocking, inReview } from './review-harness.ts';

const day = 86_400_000;
let days = 0;
const bench = await open(0, { clock: { now: () => new Date(Date.now() + days * day) } });
after(async () => await bench.close());

const fields = [{ label: 'Name', key: 'name' }];

/** Nothing is asked for in between. */
async function later(more: number): Promise<void> {
  days += more;
  const now = new Date(Date.now() + days * day);
  const { db, ports } = bench.state;
  await expireUploads(db, now, expiredOf(ports));
  const kept = { keepRunsDays: 90, keepLogsDays: 30, keepRejectsDays: 30, keepEventsDays: 30, keepAuditDays: 730 };
  await keep(db, { dataDir: ports.dataDir, ...kept }, now);
}

async function reviewed(): Promise<string> {
  const destination = { connection: 'warehouse', table: 'people' };
  const { id, visitor } = await inReview(bench, 'Name,Mail\nAnn,\n,x\n', { settings: blocking, destination });
  const cells = [
    { row: 1, column: 'c0', text: 'A' },
    { row: 1, column: 'c1', text: '' },
  ];
  await visitor.edit({ kind: 'cells', cells });
  assert.equal((await visitor.ask('POST', '/finish', { version: 1 })).status, 200);
  assert.equal((await bench.settled(id))['status'], 'SUCCESSFUL');
  return id;
}

const get = async (id: unknown): Promise<Fields> => {
  const { status, body } = await bench.ask('GET', `/api/v1/headless/imports/${String(id)}/`);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Fields; // an object
};

/** Without links, which are of their moment. */
const lasting = ({ original_file_download: _link, ...rest }: Fields): Fields => rest;

async function requireListed(): Promise<void> {
  const { count, results } = (await bench.ask('GET', '/api/v1/headless/imports/')).body as { count: number; results: Fields[] }; // as documented
  assert.equal(results.length, count);
  const { total_num_uploads: ended } = (await bench.ask('GET', '/api/v1/uploads/')).body as Fields; // an object
  assert.equal(ended, results.filter(({ status }) => status === 'SUCCESSFUL').length);
}

test('results stay, and so do the runs that say what came of an import', async () => {
  const straight = await bench.imported({ fields }, 'name\nAnn\n');
  const ids = [straight['id'], await reviewed()];
  const before = await Promise.all(ids.map(get));
  const rows = await Promise.all(ids.map(bench.rowsOf));
  for (const more of [31, 100, 400]) {
    await later(more);
    assert.deepEqual((await Promise.all(ids.map(get))).map(lasting), before.map(lasting));
    assert.deepEqual(await Promise.all(ids.map(bench.rowsOf)), rows);
    assert.equal((await bench.ask('GET', `/api/v1/upload/${String(ids[1])}/url/`)).status, 200);
    await requireListed();
  }
});

test('an import whose first run is gone goes by its review', async () => {
  const id = await reviewed();
  const before = await get(id);
  await bench.state.db.query("delete from headgate.runs where task ->> 'kind' = 'assess' and task -> 'about' ->> 'id' = $1", [
    id,
  ]);
  assert.deepEqual(lasting(await get(id)), lasting(before));
  await requireListed();
  assert.equal((await bench.ask('DELETE', `/api/v1/headless/imports/${id}/`)).status, 204);
});

test('an import whose runs and file somebody has deleted is FAILED, has no links, and can be deleted', async () => {
  const { id } = await bench.imported({ fields }, 'name\nAnn\n');
  const files = await bench.state.db.query<{ id: string }>(
    "select id from headgate.files where name = 'rows.json' order by id desc limit 1",
  );
  await bench.state.db.query("update headgate.files set state = 'deleted' where id = $1", [files[0]?.id]);
  for (const path of [`/api/v1/headless/imports/${String(id)}/url/`, `/api/v1/upload/${String(id)}/url/`]) {
    const { status, body } = await bench.ask('GET', path);
    assert.deepEqual([status, body], [404, { detail: 'Not found.' }]);
  }
  await bench.state.db.query("delete from headgate.runs where task -> 'about' ->> 'id' = $1", [id]);
  await bench.state.db.query("update headgate.files set state = 'deleted'");
  const found = await get(id);
  assert.deepEqual([found['status'], found['original_file_download']], ['FAILED', null]);
  assert.equal((found['import_errors'] as Fields[])[0]?.['code'], 'RESULT_GONE'); // a list
  await requireListed();
  assert.equal((await bench.ask('DELETE', `/api/v1/headless/imports/${String(id)}/`)).status, 204);
});

test('an import whose file never came stays as it was when that was clear', async () => {
  const { body } = await bench.ask('POST', '/api/v1/headless/imports/', { fields, original_filename: 'in.csv' });
  const { id } = body as Fields; // an object
  await later(8);
  const before = await get(id);
  assert.equal(before['status'], 'FAILED');
  await later(100);
  assert.deepEqual(await bench.state.db.query("select 1 from headgate.files where name = 'in.csv' and state = 'expired'"), []);
  assert.deepEqual(await get(id), before);
});

test('a review whose link has ended has none', async () => {
  const { id } = await inReview(bench);
  assert.notEqual((await get(id))['review_url'], null);
  await later(31);
  const found = await get(id);
  assert.deepEqual([found['status'], found['review_url']], ['NEEDS_REVIEW', null]);
});

test('uploads are counted, and shown, however many imports came behind them', async () => {
  const done = await bench.imported({ fields }, 'name\nAnn\n');
  const { total_num_uploads: before } = (await bench.ask('GET', '/api/v1/uploads/?start=0&end=0')).body as Fields; // an object
  await bench.state.db.query(
    `insert into headgate.external_objects (dialect, workspace_id, kind, external_id, object_id, data)
     select dialect, workspace_id, kind, gen_random_uuid()::text, 'file_' || i, data - 'run' - 'pipeline'
     from headgate.external_objects, generate_series(1, 10100) i where external_id = $1`,
    [done['id']],
  );
  const shown = (await bench.ask('GET', '/api/v1/uploads/?start=0&end=1')).body as Fields; // an object
  const [{ id } = {}] = shown['data'] as Fields[]; // a list
  assert.deepEqual([shown['total_num_uploads'], id], [before, done['id']]);
  const behind = (await bench.ask('GET', '/api/v1/uploads/?start=10000&end=30000')).body as Fields; // an object
  assert.deepEqual([behind['end'], behind['total_num_uploads'], behind['data']], [20_000, before, []]);
});
