/** What happens by itself: schedules, chains, and what those hear of it who asked. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { startMailbox, startReceiver } from '../../../../test/support/receiver.ts';
import { startDeliveries } from '../../../jobs/deliveries.ts';
import { pass } from '../../../jobs/scheduler.ts';
import { tellStalled } from '../../../jobs/upkeep.ts';
import { mailer } from '../../../notify/smtp.ts';
import { senderOf } from '../../../operations/notifications/send.ts';
import { formsOf } from '../../forms.ts';
import { open, StandIn, type Fields } from './harness.ts';

const bench = await open();
const mailbox = await startMailbox();
const receiver = await startReceiver();
const { db, ports } = bench.state;
const send = senderOf(ports, mailer({ url: mailbox.url, from: 'headgate@example.com' }), formsOf(ports));
const deliveries = startDeliveries(db, ports.clock, send);
after(async () => {
  await deliveries.stop();
  await mailbox[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await bench.close();
});
const client = new StandIn(bench);
const [database] = await client.list('databases');
const [credential] = await client.list('credentials?type=Database&default=True');
const at = { remoteHostId: database?.['id'], credentialId: credential?.['id'] };

const script = async (more: Fields): Promise<Fields> =>
  await client.call('POST', 'scripts/sql', { name: 'answer', sql: 'select 1 as n', ...at, ...more });

async function ran(job: Fields): Promise<Fields> {
  const run = await client.call('POST', `jobs/${String(job['id'])}/runs`);
  return await client.poll(`jobs/${String(job['id'])}/runs/${String(run['id'])}`);
}

test('addresses and people hear of the end of a run, in the words of the job', async () => {
  const notifications = {
    urls: receiver.url,
    success_email_subject: 'It is done',
    success_email_body: '**All** of it.',
    success_email_addresses: ['happy@example.com'],
    success_email_from_name: 'The job',
    success_email_reply_to: 'author@example.com',
    failure_email_addresses: ['unhappy@example.com'],
  };
  const made = await script({ notifications });
  const run = await ran(made);
  await Promise.all([receiver.until(1), mailbox.until(1)]);
  assert.deepEqual(JSON.parse(receiver.posted[0]?.body ?? ''), {
    object: { id: made['id'], type: 'JobTypes::SqlRunner', name: 'answer' },
    run,
  });
  const [mail] = mailbox.mails;
  assert.deepEqual([run['state'], run['error'], mail?.to], ['succeeded', null, ['happy@example.com']]);
  for (const line of [
    /Subject: It is done/,
    /From: .*The job.* <headgate@example.com>/,
    /Reply-To: author@example.com/,
    /\*\*All\*\* of it/,
  ])
    assert.match(mail?.text ?? '', line);
  const bad = await ran(await script({ sql: 'select nope', notifications }));
  await Promise.all([receiver.until(2), mailbox.until(2)]);
  assert.match(receiver.posted[1]?.body ?? '', /"error":"reading the query/);
  assert.equal(bad['state'], 'failed');
  assert.deepEqual(mailbox.mails[1]?.to, ['unhappy@example.com']);
  assert.match(mailbox.mails[1]?.text ?? '', /Subject: .*answer failed/);
});

test('an import that no longer wants to be told of is not; what is kept of notifications is answered in full', async () => {
  const made = await client.call('POST', 'imports', {
    name: 'quiet',
    syncType: 'Dbsync',
    isOutbound: true,
    notifications: { urls: [receiver.url], failureOn: false },
  });
  const put = { name: 'quiet', syncType: 'Dbsync', isOutbound: true };
  const count = async (): Promise<number> => {
    const rows = await db.query("select from headgate.subscriptions where form = 'jobs' and name = 'quiet'");
    return rows.length;
  };
  assert.equal(await count(), 1);
  await client.call('PUT', `imports/${String(made['id'])}`, put);
  assert.equal(await count(), 1);
  const changed = await client.call('PUT', `imports/${String(made['id'])}`, { ...put, notifications: { urls: [] } });
  assert.equal(await count(), 0);
  assert.deepEqual(changed['notifications'], {
    urls: [],
    successEmailSubject: null,
    successEmailBody: null,
    successEmailAddresses: [],
    successEmailFromName: null,
    successEmailReplyTo: null,
    failureEmailAddresses: [],
    stallWarningMinutes: null,
    successOn: true,
    failureOn: true,
  });
});

test('a run that is at work for too long is told of once', async () => {
  const made = await script({ notifications: { failure_email_addresses: ['late@example.com'], stall_warning_minutes: 5 } });
  const [row] = await db.query<{ object_id: string }>(
    "select object_id from headgate.external_objects where kind = 'job' and external_id = $1",
    [String(made['id'])],
  );
  await db.query(
    `insert into headgate.runs (workspace_id, id, pipeline_id, state, cause, started_at, lease_until)
     values (1, 'run_late', $1, 'running', 'manual', now() - interval '6 minutes', now() + interval '1 hour')`,
    [row?.object_id],
  );
  const before = mailbox.mails.length;
  await tellStalled(db, ports.clock, 6);
  await tellStalled(db, ports.clock, 6);
  await mailbox.until(before + 1);
  assert.deepEqual(mailbox.mails[before]?.to, ['late@example.com']);
  while ((await db.query("select from headgate.deliveries where state = 'waiting'")).length > 0) await wait(20);
  assert.equal(mailbox.mails.length, before + 1);
  await db.query("update headgate.runs set state = 'cancelled', finished_at = now(), lease_until = null where id = 'run_late'");
});

const outputs = async (job: Fields): Promise<readonly Fields[]> => {
  for (;;) {
    const [run] = await client.list(`jobs/${String(job['id'])}/runs`);
    if (run?.['state'] === 'succeeded') return await client.list(`jobs/${String(job['id'])}/runs/${String(run['id'])}/outputs`);
    assert.notEqual(run?.['state'], 'failed', String(run?.['error']));
    await wait(20);
  }
};

test('a script that begins by itself does what it does when it is asked to: by its schedule, once at a time of its own, behind a parent', async () => {
  const schedule = { scheduled: true, scheduled_days: [1], scheduled_hours: [0, 4], scheduled_minutes: [15] };
  const parent = await script({ schedule, next_run_at: '2020-01-01T00:00:00Z' });
  assert.equal(parent['nextRunAt'], '2020-01-01T00:00:00.000Z');
  const child = await script({ name: 'child', parent_id: parent['id'] });
  await pass(db, new Date());
  assert.equal((await outputs(parent)).length, 1);
  assert.equal((await outputs(child)).length, 1);
  const { nextRunAt } = await client.call('GET', `scripts/sql/${String(parent['id'])}`);
  assert.match(String(nextRunAt), /:15:00\.000Z$/);
  assert.ok(String(nextRunAt) > new Date().toISOString());
  const chain = await client.list(`jobs/${String(child['id'])}/parents`);
  assert.deepEqual(
    chain.map(({ id }) => id),
    [parent['id']],
  );
});

test('what falls due while a run is at work is left out', async () => {
  const made = await client.call('POST', 'imports', {
    name: 'often',
    syncType: 'Dbsync',
    isOutbound: true,
    schedule: { scheduled: true, scheduledHours: [0] },
    nextRunAt: '2020-01-01T00:00:00Z',
  });
  const [row] = await db.query<{ object_id: string }>(
    "select object_id from headgate.external_objects where kind = 'job' and external_id = $1",
    [String(made['id'])],
  );
  await db.query(
    `insert into headgate.runs (workspace_id, id, pipeline_id, state, cause, lease_until)
     values (1, 'run_busy', $1, 'running', 'manual', now() + interval '1 hour')`,
    [row?.object_id],
  );
  await pass(db, new Date());
  assert.equal((await client.list(`imports/${String(made['id'])}/runs`)).length, 1);
  const { nextRunAt } = await client.call('GET', `imports/${String(made['id'])}`);
  assert.ok(String(nextRunAt) > new Date().toISOString());
  await db.query("update headgate.runs set state = 'cancelled', finished_at = now(), lease_until = null where id = 'run_busy'");
  const off = await client.call('PUT', `imports/${String(made['id'])}`, {
    name: 'often',
    syncType: 'Dbsync',
    isOutbound: true,
    schedule: { scheduled: false },
  });
  assert.deepEqual([off['nextRunAt'], off['state']], [null, 'cancelled']);
});
