/** Who hears of imports: managed webhooks, and the two addresses of settings. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startReceiver, type Posted, type Receiver } from '../../../../test/support/receiver.ts';
import { eventually } from '../../../../test/support/tunnels.ts';
import { expireUploads } from '../../../jobs/sweeper.ts';
import { expiredOf } from '../../expired.ts';
import { open, type Bench, type Fields } from './harness.ts';

let bench: Bench;
const receivers: Receiver[] = [];
before(async () => {
  bench = await open();
});
after(async () => {
  for (const one of receivers) await one[Symbol.asyncDispose]();
  await bench.close();
});

async function receiver(): Promise<Receiver> {
  const one = await startReceiver();
  receivers.push(one);
  return one;
}

const fields = [{ label: 'Mail', key: 'mail', type: 'email' }];
const user = { id: 'u1', companyName: 'Acme' };

function requireSigned({ headers, body }: Posted, secret: string): void {
  const expected = createHmac('sha256', secret)
    .update(`${String(headers['x-webhook-timestamp'])}.${body}`)
    .digest('hex');
  assert.equal(headers['x-webhook-signature'], `v1=${expected}`);
  assert.match(String(headers['x-webhook-id']), /^evt_/);
}

test('the three events, signed, for imports of an identifier in the mode that is wanted', async () => {
  const to = await receiver();
  const made = await bench.ask('POST', '/api/v1/webhooks/', { url: to.url, importIdentifiers: ['people'] });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const { secret, id: webhook, ...shown } = made.body as Fields; // an object
  const settings = { importIdentifier: 'people' };
  await bench.imported({ fields, settings: { importIdentifier: 'others' } }, 'mail\na@example.com\n');
  await bench.imported({ fields, settings: { ...settings, developmentMode: true } }, 'mail\na@example.com\n');
  const done = await bench.imported({ fields, settings, import_metadata: { user } }, 'mail\na@example.com\nx\n');
  await bench.imported({ fields, settings: { ...settings, invalidDataBehavior: 'BLOCK_SUBMIT' } }, 'mail\nx\n');
  await bench.imported({ fields, settings }, '\n');
  await to.until(3);
  const told = to.posted.map(({ body }) => JSON.parse(body) as { event: string; data: Fields }); // as documented
  assert.deepEqual(
    told.map(({ event, data }) => [event, data['status'], data['has_data']]),
    [
      ['import_completed', 'SUCCESSFUL', true],
      ['headless_import_needs_review', 'NEEDS_REVIEW', false],
      ['headless_import_failed', 'FAILED', false],
    ],
  );
  for (const posted of to.posted) requireSigned(posted, String(secret));
  const data: Fields = told[0]?.data ?? {};
  const { headless, created_date, ...rest } = data;
  assert.deepEqual(rest, {
    id: done['id'],
    filename: 'in.csv',
    user: { id: 'u1', company_name: 'Acme' },
    import_type: 'HEADLESS',
    status: 'SUCCESSFUL',
    num_data_rows: 2,
    development_mode: false,
    has_data: true,
  });
  const { review_url, original_file_download, ...seen } = done;
  assert.deepEqual(headless, seen, String(review_url ?? original_file_download ?? created_date));
  const listed = (await bench.ask('GET', '/api/v1/webhooks/')).body as Fields[]; // a list
  assert.deepEqual(listed, [{ id: webhook, ...shown }]);
  const deliveries = async (): Promise<Fields[]> =>
    (await bench.ask('GET', `/api/v1/webhooks/${String(webhook)}/deliveries/`)).body as Fields[]; // a list
  // A request arrives before its answer stands in the log.
  await eventually(async () => (await deliveries()).every(({ attempts }) => (attempts as Fields[]).length > 0), 'no attempt');
  const log = await deliveries();
  assert.equal(log.length, 3);
  const [{ created_at, attempts } = {}] = log;
  const micro = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
  for (const at of [shown['created_date'], created_at, (attempts as Fields[])[0]?.['at']]) assert.match(String(at), micro); // a list
  const changed = { url: to.url, active: false, events: ['import_completed'] };
  const put = await bench.ask('PUT', `/api/v1/webhooks/${String(webhook)}/`, changed);
  assert.deepEqual([(put.body as Fields)['active'], (put.body as Fields)['importIdentifiers']], [false, []]); // an object
  assert.equal((await bench.ask('DELETE', `/api/v1/webhooks/${String(webhook)}/`)).status, 204);
  assert.equal((await bench.ask('GET', `/api/v1/webhooks/${String(webhook)}`)).status, 404);
});

test('what is told of an import is what a client gets, key by key', async () => {
  const to = await receiver();
  await bench.ask('POST', '/api/v1/webhooks/', { url: to.url, importIdentifiers: ['told'] });
  const destination = { connection: 'warehouse', table: 'told' };
  const settings = { importIdentifier: 'told' };
  await bench.imported({ fields, settings, destination }, 'mail\na@example.com\nx\n');
  await bench.imported({ fields, settings: { ...settings, invalidDataBehavior: 'BLOCK_SUBMIT' } }, 'mail\nx\n');
  await to.until(2);
  for (const { body } of to.posted) {
    const { headless } = (JSON.parse(body) as { data: { headless: Fields } }).data; // as documented
    const found = (await bench.ask('GET', `/api/v1/headless/imports/${String(headless['id'])}/`)).body as Fields; // an object
    const { review_url: _review, original_file_download: _file, ...seen } = found;
    assert.equal(JSON.stringify(headless), JSON.stringify(seen));
  }
});

test('the two addresses of settings: a form with one key', async () => {
  const [done, review] = [await receiver(), await receiver()];
  const settings = { webhookUrl: done.url, needsReviewWebhookUrl: review.url };
  const first = await bench.imported({ fields, settings }, 'mail\na@example.com\n');
  const second = await bench.imported({ fields, settings: { ...settings, invalidDataBehavior: 'BLOCK_SUBMIT' } }, 'mail\nx\n');
  await Promise.all([done.until(1), review.until(1)]);
  assert.deepEqual(
    [...done.posted, ...review.posted].map(({ headers, body }) => [headers['content-type'], body]),
    [first, second].map(({ id }) => ['application/x-www-form-urlencoded', `uploadId=${String(id)}`]),
  );
  assert.equal((await bench.ask('DELETE', `/api/v1/headless/imports/${String(first['id'])}/`)).status, 204);
});

test('a file that is too large: FAILED, and told once', async () => {
  const to = await receiver();
  await bench.ask('POST', '/api/v1/webhooks/', { url: to.url, importIdentifiers: ['large', 'small'] });
  const settings = { importIdentifier: 'large', maxFileSize: 20 };
  const made = await bench.ask('POST', '/api/v1/headless/imports/', { fields, settings, original_filename: 'in.csv' });
  const { id, upload } = made.body as Fields; // an object
  const body = 'mail\n'.repeat(50);
  const sent = await Promise.all([1, 2].map(async () => await fetch(String(upload), { method: 'PUT', body })));
  for (const { status } of sent) assert.ok(status === 413 || status === 409, String(status));
  await expireUploads(bench.state.db, new Date(Date.now() + 8 * 86_400_000), expiredOf(bench.state.ports));
  await bench.imported({ fields, settings: { importIdentifier: 'small' } }, 'mail\na@example.com\n');
  await to.until(2);
  const told = to.posted.map(({ body }) => JSON.parse(body) as { event: string; data: Fields }); // as documented
  assert.deepEqual(told.map(({ event }) => event).toSorted(), ['headless_import_failed', 'import_completed']);
  const failed = told.find(({ event }) => event === 'headless_import_failed');
  assert.deepEqual([failed?.data['id'], failed?.data['status']], [id, 'FAILED']);
});

test('a file that never came: FAILED, and told', async () => {
  const to = await receiver();
  await bench.ask('POST', '/api/v1/webhooks/', { url: to.url, importIdentifiers: ['late'], events: ['headless_import_failed'] });
  const made = await bench.ask('POST', '/api/v1/headless/imports/', {
    fields,
    settings: { importIdentifier: 'late' },
    original_filename: 'late.csv',
  });
  const { id, modified_date } = made.body as Fields; // an object
  const later = new Date(Date.now() + 8 * 86_400_000);
  for (const _twice of [1, 2]) await expireUploads(bench.state.db, later, expiredOf(bench.state.ports));
  await to.until(1);
  const [told] = to.posted.map(({ body }) => JSON.parse(body) as { event: string; data: Fields }); // as documented
  assert.deepEqual([told?.event, told?.data['id'], told?.data['status']], ['headless_import_failed', id, 'FAILED']);
  const gone = (await bench.ask('GET', `/api/v1/headless/imports/${String(id)}/`)).body as Fields; // an object
  assert.deepEqual(
    [gone['status'], gone['upload'], gone['review_url'], gone['import_errors']],
    ['FAILED', null, null, [{ code: 'UPLOAD_EXPIRED', message: 'The file did not come' }]],
  );
  assert.ok(String(gone['modified_date']) > String(modified_date));
});

test('a hook that says that it is a trial: few rows, and other webhooks', async () => {
  const [live, trial] = [await receiver(), await receiver()];
  for (const [to, developmentMode] of [
    [live, false],
    [trial, true],
  ] as const)
    await bench.ask('POST', '/api/v1/webhooks/', { url: to.url, importIdentifiers: ['tried'], developmentMode });
  const settings = { importIdentifier: 'tried' };
  const lines = Array.from({ length: 120 }, (_, at) => `a${at}@example.com\n`).join('');
  const counts: unknown[] = [];
  for (const type of ['UPLOAD_STEP', 'REVIEW_STEP']) {
    const hooks = { stepHooks: [{ type, callback: '(it) => it.setDevelopmentMode(true)' }] };
    const done = await bench.imported({ fields, hooks, settings }, `mail\n${lines}`);
    counts.push([((await bench.rowsOf(done['id'])) as unknown[]).length, (done['result_metadata'] as Fields)['droppedRows']]); // as documented
  }
  const off = { stepHooks: [{ type: 'UPLOAD_STEP', callback: '(it) => it.setDevelopmentMode(false)' }] };
  const done = await bench.imported({ fields, hooks: off, settings: { ...settings, developmentMode: true } }, `mail\n${lines}`);
  counts.push(((await bench.rowsOf(done['id'])) as unknown[]).length); // a list
  assert.deepEqual(counts, [[100, 20], [100, 20], 120]);
  await Promise.all([trial.until(2), live.until(1)]);
  const modes = (of: typeof live): unknown =>
    of.posted.map(({ body }) => (JSON.parse(body) as { data: Fields }).data['development_mode']); // as documented
  assert.deepEqual([modes(trial), modes(live)], [[true, true], [false]]);
});

test('an address that is none is refused', async () => {
  const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', {
    fields,
    settings: { webhookUrl: 'ftp://example.com' },
    original_filename: 'a.csv',
  });
  assert.deepEqual([status, Object.keys(body as Fields)], [400, ['settings']]); // an object
});
