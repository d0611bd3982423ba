/** Whose things are, and who else may see them: shares, transfers, projects, levels, and the life of files. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startMailbox } from '../../../../test/support/receiver.ts';
import { startDeliveries } from '../../../jobs/deliveries.ts';
import { mailer } from '../../../notify/smtp.ts';
import { senderOf } from '../../../operations/notifications/send.ts';
import { formsOf } from '../../forms.ts';
import { open, send, StandIn, type Fields, type Reply } from './harness.ts';

const bench = await open();
const mailbox = await startMailbox();
const { db, ports } = bench.state;
const sender = senderOf(ports, mailer({ url: mailbox.url, from: 'headgate@example.com' }), formsOf(ports));
const deliveries = startDeliveries(db, ports.clock, sender);
after(async () => {
  await deliveries.stop();
  await mailbox[Symbol.asyncDispose]();
  await bench.close();
});
const client = new StandIn(bench);
const parse = ({ text }: Reply): Fields => JSON.parse(text) as Fields;

async function native(method: string, path: string, sent: object): Promise<Fields> {
  const headers = { authorization: `Bearer ${bench.token}`, 'content-type': 'application/json' };
  const reply = await send(bench.url, method, `/v1/workspaces/1${path}`, { headers, body: JSON.stringify(sent) });
  assert.ok(reply.status < 300, reply.text);
  return parse(reply);
}

const { id: principal } = await native('POST', '/principals', { name: 'Ann Lee', email: 'ann@example.com' });
const { token } = await native('POST', '/keys', { name: 'hers', scopes: ['*'], principal });
await native('PUT', '/grants', { connection: 'warehouse', principal, level: 'write' });
const ann = new StandIn({ url: bench.url, token: String(token) });
const [her] = (await client.list('users?query=ann')).filter(({ email }) => email === 'ann@example.com');
const outbound = { syncType: 'Dbsync', isOutbound: true };

test('whoever gets something hears of it by mail, unless nobody wants that, and sees the own level', async () => {
  const made = await client.call('POST', 'imports', { name: 'orders', ...outbound });
  const at = `imports/${String(made['id'])}`;
  const share = { userIds: [her?.['id']], permissionLevel: 'read' };
  await client.call('PUT', `${at}/shares/users`, { ...share, sendSharedEmail: false });
  await client.call('PUT', `${at}/shares/users`, { ...share, permissionLevel: 'write', shareEmailBody: 'Have a look.' });
  await mailbox.until(1);
  assert.deepEqual(mailbox.mails[0]?.to, ['ann@example.com']);
  assert.match(mailbox.mails[0]?.text ?? '', /Subject: Headgate has shared the import orders with you[\s\S]*Have a look\./);
  assert.equal((await ann.call('GET', at))['myPermissionLevel'], 'write');
  assert.equal((await client.call('GET', at))['myPermissionLevel'], 'manage');
  const hers = async (level: string): Promise<readonly unknown[]> =>
    (await ann.list(`jobs?permission=${level}`)).map(({ name }) => name);
  assert.deepEqual([await hers('read'), await hers('write'), await hers('manage')], [['orders'], ['orders'], []]);
  assert.equal((await ann.ask('PUT', `${at}/shares/users`, share)).status, 403);
});

test('a transfer names the new owner, and reports what was shared for it', async () => {
  const made = await client.call('POST', 'imports', { name: 'given', ...outbound });
  const at = `imports/${String(made['id'])}`;
  const given = { userId: her?.['id'], includeDependencies: true, emailBody: 'Yours.' };
  const before = mailbox.mails.length;
  assert.deepEqual(await client.call('PUT', `${at}/transfer`, given), { dependencies: [] });
  await mailbox.until(before + 1);
  assert.match(mailbox.mails[before]?.text ?? '', /Subject: Headgate has given you the import given/);
  const after = await client.call('GET', at);
  for (const side of ['user', 'runningAs']) assert.equal((after[side] as Fields)['id'], her?.['id'], side);
  const { owners } = (await client.call('GET', `${at}/shares`)) as { owners: { users: readonly Fields[] } };
  assert.deepEqual(
    owners.users.map(({ name }) => name),
    ['Ann Lee', 'Headgate'],
  );
});

test('a project that is shared shares what belongs to it only where it shall', async () => {
  const [first, second] = [
    await client.call('POST', 'imports', { name: 'first', ...outbound }),
    await client.call('POST', 'imports', { name: 'second', ...outbound }),
  ];
  const project = await client.call('POST', 'projects', { name: 'ours', description: 'a project' });
  const at = `projects/${String(project['id'])}`;
  assert.equal((await ann.ask('GET', at)).status, 404);
  await client.call('PUT', `imports/${String(first['id'])}/${at}`);
  const wanted = { userIds: [her?.['id']], permissionLevel: 'write', sendSharedEmail: false };
  const shown = await client.call('PUT', `${at}/shares/users`, wanted);
  assert.deepEqual((shown['writers'] as Fields)['users'], [{ id: her?.['id'], name: 'Ann Lee' }]);
  assert.equal((await ann.call('GET', at))['myPermissionLevel'], 'write');
  assert.equal((await ann.ask('GET', `imports/${String(first['id'])}`)).status, 404);
  await client.call('PUT', at, { autoShare: true });
  assert.equal((await ann.call('GET', `imports/${String(first['id'])}`))['myPermissionLevel'], 'write');
  await client.call('PUT', `imports/${String(second['id'])}/${at}`);
  assert.equal((await ann.call('GET', `imports/${String(second['id'])}`))['myPermissionLevel'], 'write');
  const { users } = (await client.call('GET', at)) as { users: readonly Fields[] };
  assert.deepEqual(
    users.map(({ name }) => name),
    ['Headgate', 'Ann Lee'],
  );
  assert.equal((await ann.ask('PUT', `${at}/shares/users`, wanted)).status, 403);
  assert.equal((await client.ask('DELETE', `${at}/shares/users/${String(her?.['id'])}`)).status, 204);
  assert.equal((await ann.ask('GET', at)).status, 404);
});

async function upload(content: string, fields: Fields = {}): Promise<Fields> {
  const made = await client.call('POST', 'files', { name: 'rows.csv', ...fields });
  await client.post(String(made['uploadUrl']), made['uploadFields'] as object, content);
  return made;
}

test('until when a file is kept can be said anew', async () => {
  const made = await upload('a\n1\n');
  const at = `files/${String(made['id'])}`;
  assert.equal((await client.call('PATCH', at, { expires_at: null }))['expiresAt'], null);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  assert.equal((await client.call('PUT', at, { name: 'other.csv', expires_at: until }))['expiresAt'], until);
  assert.equal((await client.ask('PATCH', at, { expires_at: '2020-01-01T00:00:00Z' })).status, 400);
  assert.equal((await client.ask('PATCH', at, { name: 'other.txt' })).status, 400);
});

test('a preprocess in place puts what it made behind the same number, which is kept as long', async () => {
  const made = await upload('a|b\r\n1|2\r\n', { expires_at: null });
  const job = await client.call('POST', 'files/preprocess/csv', { file_id: made['id'], detect_table_columns: true });
  assert.deepEqual([job['inPlace'], job['myPermissionLevel']], [true, 'manage']);
  const run = await client.call('POST', `jobs/${String(job['id'])}/runs`);
  await client.poll(`jobs/${String(job['id'])}/runs/${String(run['id'])}`);
  const file = await client.call('GET', `files/${String(made['id'])}`);
  assert.equal(file['expiresAt'], null);
  assert.equal((file['detectedInfo'] as Fields)['columnDelimiter'], 'pipe');
  assert.equal(await (await fetch(String(file['fileUrl']))).text(), 'a|b\r\n1|2\r\n');
});
