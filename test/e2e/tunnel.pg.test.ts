/** A database behind an SSH server, through the command: what works, what is refused, and what is left afterwards. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { launch } from '../support/run.ts';
import { failureOf, receiptOf, requireClean } from '../support/receipts.ts';
import { openSite } from '../support/site.ts';
import { startSshd } from '../support/sshd.ts';
import { begun, eventually, openTunnels, type LocationOptions } from '../support/tunnels.ts';

const site = await openSite();
const { server } = site;

const isRoot = process.getuid?.() === 0;
const account = `headgate${process.pid}`;
if (isRoot) {
  const hash = execFileSync('openssl', ['passwd', '-6', 'open sesame'], { encoding: 'utf8' }).trim();
  execFileSync('useradd', ['--no-create-home', '--shell', '/bin/false', '--password', hash, account]);
}
const tunnels = await openTunnels(site, ['Match Address 127.0.0.1', '  PasswordAuthentication yes', 'Match all']);
const { env, sshd } = tunnels;
const behind = (url: string, options?: LocationOptions): string => tunnels.behind(url, options);
const forbidding = await startSshd(['AllowTcpForwarding no']);
after(async () => {
  await tunnels[Symbol.asyncDispose]();
  await forbidding[Symbol.asyncDispose]();
  if (isRoot) execFileSync('userdel', [account], { stdio: 'ignore' });
  await site[Symbol.asyncDispose]();
});

async function table(rows: number): Promise<string> {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int primary key, v text); insert into t select i, md5(i::text) from generate_series(1, ${rows}) i`,
  );
  return url;
}

/** A stream that takes its time. */
async function slowStream(): Promise<string> {
  const url = await table(2000);
  await server.sql(
    url,
    `create table pace (slow boolean); insert into pace values (true);
     create view trickle as select t.*, case when (select slow from pace) then pg_sleep(0.05)::text end as w from t`,
  );
  return url;
}

const sleeping = async (url: string): Promise<number> =>
  Number(
    (
      await server.sql(url, `select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`)
    )[0]?.[0],
  );

test('a table moves through tunnels into both destinations, and nothing is left of them', async () => {
  const source = await table(5000);
  const target = await server.database();
  for (const destination of [behind(target), `duckdb:${site.path('w.duckdb')}`]) {
    const result = await site.run(['sync', behind(source), destination, '--stream', 't'], { env });
    assert.equal(receiptOf(result).written, 5000);
    requireClean(result, [sshd.key]);
    await tunnels.requireNothingLeft();
  }
  assert.deepEqual(await server.sql(target, 'select count(*) from t'), [['5000']]);
});

test('each thing that is wrong has its code, and leaves nothing', async () => {
  const source = await table(1);
  const empty = site.file('nobody', '');
  const changed = site.file(
    'changed',
    `[127.0.0.1]:${sshd.port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJXvB0K7JjXbGrLZgGmvMw0rK0nZ0r5qk2rC0cB3tqO\n`,
  );
  const { port, user } = sshd;
  const cases: readonly (readonly [string, LocationOptions, string, RegExp, string?])[] = [
    ['unknown host', { ssh_known_hosts: empty }, 'connect.tunnel', /host key is not known/],
    ['changed host key', { ssh_known_hosts: changed }, 'connect.tunnel', /not the one that is known/],
    ['unknown key', { ssh_key: sshd.strangerKey }, 'connect.refused', /refused the login/],
    ['no passphrase', { ssh_key: sshd.sealedKey }, 'connect.refused', /login|key/],
    ['wrong passphrase', { ssh_key: sshd.sealedKey }, 'connect.refused', /login|key/, 'wrong words'],
    ['wrong password', { ssh_key: undefined }, 'connect.refused', /refused the login/, 'wrong words'],
    ['no SSH server', { ssh: `${user}@127.0.0.1:1` }, 'connect.unreachable', /nothing listens/],
    ['no such SSH server', { ssh: `${user}@nowhere.invalid:${port}` }, 'connect.unreachable', /host name is unknown/],
    [
      'forwarding forbidden',
      { ssh: `${user}@127.0.0.1:${forbidding.port}`, ssh_key: forbidding.key, ssh_known_hosts: forbidding.knownHosts },
      'connect.tunnel',
      /does not allow a tunnel/,
    ],
  ];
  for (const [name, options, code, says, password] of cases) {
    const result = await site.run(['discover', behind(source, options)], { env: { ...env, HEADGATE_SSH_PASSWORD: password } });
    const failure = failureOf(result);
    assert.equal(failure.code, code, `${name}: ${failure.message}`);
    assert.match(failure.message, says, name);
    requireClean(result, ['wrong words', sshd.key]);
  }
  const closed = behind(source.replace(`:${server.port}/`, ':1/'));
  const failure = failureOf(await site.run(['discover', closed], { env }));
  assert.deepEqual(
    [failure.code, /cannot reach the server behind it/.test(failure.message)],
    ['connect.unreachable', true],
    failure.message,
  );
  await tunnels.requireNothingLeft();
});

