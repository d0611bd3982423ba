/** Events from the end of a run to those who want to hear of it: signed, repeated, collected, given up. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { addPipeline } from '../../test/support/pipelines.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { startMailbox, startReceiver, type Posted } from '../../test/support/receiver.ts';
import { openState } from '../../test/support/state.ts';
import { newId } from '../domain/ids.ts';
import type { Receipt } from '../domain/receipt.ts';
import { startDeliveries } from '../jobs/deliveries.ts';
import { wake } from '../jobs/queue.ts';
import { pass } from '../jobs/scheduler.ts';
import { tellStalled } from '../jobs/upkeep.ts';
import { startWorker, type Execute } from '../jobs/worker.ts';
import { guardedNet } from '../net/net.ts';
import { mailer } from '../notify/smtp.ts';
import { senderOf } from '../operations/notifications/send.ts';
import { findRun, insertRun } from '../store/runs.ts';
import { createApi } from './server.ts';

const server = await startPostgres();
const state = await openState(server);
const mailbox = await startMailbox();
const { db } = state;

/** Moved by the tests: nobody waits for days. */
let time = new Date('2026-01-01T00:00:00Z');
const clock = { now: () => time };
const later = (seconds: number): void => void (time = new Date(time.getTime() + seconds * 1000));
const ports = { ...state.ports, clock };
const api = createApi(ports, '0.0.0');
const token = await state.token(['*'], 1);

const nothing: Receipt = {
  run: 'r',
  attempt: 1,
  pipeline: 'p',
  stream: 's',
  table: 't',
  mode: 'snapshot × replace',
  lane: 'direct',
  state: 'succeeded',
  read: 5,
  written: 5,
  added: 5,
  changed: 0,
  deduplicated: 0,
  rejected: 0,
  deleted: 0,
  bytes: 1,
  checksums: [],
  from: null,
  to: null,
  token: null,
  guarantee: '',
  evidence: '',
  warnings: [],
  columns: [],
  seconds: 1,
};
const error = { code: 'value.invalid', message: 'reading: it does not fit', hint: 'fix it' };
/** What a run does is in the name of its pipeline. */
const good: Awaited<ReturnType<Execute>> = { state: 'succeeded', receipts: [nothing], error: null };
const ends: Readonly<Record<string, typeof good>> = {
  good,
  rejects: { state: 'succeeded', receipts: [{ ...nothing, written: 3, added: 3, rejected: 2 }], error: null },
  bad: { state: 'failed', receipts: [], error },
  held: { state: 'needs_review', receipts: [], error: { ...error, code: 'publish.held' } },
};
const pipelines = new Map<string, string>();
for (const name of Object.keys(ends)) pipelines.set(name, await addPipeline(db, { name }));
const nameOf = (id: string): string => [...pipelines].find(([, pipeline]) => pipeline === id)?.[0] ?? '';
const worker = await startWorker(db, ({ pipeline_id }) => Promise.resolve(ends[nameOf(pipeline_id)] ?? good), {
  concurrency: 4,
  limits: { perWorkspace: 100, perConnection: 100 },
  clock,
});
const send = senderOf(ports, mailer({ url: mailbox.url, from: 'headgate@example.com' }));
const deliveries = startDeliveries(db, clock, send);
after(async () => {
  await deliveries.stop();
  await worker.stop(0);
  await mailbox[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
  await server.stop();
});

type Body = Readonly<Record<string, unknown>>;
async function ask(method: string, path: string, body?: unknown): Promise<Body> {
  const reply = await api.request(`/v1/workspaces/1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  assert.ok(reply.ok, text);
  return text === '' ? {} : (JSON.parse(text) as Body);
}

async function run(name: string): Promise<string> {
  const id = newId('run');
  await db.tx(async (tx) => {
    await insertRun(tx, 1, id, pipelines.get(name) ?? '', 'manual');
    await wake(tx, id);
  });
  while (!['succeeded', 'failed', 'needs_review'].includes((await findRun(db, 1, id))?.state ?? '')) await wait(10);
  return id;
}

function requireSigned({ headers, body }: Posted, secrets: readonly string[]): void {
  const id = String(headers['webhook-id']);
  const expected = secrets.map((secret) => {
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    return `v1,${createHmac('sha256', key)
      .update(`${id}.${String(headers['webhook-timestamp'])}.${body}`)
      .digest('base64')}`;
  });
  assert.equal(headers['webhook-signature'], expected.join(' '));
}

async function untilDeliveries(path: string, done: (all: readonly Body[]) => boolean): Promise<readonly Body[]> {
  for (;;) {
    const { data } = (await ask('GET', `${path}/deliveries`)) as { data: readonly Body[] };
    if (done(data)) return data;
    await wait(20);
  }
}

test('the end of a run is posted, signed, to those who want it and to nobody else', async () => {
  await using all = await startReceiver();
  await using some = await startReceiver();
  const first = await ask('POST', '/webhooks', { name: 'all', url: all.url });
  const narrow = { name: 'some', url: some.url, events: ['run.with_rejects'], pipelines: [pipelines.get('rejects')] };
  const second = await ask('POST', '/webhooks', narrow);
  const ids = [await run('good'), await run('bad'), await run('held'), await run('rejects')];
  await all.until(5);
  await some.until(1);
  for (const posted of all.posted) requireSigned(posted, [String(first['secret'])]);
  const told = all.posted.map(({ body }) => JSON.parse(body) as { type: string; data: { run: string } });
  assert.deepEqual(
    told.map(({ type, data }) => `${type} ${ids.indexOf(data.run)}`),
    ['run.succeeded 0', 'run.failed 1', 'run.held 2', 'run.succeeded 3', 'run.with_rejects 3'],
  );
  assert.deepEqual(
    some.posted.map(({ body }) => (JSON.parse(body) as { type: string }).type),
    ['run.with_rejects'],
  );
  const { data } = (await ask('GET', '/events?limit=1')) as { data: readonly Body[] };
  assert.deepEqual([data[0]?.['type'], data[0]?.['run']], ['run.with_rejects', ids[3]]);
  for (const { id } of [first, second]) await ask('DELETE', `/webhooks/${String(id)}`);
});

test('what is refused comes again, the same bytes under the same id, and stands in the log', async () => {
  await using receiver = await startReceiver();
  receiver.status = 500;
  const hook = await ask('POST', '/webhooks', { name: 'h', url: receiver.url });
  const path = `/webhooks/${String(hook['id'])}`;
  await run('good');
  await untilDeliveries(path, ([one]) => (one?.['attempts'] as readonly object[] | undefined)?.length === 1);
  receiver.status = 204;
  later(6);
  const [done] = await untilDeliveries(path, ([one]) => one?.['state'] === 'delivered');
  assert.deepEqual(
    ((done?.['attempts'] ?? []) as readonly Body[]).map(({ attempt, status }) => [attempt, status]),
    [
      [1, 500],
      [2, 204],
    ],
  );
  await ask('POST', `${path}/deliveries/${String(done?.['id'])}/redeliver`);
  await receiver.until(3);
  const same = new Set(receiver.posted.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`));
  assert.equal(same.size, 1);
  await ask('DELETE', path);
});

