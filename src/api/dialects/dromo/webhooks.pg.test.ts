/** Who hears of imports: managed webhooks, and the two addresses of settings. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { startReceiver, type Posted, type Receiver } from '../../../../test/support/receiver.ts';
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
  const log = (await bench.ask('GET', `/api/v1/webhooks/${String(webhook)}/deliveries/`)).body as Fields[]; // a list
  assert.equal(log.length, 3);
  const changed = { url: to.url, active: false, events: ['import_completed'] };
  const put = await bench.ask('PUT', `/api/v1/webhooks/${String(webhook)}/`, changed);
  assert.deepEqual([(put.body as Fields)['active'], (put.body as Fields)['importIdentifiers']], [false, []]); // an object
  assert.equal((await bench.ask('DELETE', `/api/v1/webhooks/${String(webhook)}/`)).status, 204);
  assert.equal((await bench.ask('GET', `/api/v1/webhooks/${String(webhook)}`)).status, 404);
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

test('an address that is none is refused', async () => {
  const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', {
    fields,
    settings: { webhookUrl: 'ftp://example.com' },
    original_filename: 'a.csv',
  });
  assert.deepEqual([status, Object.keys(body as Fields)], [400, ['settings']]); // an object
});
