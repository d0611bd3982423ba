/** A database with a certificate behind an SSH server: whose name counts, and how a statement is cancelled through both. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { Authority } from '../support/certificates.ts';
import { findBinaries } from '../support/postgres-binaries.ts';
import { startPostgres } from '../support/postgres.ts';
import { giveTo } from '../support/private-server.ts';
import { failureOf, receiptOf } from '../support/receipts.ts';
import { launch } from '../support/run.ts';
import { openFolder } from '../support/site.ts';
import { begun, eventually, named, openTunnels } from '../support/tunnels.ts';

const site = openFolder();
const authority = new Authority(site.folder, 'authority');
const { account } = await findBinaries();
// The SSH server and the end of the tunnel are at 127.0.0.1, which the certificate does not name.
const own = await authority.issueServer(account);
const log = site.path('log');
mkdirSync(log);
await giveTo(account, log);
const server = await startPostgres({
  settings: {
    ssl: 'on',
    ssl_cert_file: own.cert,
    ssl_key_file: own.key,
    logging_collector: 'on',
    log_directory: log,
    log_filename: 'server.log',
  },
});
const tunnels = await openTunnels(site);
const { env } = tunnels;
after(async () => {
  await tunnels[Symbol.asyncDispose]();
  await server.stop();
  await site[Symbol.asyncDispose]();
});

const options = { sslmode: 'verify-full', sslrootcert: authority.cert };

test('verify-full compares the name of the database host, not that of the SSH server', async () => {
  const url = await server.database();
  await server.sql(url, 'create table t (id int primary key); insert into t values (1), (2)');
  const target = `duckdb:${site.path('full.duckdb')}`;
  const result = await site.run(['sync', tunnels.behind(named(url), options), target, '--stream', 't'], { env });
  assert.equal(receiptOf(result).written, 2);
  const failure = failureOf(await site.run(['discover', tunnels.behind(url, options)], { env }));
  assert.deepEqual(
    [failure.code, /certificate is for another host name/.test(failure.message)],
    ['connect.refused', true],
    failure.message,
  );
  await tunnels.requireNothingLeft();
});

test('Ctrl-C reaches the server as a request to cancel, through the tunnel and encrypted', async () => {
  const url = await server.database();
  // It sends nothing, so that the server would not notice that the client has gone.
  await server.sql(url, 'create view slow as select 1 as id, pg_sleep(600)::text as s');
  const sleeping = async (): Promise<number> =>
    Number((await server.sql(url, `select count(*) from pg_stat_activity where wait_event = 'PgSleep'`))[0]?.[0]);
  const cancelled = 'canceling statement due to user request';
  const args = ['sync', tunnels.behind(named(url), options), `duckdb:${site.path('slow.duckdb')}`, '--stream', 'slow', '--json'];
  const { child, done } = launch(args, { stateDir: site.stateDir, env });
  await begun(done, async () => (await sleeping()) > 0);
  assert.ok(!readFileSync(`${log}/server.log`, 'utf8').includes(cancelled));
  child.kill('SIGINT');
  await eventually(async () => (await sleeping()) === 0, 'the statement still runs');
  assert.equal((await done).code, 130);
  assert.ok(readFileSync(`${log}/server.log`, 'utf8').includes(cancelled), 'the server ended it for another reason');
  await tunnels.requireNothingLeft();
});