test('a rotated secret signs beside the old one for a time; a test goes the way of all events', async () => {
  await using receiver = await startReceiver();
  const hook = await ask('POST', '/webhooks', { name: 'h', url: receiver.url, events: ['run.failed'] });
  const path = `/webhooks/${String(hook['id'])}`;
  const rotated = await ask('POST', `${path}/rotate`, { overlap_seconds: 600 });
  const event = await ask('POST', `${path}/test`);
  await receiver.until(1);
  assert.ok(receiver.posted[0]);
  assert.equal(receiver.posted[0].headers['webhook-id'], event['event']);
  requireSigned(receiver.posted[0], [String(rotated['secret']), String(hook['secret'])]);
  later(601);
  await ask('POST', `${path}/test`);
  await receiver.until(2);
  assert.ok(receiver.posted[1]);
  requireSigned(receiver.posted[1], [String(rotated['secret'])]);
  assert.equal((await ask('GET', path))['secret'], undefined);
  await ask('DELETE', path);
});

test('a redirect is not followed, and a private address is not asked', async () => {
  await using elsewhere = await startReceiver();
  await using receiver = await startReceiver({ location: elsewhere.url });
  receiver.status = 302;
  const hook = await ask('POST', '/webhooks', { name: 'h', url: receiver.url });
  const path = `/webhooks/${String(hook['id'])}`;
  await ask('POST', `${path}/test`);
  await untilDeliveries(path, ([one]) => (one?.['attempts'] as readonly object[] | undefined)?.length === 1);
  assert.equal(elsewhere.posted.length, 0);
  await ask('DELETE', path);
  const guarded = senderOf({ ...ports, net: guardedNet('') }, undefined);
  const taken = { id: 'dlv_1', workspace_id: '1', subscription_id: 'whk_1', events: ['evt_1'], attempt: 1, failures: 0 };
  const { id } = await ask('POST', '/webhooks', { name: 'h', url: elsewhere.url });
  const { event } = await ask('POST', `/webhooks/${String(id)}/test`);
  await elsewhere.until(1);
  for (const url of [elsewhere.url, 'http://169.254.169.254/latest', 'http://[::1]/', 'http://2130706433/']) {
    const result = await guarded(
      {
        dialect: null,
        ...taken,
        subscription_id: String(id),
        events: [String(event)],
        channel: 'webhook',
        name: 'h',
        target: [url],
        failing_since: null,
      },
      new AbortController().signal,
    );
    assert.deepEqual([result.ok, result.error], [false, 'connect.forbidden'], url);
  }
  assert.equal(elsewhere.posted.length, 1);
  await ask('DELETE', `/webhooks/${String(id)}`);
});

