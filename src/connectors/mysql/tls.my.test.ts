/** TLS with a real server: who is believed, what goes over the wire in the clear, and how a statement is cancelled. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Authority, type Certificate } from '../../../test/support/certificates.ts';
import { findBinaries } from '../../../test/support/mariadb-binaries.ts';
import { startMariadb, type TestMariadb } from '../../../test/support/mariadb.ts';
import { tapWire } from '../../../test/support/tap.ts';
import { eventually } from '../../../test/support/tunnels.ts';
import { HeadgateError } from '../../domain/error.ts';
import { openSource, readAll, testContext } from './harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-tls-'));
let server: TestMariadb;
let plain: TestMariadb;
let authority: Authority;
let stranger: Authority;
let client: Certificate;

before(async () => {
  authority = new Authority(folder, 'authority');
  stranger = new Authority(folder, 'stranger');
  client = authority.issue('guest');
  const own = await authority.issueServer((await findBinaries()).account);
  server = await startMariadb({ settings: { 'ssl-cert': own.cert, 'ssl-key': own.key, 'ssl-ca': authority.cert } });
  plain = await startMariadb({ settings: { ssl: '0' } });
});
after(async () => {
  await server.stop();
  await plain.stop();
  rmSync(folder, { recursive: true });
});

type Options = Readonly<Record<string, string>>;

/** The server under the name of its certificate. */
function named(url: string, options: Options): string {
  const location = new URL(url.replace('127.0.0.1', 'localhost'));
  for (const [name, value] of Object.entries(options)) location.searchParams.set(name, value);
  return location.href;
}

const byAddress = (location: string): string => location.replace('localhost', '127.0.0.1');

/** Is the session of a source at this location encrypted? Or the code and the words of what goes wrong. */
async function encryption(location: string): Promise<string> {
  const query = `select if(variable_value = '', 'no', 'yes') as v from information_schema.session_status where variable_name = 'SSL_VERSION'`;
  try {
    return (await readAll(location, { name: 'q', query })).text.trim();
  } catch (error) {
    assert.ok(error instanceof HeadgateError, String(error));
    assert.doesNotMatch(error.message, /BEGIN|PRIVATE/);
    return `${error.code}: ${error.message.replace(/^.*?\d\/\w+: /, '')}`;
  }
}

test('the authority and the name of the server are checked as sslmode says', async () => {
  const url = await server.database('modes');
  const modes = (sslmode: string, sslrootcert?: string) => named(url, { sslmode, ...(sslrootcert && { sslrootcert }) });
  const untrusted = "connect.refused: the server's certificate is not trusted";
  const full = modes('verify-full', authority.cert);
  assert.equal(await encryption(full), 'yes');
  assert.equal(await encryption(byAddress(full)), "connect.refused: the server's certificate is for another host name");
  assert.equal(await encryption(byAddress(modes('verify-ca', authority.cert))), 'yes');
  assert.equal(await encryption(modes('verify-full', stranger.cert)), untrusted);
  assert.equal(await encryption(modes('verify-ca', stranger.cert)), untrusted);
  assert.equal(await encryption(modes('verify-ca')), untrusted);
  assert.equal(await encryption(modes('require', stranger.cert)), untrusted);
  assert.equal(await encryption(named(url, { sslrootcert: stranger.cert })), untrusted);
  assert.equal(await encryption(modes('require')), 'yes');
  assert.equal(await encryption(modes('prefer')), 'yes');
  assert.equal(await encryption(url), 'yes');
  assert.equal(await encryption(modes('disable')), 'no');
});

test('a client certificate logs in, and without one or with a foreign one nobody does', async () => {
  const url = await server.database('certs');
  await server.sql(url, `create user guest@'%' identified by 'word' require x509; grant select on certs.* to guest@'%'`);
  const location = url.replace(/root:[^@]*@/, 'guest:word@');
  const options = { sslmode: 'verify-full', sslrootcert: authority.cert };
  assert.equal(await encryption(named(location, { ...options, sslcert: client.cert, sslkey: client.key })), 'yes');
  assert.match(await encryption(named(location, options)), /^connect\.refused: the server refuses this user/);
  const foreign = stranger.issue('guest');
  const given = named(location, { ...options, sslcert: foreign.cert, sslkey: foreign.key });
  assert.match(await encryption(given), /^connect\.(?:refused|unreachable): /);
  const mixed = named(location, { ...options, sslcert: client.cert, sslkey: foreign.key });
  assert.match(await encryption(mixed), /^usage\.arguments: /);
});

/** The request for TLS is a login that ends before the user's name. */
const asksForTls = (bytes: Buffer): boolean => bytes.readUIntLE(0, 3) === 32;

test('a server without TLS costs one connection where TLS is only preferred, and is refused where it is required', async (t) => {
  const wire = await tapWire(t, plain.port);
  const url = await plain.database('plain');
  const through = (sslmode: string) => url.replace(`:${plain.port}/`, `:${wire.port}/`).concat(`?sslmode=${sslmode}`);
  await using context = await testContext();
  await using source = await openSource(through('prefer'), context);
  const findings = await source.check();
  assert.deepEqual(
    findings.map(({ level }) => level),
    ['info'],
  );
  assert.deepEqual(wire.first.map(asksForTls), [false]);
  assert.match(await encryption(through('require')), /^connect\.unreachable: the server does not offer TLS/);
  assert.equal(wire.first.length, 1);
});

test('the statement that cancels is sent over a connection that is encrypted as its session is', async (t) => {
  const wire = await tapWire(t, server.port);
  const url = await server.database('cancelled');
  await server.sql(
    url,
    'create table t (id int primary key); insert into t values (1); create view slow as select id, sleep(600) as s from t',
  );
  const location = named(url, { sslmode: 'verify-full', sslrootcert: authority.cert }).replace(
    `:${server.port}/`,
    `:${wire.port}/`,
  );
  const running = async (): Promise<number> =>
    Number((await server.sql(url, `select count(*) from information_schema.processlist where state = 'User sleep'`))[0]?.[0]);
  const abort = new AbortController();
  await using context = await testContext(abort.signal);
  await using source = await openSource(location, context);
  const [info] = await source.discover([{ name: 'slow' }]);
  assert.ok(info);
  const columns = info.schema.fields.map(({ name }) => ({ from: name, as: name }));
  const flows = [{ stream: info.stream, schema: info.schema, projection: { columns } }];
  const read = (async () => {
    for await (const event of source.read({ flows, mode: 'snapshot', format: 'csv' })) assert.notEqual(event.type, 'checkpoint');
  })();
  const ended = assert.rejects(read, (error: unknown) => error instanceof HeadgateError && error.code === 'run.cancelled');
  await eventually(async () => (await running()) > 0, 'the statement has not begun');
  const before = wire.first.length;
  abort.abort();
  await ended;
  await eventually(async () => (await running()) === 0, 'the statement still runs');
  assert.deepEqual(wire.first.slice(before).map(asksForTls), [true]);
  assert.ok(wire.first.every(asksForTls));
});
