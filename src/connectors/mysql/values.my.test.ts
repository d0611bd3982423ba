/** Values that other tools lose (reliability B35, B36, B37, B39, B40, B42), out of a real server. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startMariadb } from '../../../test/support/mariadb.ts';
import { typeName } from '../../domain/types.ts';
import { readAll } from './harness.ts';

const server = await startMariadb();
after(() => server.stop());

/** What a column of the type reads as, and which type it is known as. */
async function read(type: string, ...values: readonly string[]): Promise<readonly [string, ...string[]]> {
  const url = await server.database();
  await server.sql(
    url,
    `set sql_mode = '', names utf8mb4; create table t (n int primary key, v ${type})`.replace(', names', '; set names'),
  );
  for (const [index, value] of values.entries())
    await server.sql(url, `set sql_mode = ''; set names utf8mb4; insert into t values (${index}, ${value})`);
  const { info, text } = await readAll(url, { name: 't' });
  const column = info.schema.fields[1];
  assert.ok(column);
  return [
    typeName(column.type),
    ...text
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(line.indexOf(',') + 1)),
  ];
}

test('64-bit numbers keep every digit (B35)', async () => {
  assert.deepEqual(await read('bigint', '9007199254740993', '-9223372036854775808'), [
    'bigint',
    '9007199254740993',
    '-9223372036854775808',
  ]);
  assert.deepEqual(await read('bigint unsigned', '18446744073709551615'), ['unsigned bigint', '18446744073709551615']);
  const wide = '12345678901234567890123456789012345.123456789012345678901234567890';
  assert.deepEqual(await read('decimal(65,30)', wide), ['decimal(65,30)', wide]);
});

test('JSON is the text that was stored (B36)', async () => {
  const json = '{"a": 12345678901234567890, "a": 1.10}';
  assert.deepEqual(await read('json', `'${json}'`, `'null'`, 'null'), ['json', `"${json.replaceAll('"', '""')}"`, 'null', '']);
});

test('times do not depend on any time zone (B37)', async () => {
  const zone = process.env['TZ'];
  try {
    for (const name of ['America/New_York', 'Asia/Kolkata', 'UTC']) {
      process.env['TZ'] = name;
      assert.deepEqual(await read('datetime(3)', `'2024-03-10 02:30:00.120'`), ['timestamp', '2024-03-10 02:30:00.12']);
      assert.deepEqual(await read('date', `'2024-03-10'`), ['date', '2024-03-10']);
      assert.deepEqual(await read('timestamp null', `from_unixtime(1710037800)`), ['timestamptz', '2024-03-10 02:30:00+00']);
    }
  } finally {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  }
});

test('zero dates stay what they are (B39)', async () => {
  assert.deepEqual(await read('date', `'0000-00-00'`, `'2024-00-15'`), ['date', '0000-00-00', '2024-00-15']);
  assert.deepEqual(await read('datetime', `'0000-00-00 00:00:00'`), ['timestamp', '0000-00-00 00:00:00']);
});

test('types that look like others keep their values (B40)', async () => {
  assert.deepEqual(await read('tinyint(1)', '2', '-1'), ['tinyint', '2', '-1']);
  assert.deepEqual(await read('bit(1)', `b'1'`, `b'0'`, 'null'), ['boolean', 'true', 'false', '']);
  assert.deepEqual(await read('bit(64)', `b'${'1'.repeat(64)}'`), ['unsigned bigint', '18446744073709551615']);
  assert.deepEqual(await read('float', '16777216', '0.1', '16777217'), ['real', '16777216', '0.10000000149011612', '16777216']);
  assert.deepEqual(await read('double', '0.1', '1e300', '1.7976931348623157e308'), [
    'double',
    '0.1',
    '1e+300',
    '1.7976931348623157e+308',
  ]);
  assert.deepEqual(await read('year', '0', '2024'), ['smallint', '0', '2024']);
  assert.deepEqual(await read('time(6)', `'-838:59:59.000001'`, `'838:59:59'`), ['time', '-838:59:59.000001', '838:59:59']);
  assert.deepEqual(await read('int(6) zerofill', '42'), ['unsigned integer', '42']);
  assert.deepEqual(await read(`enum('a','b,c')`, `'b,c'`), [`enum('a','b,c')`, '"b,c"']);
  assert.deepEqual(await read(`varchar(9) character set latin1`, `'€ß'`), ['text', '€ß']);
});

test('NUL and bytes that are no text are kept (B42)', async () => {
  assert.deepEqual(await read('text', `'a\\0b'`), ['text', 'a\0b']);
  assert.deepEqual(await read('varbinary(9)', `x'00ff0a22'`, `''`), ['bytes', '\\x00ff0a22', '\\x']);
});

test('a read has a snapshot whatever level of isolation the server prefers', async () => {
  await server.sql(server.url(), 'set global transaction isolation level read uncommitted');
  try {
    const url = await server.database();
    const { text } = await readAll(url, { name: 'q', query: 'select @@tx_isolation as v, @@tx_read_only as r' });
    assert.equal(text, 'REPEATABLE-READ,1\n');
  } finally {
    await server.sql(server.url(), 'set global transaction isolation level repeatable read');
  }
});