test('a passphrase and, where an account can be made, a password come from the environment only', async () => {
  const source = await table(3);
  const secret = { ...env, HEADGATE_SSH_PASSWORD: 'open sesame' };
  const ways = [
    { ssh_key: sshd.sealedKey },
    ...(isRoot ? [{ ssh: `${account}@127.0.0.1:${sshd.port}`, ssh_key: undefined }] : []),
  ];
  for (const way of ways) {
    const result = await site.run(['discover', behind(source, way)], { env: secret });
    assert.equal(result.code, 0, result.stdout + result.stderr);
    requireClean(result, ['open sesame']);
  }
  await tunnels.requireNothingLeft();
});

test('a client whose socket is there before it listens on it is waited for', async () => {
  // What the client does by itself for a few microseconds (bind, then listen), for as long as its login takes.
  const slow = `#!/bin/sh
for word; do case $word in */socket:*) path=\${word%%:*};; esac; done
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$path"
PATH=\${PATH#*:} exec ssh -o StreamLocalBindUnlink=yes "$@"
`;
  mkdirSync(site.path('slow'));
  writeFileSync(site.path('slow/ssh'), slow, { mode: 0o755 });
  const path = `${site.path('slow')}:${process.env['PATH']}`;
  const source = await table(3);
  const target = `duckdb:${site.path('slow.duckdb')}`;
  const result = await site.run(['sync', behind(source), target, '--stream', 't'], { env: { ...env, PATH: path } });
  assert.equal(receiptOf(result).written, 3);
  await tunnels.requireNothingLeft();
});

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  test(`${signal} in the middle of a login leaves nothing`, async (t) => {
    const mute = createServer((socket) => t.after(() => socket.destroy()));
    t.after(() => mute.close());
    await once(mute.listen(0, '127.0.0.1'), 'listening');
    const knocked = once(mute, 'connection');
    const { port } = mute.address() as AddressInfo; // of a TCP server that listens
    const { child, done } = launch(['discover', behind(await table(1), { ssh: `${sshd.user}@127.0.0.1:${port}` })], { env });
    await knocked;
    child.kill(signal);
    await done;
    await tunnels.requireNothingLeft();
  });
}

test('TLS is asked for behind a tunnel too', async () => {
  const source = await table(1);
  const result = await site.run(['discover', behind(source, { sslmode: 'verify-full' })], { env });
  assert.match(failureOf(result).message, /does not offer TLS/);
});

test('a tunnel that is killed in the middle is a lost connection, and the next run completes', async () => {
  const source = await slowStream();
  const args = ['sync', behind(source), `duckdb:${site.path('killed.duckdb')}`, '--stream', 'trickle', '--key', 'id'];
  const { done } = launch([...args, '--json'], { stateDir: site.stateDir, env });
  await begun(done, async () => (await sleeping(source)) > 0);
  for (const pid of await tunnels.clients()) process.kill(pid, 'SIGKILL');
  assert.equal(failureOf(await done).code, 'connect.lost');
  await tunnels.requireNothingLeft();
  await server.sql(source, 'update pace set slow = false');
  assert.equal(receiptOf(await site.run(args, { env })).written, 2000);
  await tunnels.requireNothingLeft();
});

for (const [name, signal] of [
  ['Ctrl-C', 'SIGINT'],
  ['a SIGKILL', 'SIGKILL'],
] as const) {
  test(`${name} ends the statement behind the tunnel, and then the tunnel`, async () => {
    const source = await slowStream();
    const args = ['sync', behind(source), `duckdb:${site.path(`${signal}.duckdb`)}`, '--stream', 'trickle', '--json'];
    const { child, done } = launch(args, { stateDir: site.stateDir, env });
    await begun(done, async () => (await sleeping(source)) > 0);
    child.kill(signal);
    await eventually(async () => (await sleeping(source)) === 0, 'the statement still runs');
    assert.equal((await done).code, signal === 'SIGINT' ? 130 : null);
    await tunnels.requireNothingLeft();
  });
}

test('doctor looks for the SSH client, and says so when it is missing', async () => {
  const found = await site.run(['doctor']);
  assert.ok(
    found.json.some((check) => check['name'] === 'ssh' && check['level'] === 'ok'),
    found.stdout,
  );
  mkdirSync(site.path('bin'));
  writeFileSync(site.path('bin/true'), '');
  const missing = await site.run(['doctor'], { env: { PATH: site.path('bin') } });
  assert.ok(
    missing.json.some((check) => check['name'] === 'ssh' && check['level'] === 'warning'),
    missing.stdout,
  );
  const failure = failureOf(await site.run(['discover', behind(await table(1))], { env: { ...env, PATH: site.path('bin') } }));
  assert.deepEqual([failure.code, /no ssh command/.test(failure.message)], ['connect.tunnel', true], failure.message);
});
