import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Authority, type Certificate } from '../../../test/support/certificates.ts';
import { findBinaries } from '../../../test/support/postgres-binaries.ts';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.ts';
import { giveTo } from '../../../test/support/private-server.ts';
import { tapWire } from '../../../test/support/tap.ts';
import { eventually } from '../../../test/support/tunnels.ts';
import { HeadgateError } from '../../domain/error.ts';
import { postgres } from './index.ts';
import { openSource, readAll, streamOf } from './test-harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-tls-'));
let server: TestPostgres;
let plain: TestPostgres;
let authority: Authority;
let stranger: Authority;
let client: Certificate;

before(async () => {
  authority = new Authority(folder, 'authority');
  stranger = new Authority(folder, 'stranger');
  client = authority.issue('postgres');
  const hba = join(folder, 'hba');
  writeFileSync(hba, 'hostssl certs all all cert\nhost all all all scram-sha-256\n');
  const { account } = await findBinaries();
  const own = await authority.issueServer(account);
  await giveTo(account, hba);
  const files = { ssl_cert_file: own.cert, ssl_key_file: own.key, ssl_ca_file: authority.cert, hba_file: hba };
  server = await startPostgres({ settings: { ssl: 'on', ...files } });
  plain = await startPostgres();
});
after(async () => {
  await server.stop();
  await plain.stop();
  rmSync(folder, { recursive: true });
});

/** The server under the name of its certificate. */
const named = (url: string, options: Readonly<Record<string, string>>): string => {
  const location = new URL(url.replace('127.0.0.1', 'localhost'));
  for (const [name, value] of Object.entries(options)) location.searchParams.set(name, value);
  return location.href;
};

/** What a source at this location says of the encryption of its own session, or the code of what goes wrong. */
async function encryption(location: string): Promise<string> {
  await using source = await openSource(location);
  const query = 'select ssl::text from pg_stat_ssl where pid = pg_backend_pid()';
  try {
    const [info] = await source.discover([{ name: 'q', query }]);
    assert.ok(info);
    return (await readAll(source, info)).text.trim();
  } catch (error) {
    assert.ok(error instanceof HeadgateError, String(error));
    assert.doesNotMatch(error.message, /BEGIN|PRIVATE/);
    return `${error.code}: ${error.message.replace(/^.*?\d\/\w+: /, '')}`;
  }
}

test('the authority and the name of the server are checked as sslmode says', async () => {
  const modes = (sslmode: string, sslrootcert?: string) => named(server.url(), { sslmode, ...(sslrootcert && { sslrootcert }) });
  const byAddress = (location: string) => location.replace('localhost', '127.0.0.1');
  const untrusted = "connect.refused: the server's certificate is not trusted";
  const full = modes('verify-full', authority.cert);
  assert.equal(await encryption(full), 'true');
  assert.equal(await encryption(byAddress(full)), "connect.refused: the server's certificate is for another host name");
  assert.equal(await encryption(byAddress(modes('verify-ca', authority.cert))), 'true');
  assert.equal(await encryption(modes('verify-full', stranger.cert)), untrusted);
  assert.equal(await encryption(modes('verify-ca', stranger.cert)), untrusted);
  assert.equal(await encryption(modes('verify-ca')), untrusted);
  // As in every client of this server: who names an authority wants it checked.
  assert.equal(await encryption(modes('require', stranger.cert)), untrusted);
  assert.equal(await encryption(named(server.url(), { sslrootcert: stranger.cert })), untrusted);
  assert.equal(await encryption(modes('require')), 'true');
  assert.equal(await encryption(modes('prefer')), 'true');
  assert.equal(await encryption(modes('disable')), 'false');
});