test('a target that nothing reaches for three days is given up, others are told, and it can begin anew', async () => {
  await using dead = await startReceiver();
  await using notice = await startReceiver();
  dead.status = 503;
  const hook = await ask('POST', '/webhooks', { name: 'dead', url: dead.url, events: ['run.failed'] });
  const other = await ask('POST', '/webhooks', { name: 'notice', url: notice.url, events: ['webhook.disabled'] });
  const path = `/webhooks/${String(hook['id'])}`;
  await run('bad');
  const tries = async (count: number): Promise<unknown> =>
    await untilDeliveries(path, ([one]) => (one?.['attempts'] as readonly object[] | undefined)?.length === count);
  await tries(1);
  // A dead target is asked with one delivery at a time, and not before its time.
  await run('bad');
  later(3 * 86_400);
  await untilDeliveries(path, (all) => all.every(({ state }) => state === 'failed'));
  assert.equal((await ask('GET', path))['state'], 'disabled');
  await notice.until(1);
  assert.equal((JSON.parse(notice.posted[0]?.body ?? '') as { data: { subscription: string } }).data.subscription, 'dead');
  dead.status = 200;
  const before = dead.posted.length;
  assert.equal((await ask('PATCH', path, { state: 'active' }))['failures'], 0);
  await run('bad');
  await dead.until(before + 1);
  await ask('DELETE', path);
  await ask('DELETE', `/webhooks/${String(other['id'])}`);
});

test('many failures within the window are one mail; a mail says what to do', async () => {
  const made = await ask('POST', '/notifications', { name: 'on call', to: ['a@example.com', 'b@example.com'], digest: '10m' });
  const path = `/notifications/${String(made['id'])}`;
  for (let count = 0; count < 5; count++) await run('bad');
  await run('good');
  const [waiting] = await untilDeliveries(path, (all) => all.length === 1);
  assert.deepEqual([waiting?.['state'], ((waiting?.['events'] ?? []) as readonly string[]).length], ['waiting', 5]);
  assert.equal(mailbox.mails.length, 0);
  later(601);
  await mailbox.until(1);
  const [mail] = mailbox.mails;
  assert.deepEqual(mail?.to, ['a@example.com', 'b@example.com']);
  assert.match(mail?.text ?? '', /^Subject: \[Headgate\] 5 events/m);
  assert.match(mail?.text ?? '', /value\.invalid: reading: it does not fit/);
  await untilDeliveries(path, ([one]) => one?.['state'] === 'delivered');
  await run('bad');
  later(601);
  await mailbox.until(2);
  assert.match(mailbox.mails[1]?.text ?? '', /^Subject: \[Headgate\] bad failed/m);
  await ask('DELETE', path);
});

test('a run that does not end is told once, and so is a decision that nobody made', async () => {
  await using receiver = await startReceiver();
  const hook = await ask('POST', '/webhooks', { name: 'h', url: receiver.url, events: ['run.stalled', 'run.failed'] });
  const stuck = newId('run');
  await insertRun(db, 1, stuck, await addPipeline(db), 'manual');
  await db.query("update headgate.runs set queued_at = now() - interval '7 hours' where id = $1", [stuck]);
  await tellStalled(db, clock, 6);
  await tellStalled(db, clock, 6);
  const held = await run('held');
  later(8 * 86_400);
  await pass(db, time);
  await receiver.until(2);
  const told = receiver.posted.map(({ body }) => JSON.parse(body) as { type: string; data: { run: string } });
  assert.deepEqual(
    told.map(({ type, data }) => [type, data.run]),
    [
      ['run.stalled', stuck],
      ['run.failed', held],
    ],
  );
  await ask('DELETE', `/webhooks/${String(hook['id'])}`);
});
