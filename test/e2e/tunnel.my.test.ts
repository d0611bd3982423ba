/** MariaDB behind an SSH server, through the command: as source and destination, encrypted inside, cancelled through both. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Authority } from '../support/certificates.ts';
import { findBinaries } from '../support/mariadb-binaries.ts';
import { startMariadb } from '../support/mariadb.ts';
import { failureOf, receiptOf, requireClean } from '../support/receipts.ts';
import { launch } from '../support/run.ts';
import { openFolder } from '../support/site.ts';
import { begun, eventually, named, openTunnels, type LocationOptions } from '../support/tunnels.ts';

const site = openFolder();
const authority = new Authority(site.folder, 'authority');
// The SSH server and the end of the tunnel are at 127.0.0.1, which the certificate does not name.
const own = await authority.issueServer((await findBinaries()).account);
const server = await startMariadb({ settings: { 'ssl-cert': own.cert, 'ssl-key': own.key } });
const tunnels = await openTunnels(site);
const { env, sshd } = tunnels;
after(async () => {
  await tunnels[Symbol.asyncDispose]();
  await server.stop();
  await site[Symbol.asyncDispose]();
});

const full = { sslmode: 'verify-full', sslrootcert: authority.cert };

async function table(rows: number): Promise<string> {
  const url = await server.database();
  await server.sql(
    url,
    `create table t (id int primary key, v text);
     insert into t with recursive n as (select 1 as i union all select i + 1 from n where i < ${rows}) select i, md5(i) from n`,
  );
  return url;
}

/** A stream whose statement sends nothing for ten minutes while the table says so. */
async function slowStream(): Promise<string> {
  const url = await table(3);
  await server.sql(
    url,
    `create table pace (slow int); insert into pace values (600);
     create view trickle as select t.id, t.v, sleep((select slow from pace)) as w from t`,
  );
  return url;
}

const sleeping = async (url: string): Promise<number> =>
  Number((await server.sql(url, `select count(*) from information_schema.processlist where state = 'User sleep'`))[0]?.[0]);

test('a table moves through tunnels from and into MariaDB, and nothing is left of them', async () => {
  const [source, target] = [await table(900), await server.database()];
  const warehouse = `duckdb:${site.path('w.duckdb')}`;
  for (const destination of [tunnels.behind(target), warehouse]) {
    const result = await site.run(['sync', tunnels.behind(source), destination, '--stream', 't'], { env });
    assert.equal(receiptOf(result).written, 900);
    requireClean(result, [sshd.key, new URL(source).password]);
    await tunnels.requireNothingLeft();
  }
  assert.deepEqual(await server.sql(target, 'select count(*) from t'), [['900']]);
});

test('verify-full compares the name of the database host, not that of the SSH server', async () => {
  const source = await table(2);
  const run = (url: string) =>
    site.run(['sync', tunnels.behind(url, full), `duckdb:${site.path('full.duckdb')}`, '--stream', 't'], { env });
  assert.equal(receiptOf(await run(named(source))).written, 2);
  const failure = failureOf(await run(source));
  assert.deepEqual(
    [failure.code, /certificate is for another host name/.test(failure.message)],
    ['connect.refused', true],
    failure.message,
  );
  await tunnels.requireNothingLeft();
});

test('what is wrong with the way has its code, and leaves nothing', async () => {
  const source = await table(1);
  const cases: readonly (readonly [string, string, LocationOptions, string, RegExp])[] = [
    ['unknown host', source, { ssh_known_hosts: site.file('nobody', '') }, 'connect.tunnel', /host key is not known/],
    ['unknown key', source, { ssh_key: sshd.strangerKey }, 'connect.refused', /refused the login/],
    ['no SSH server', source, { ssh: `${sshd.user}@127.0.0.1:1` }, 'connect.unreachable', /nothing listens/],
    ['no server behind', source.replace(`:${server.port}/`, ':1/'), {}, 'connect.unreachable', /cannot reach the server behind/],
  ];
  for (const [name, url, options, code, says] of cases) {
    const result = await site.run(['discover', tunnels.behind(url, options)], { env });
    const failure = failureOf(result);
    assert.equal(failure.code, code, `${name}: ${failure.message}`);
    assert.match(failure.message, says, name);
    requireClean(result, [sshd.key]);
  }
  await tunnels.requireNothingLeft();
});

test('a tunnel that is killed in the middle is a lost connection, and the next run completes', async () => {
  const source = await slowStream();
  const args = ['sync', tunnels.behind(source), `duckdb:${site.path('killed.duckdb')}`, '--stream', 'trickle', '--key', 'id'];
  const { done } = launch([...args, '--json'], { stateDir: site.stateDir, env });
  await begun(done, async () => (await sleeping(source)) > 0);
  for (const pid of await tunnels.clients()) process.kill(pid, 'SIGKILL');
  assert.equal(failureOf(await done).code, 'connect.lost');
  await tunnels.requireNothingLeft();
  await server.sql(source, 'update pace set slow = 0');
  assert.equal(receiptOf(await site.run(args, { env })).written, 3);
  await tunnels.requireNothingLeft();
});

test('Ctrl-C ends the statement behind the tunnel, and then the tunnel', async () => {
  const source = await slowStream();
  const location = tunnels.behind(named(source), full);
  // Those that other tests have left asleep.
  const before = await sleeping(source);
  const args = ['sync', location, `duckdb:${site.path('stopped.duckdb')}`, '--stream', 'trickle', '--json'];
  const { child, done } = launch(args, { stateDir: site.stateDir, env });
  await begun(done, async () => (await sleeping(source)) > before);
  child.kill('SIGINT');
  // The server would sleep on without being told: this one does not notice that its client has gone.
  await eventually(async () => (await sleeping(source)) === before, 'the statement still runs');
  assert.equal((await done).code, 130);
  await tunnels.requireNothingLeft();
});