test('a client certificate logs in, and without one or with a foreign one nobody does', async () => {
  const url = await server.database('certs');
  const options = { sslmode: 'verify-full', sslrootcert: authority.cert };
  assert.equal(await encryption(named(url, { ...options, sslcert: client.cert, sslkey: client.key })), 'true');
  assert.match(await encryption(named(url, options)), /^connect\.refused: the server refused/);
  const foreign = stranger.issue('postgres');
  const given = named(url, { ...options, sslcert: foreign.cert, sslkey: foreign.key });
  assert.match(await encryption(given), /^connect\.(?:refused|unreachable): /);
  const mixed = named(url, { ...options, sslcert: client.cert, sslkey: foreign.key });
  assert.match(await encryption(mixed), /^usage\.arguments: /);
});

test('files are read where a location is typed, and only say that they are missing', () => {
  const codeOf = (options: Readonly<Record<string, string>>): string => {
    try {
      return postgres.locate(named(server.url(), options), {}).identity;
    } catch (error) {
      return error instanceof HeadgateError ? `${error.code}: ${error.message}` : String(error);
    }
  };
  assert.equal(
    codeOf({ sslrootcert: join(folder, 'none') }),
    'file.missing: reading the file of sslrootcert: there is no such file',
  );
  assert.equal(codeOf({ sslkey: folder }), 'file.missing: reading the file of sslkey: it is a directory');
  assert.equal(codeOf({ sslcert: '/etc/passwd' }), 'file.format: reading the file of sslcert: it holds no PEM text');
});

const number = (bytes: Buffer | undefined): number => bytes?.readInt32BE(4) ?? 0;
const [tlsRequest, cancelRequest] = [80877103, 80877102];

test('a server without TLS costs one connection where TLS is only preferred, and is refused where it is required', async (t) => {
  const wire = await tapWire(t, plain.port);
  const through = (sslmode: string) => plain.url().replace(`:${plain.port}`, `:${wire.port}`).concat(`?sslmode=${sslmode}`);
  await using source = await openSource(through('prefer'));
  const findings = await source.check();
  assert.deepEqual(
    findings.filter(({ level }) => level === 'error'),
    [],
  );
  assert.deepEqual(wire.first.map(number), [tlsRequest]);
  assert.match(await encryption(through('require')), /^connect\.unreachable: the server does not offer TLS/);
});

test('the request to cancel is encrypted as its session is', async (t) => {
  const wire = await tapWire(t, server.port);
  const url = await server.database();
  await server.sql(url, 'create view slow as select i, pg_sleep(0.05)::text from generate_series(1, 100000) i');
  const location = named(url, { sslmode: 'verify-full', sslrootcert: authority.cert }).replace(
    `:${server.port}`,
    `:${wire.port}`,
  );
  const abort = new AbortController();
  await using source = await openSource(location, abort.signal);
  const running = async (): Promise<number> =>
    Number((await server.sql(url, `select count(*) from pg_stat_activity where wait_event = 'PgSleep'`))[0]?.[0]);
  const read = readAll(source, await streamOf(source, 'slow'));
  const ended = assert.rejects(read, (error: unknown) => error instanceof HeadgateError && error.code === 'run.cancelled');
  await eventually(async () => (await running()) > 0, 'the statement has not begun');
  const before = wire.first.length;
  abort.abort();
  await ended;
  await eventually(async () => (await running()) === 0, 'the statement still runs');
  assert.deepEqual(wire.first.slice(before).map(number), [tlsRequest]);
  assert.ok(wire.first.every((bytes) => number(bytes) !== cancelRequest));
});

test('text that somebody puts behind the answer to the request for TLS is refused', async (t) => {
  const forger = createServer((socket) => socket.once('data', () => socket.write('Sforged')).on('error', () => undefined));
  forger.listen(0, '127.0.0.1');
  await once(forger, 'listening');
  t.after(() => forger.close());
  const { port } = forger.address() as AddressInfo; // a TCP server's address
  assert.match(
    await encryption(`postgres://u:password@127.0.0.1:${port}/d?sslmode=prefer`),
    /^connect\.unreachable: .*not PostgreSQL/,
  );
});
