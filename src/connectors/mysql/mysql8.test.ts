/** MySQL 8 from a transcript (`mysql8-harness.ts`), because no such server can be had for the tests. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Authority } from '../../../test/support/certificates.ts';
import { typeName } from '../../domain/types.ts';
import { openSource, readAll, testContext } from './harness.ts';
import { flags, password, play, type Login, type Played, type TranscriptRow } from './mysql8-harness.ts';

const folder = mkdtempSync(join(tmpdir(), 'headgate-mysql8-'));
after(() => rmSync(folder, { recursive: true }));
const authority = new Authority(folder, 'authority');
const issued = authority.issue('server', 'DNS:localhost');
const tls = { cert: readFileSync(issued.cert, 'utf8'), key: readFileSync(issued.key, 'utf8') };

const version: readonly TranscriptRow[] = [{ 'VERSION()': '8.4.3' }];
const versionAnswer = [/^select version\(\)/, version] as const;

const locationOf = ({ port }: Played, options = ''): string =>
  `mysql://reader:${encodeURIComponent(password)}@localhost:${port}/shop${options}`;

/** What `check` finds at the location: messages, or codes of errors. */
async function check(location: string): Promise<readonly string[]> {
  await using context = await testContext();
  await using source = await openSource(location, context);
  return (await source.check()).map(({ level, code, message }) => (level === 'error' ? code : message));
}

const verified = `?sslmode=verify-full&sslrootcert=${encodeURIComponent(authority.cert)}`;
const ways: readonly (readonly [string, Login, boolean, string, readonly string[]])[] = [
  ['fast authentication without TLS', 'fast', false, '', ['MySQL 8.4.3']],
  ['fast authentication over TLS', 'fast', true, verified, ['MySQL 8.4.3']],
  ['full authentication over TLS', 'full', true, verified, ['MySQL 8.4.3']],
  ['full authentication over TLS that is only preferred', 'full', true, '', ['MySQL 8.4.3']],
  ["full authentication with the server's RSA key", 'full', false, '', ['MySQL 8.4.3']],
  ['an account with the older plugin', 'native', false, '', ['MySQL 8.4.3']],
  ['the password as it is, to a server that has shown who it is', 'clear', true, verified, ['MySQL 8.4.3']],
  ['the password as it is, to whoever answers over TLS', 'clear', true, '?sslmode=require', ['connect.refused']],
  ['the password as it is, without TLS', 'clear', false, '', ['connect.refused']],
];

for (const [name, login, encrypted, options, found] of ways) {
  test(`login: ${name}`, async () => {
    await using server = await play({ login, ...(encrypted && { tls }), answers: [versionAnswer] });
    assert.deepEqual(await check(locationOf(server, options)), found);
    const [seen, ...others] = server.connections;
    assert.ok(seen && others.length === 0);
    assert.equal(seen.encrypted, encrypted);
    assert.equal(seen.loggedIn, found[0] !== 'connect.refused');
    assert.ok(!seen.said.includes(password), 'the password went over the wire as it is');
    // Who encrypts says not even a name before that.
    assert.equal(seen.said.includes('reader'), !encrypted);
  });
}

test('a wrong certificate gets neither name nor password', async () => {
  const stranger = new Authority(folder, 'stranger');
  await using server = await play({ login: 'full', tls, answers: [versionAnswer] });
  assert.deepEqual(await check(locationOf(server, `?sslrootcert=${encodeURIComponent(stranger.cert)}`)), ['connect.refused']);
  assert.equal(server.connections[0]?.user, '');
});

/** As MySQL 8 has it: names of columns in upper case, whole numbers without a width. */
const column = (name: string, type: string, more: TranscriptRow = {}): TranscriptRow => ({
  TABLE_NAME: 'orders',
  COLUMN_NAME: name,
  COLUMN_TYPE: type,
  COLUMN_COMMENT: '',
  IS_NULLABLE: 'YES',
  COLUMN_DEFAULT: null,
  EXTRA: '',
  CHARACTER_SET_NAME: null,
  COLLATION_NAME: null,
  ...more,
});
const columns = [
  column('id', 'bigint unsigned', { IS_NULLABLE: 'NO', EXTRA: 'auto_increment' }),
  column('n', 'int'),
  column('flag', 'tinyint(1)'),
  column('y', 'year'),
  column('price', 'decimal(10,2)'),
  column('at', 'datetime(6)'),
  column('data', 'json'),
  column('name', 'varchar(40)', { CHARACTER_SET_NAME: 'utf8mb4', COLLATION_NAME: 'utf8mb4_0900_ai_ci' }),
];
const tables = [{ TABLE_NAME: 'orders', TABLE_TYPE: 'BASE TABLE', ENGINE: 'InnoDB', TABLE_ROWS: '2', DATA_LENGTH: '16384' }];
const indexes = [{ TABLE_NAME: 'orders', INDEX_NAME: 'PRIMARY', NON_UNIQUE: '0', COLUMN_NAME: 'id', SUB_PART: null }];
const rows: readonly TranscriptRow[] = [
  { id: '18446744073709551615', n: '-1', flag: '2', y: '0', price: '0.10', at: '2024-02-30 00:00:00.000000', data: '{"a": 1.10}', name: '😀' },
  { id: '2', n: null, flag: '0', y: '2024', price: null, at: null, data: 'null', name: '' },
]; // prettier-ignore

const answers = [
  versionAnswer,
  [/information_schema\.tables/, tables],
  [/information_schema\.columns/, columns],
  [/information_schema\.statistics/, indexes],
  [/utc_timestamp/, [{ 'UTC_TIMESTAMP(6)': '2024-01-01 00:00:00.000000' }]],
  [/from "orders"/, rows],
] as const;

test('streams and rows: aliases against upper-case names, types without widths, values to the last digit', async () => {
  await using server = await play({ login: 'fast', answers });
  const { info, text } = await readAll(locationOf(server), { name: 'orders' });
  assert.deepEqual(
    info.schema.fields.map(({ name, type }) => `${name} ${typeName(type)}`),
    ['id unsigned bigint', 'n integer', 'flag tinyint', 'y smallint', 'price decimal(10,2)', 'at timestamp', 'data json', 'name text'],
  ); // prettier-ignore
  assert.deepEqual(info.schema.key, ['id']);
  assert.deepEqual(text.split('\n'), [
    '18446744073709551615,-1,2,0,0.10,2024-02-30 00:00:00,"{""a"": 1.10}",😀',
    '2,,0,2024,,,null,""',
    '',
  ]);
});

test('statements are those of MySQL, and the protocol is the one that we read', async () => {
  await using server = await play({ login: 'fast', answers });
  await readAll(locationOf(server), { name: 'orders' });
  const statements = server.connections.flatMap((seen) => seen.statements);
  assert.ok(statements.some((sql) => sql.includes('max_execution_time = 0')));
  for (const sql of statements)
    assert.doesNotMatch(sql, /max_statement_time|set statement|returning|check_constraints|tx_isolation|nopad/i);
  for (const { flags: asked } of server.connections) {
    assert.equal(asked & flags.deprecateEof, 0, 'rows that end without EOF are not what we read');
    assert.equal(asked & flags.queryAttributes, 0, 'a statement would have parameters before its text');
    assert.equal(asked & flags.localFiles, 0, 'a source offers no files');
  }
});
