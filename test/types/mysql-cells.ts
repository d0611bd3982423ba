/** Values at the edges of MySQL's and MariaDB's own types, and what each place makes of them. */
import type { ErrorCode } from '../../src/domain/codes.ts';
import type { Place } from './matrix.ts';

export interface MysqlCell {
  /** Name of the table; unique. */
  readonly name: string;
  /** Native type of the column. */
  readonly type: string;
  /** SQL of each value, which the server takes with a `sql_mode` that allows everything. */
  readonly values: readonly string[];
  /** How the exact value is asked for where its own text would not be it; `v` is the column. */
  readonly shown?: string;
  /** Where a value is refused on its way there, and with which code. */
  readonly refused?: Partial<Record<Place, ErrorCode>>;
  /** Where it comes back in another text of the same meaning; everywhere else it comes back as it was. */
  readonly becomes?: Partial<Record<Place, readonly (string | null)[]>>;
}

const texts = (...values: readonly string[]): readonly string[] => values.map((value) => `'${value.replaceAll("'", "''")}'`);

/** Places with real dates and times: they do not have these values. */
const noSuchDay = {
  postgres: 'value.invalid',
  duckdb: 'value.invalid',
  parquet: 'value.invalid',
  ndjson: 'value.invalid',
} as const;
const noNul = { postgres: 'value.invalid', csv: 'value.invalid' } as const;

export const mysqlCells: readonly MysqlCell[] = [
  { name: 'm_tinyint', type: 'tinyint', values: ['-128', '127'] },
  { name: 'm_tinyint_1', type: 'tinyint(1)', values: ['2', '1', '0', '-1'] },
  { name: 'm_tinyint_unsigned', type: 'tinyint unsigned', values: ['255', '0'] },
  { name: 'm_smallint_unsigned', type: 'smallint unsigned', values: ['65535'] },
  { name: 'm_mediumint', type: 'mediumint', values: ['-8388608', '8388607'] },
  { name: 'm_mediumint_unsigned', type: 'mediumint unsigned', values: ['16777215'] },
  { name: 'm_int_unsigned', type: 'int unsigned', values: ['4294967295'] },
  { name: 'm_int_zerofill', type: 'int(6) zerofill', values: ['42'], shown: 'v + 0' },
  { name: 'm_bigint', type: 'bigint', values: ['-9223372036854775808', '9223372036854775807', '9007199254740993'] },
  { name: 'm_bigint_unsigned', type: 'bigint unsigned', values: ['18446744073709551615', '9223372036854775808'] },
  { name: 'm_bit_1', type: 'bit(1)', values: [`b'1'`, `b'0'`], shown: 'v + 0' },
  { name: 'm_bit_8', type: 'bit(8)', values: [`b'11111111'`, `b'00001010'`], shown: 'v + 0' },
  { name: 'm_bit_64', type: 'bit(64)', values: [`b'${'1'.repeat(64)}'`, `b'1'`], shown: 'v + 0' },
  {
    name: 'm_float',
    type: 'float',
    values: ['16777217', '16777216', '0.1', '-3.4e38', '1e-45', '1.17549435e-38'],
    shown: 'cast(v as double)',
  },
  { name: 'm_double', type: 'double', values: ['0.1', '1.7976931348623157e308', '5e-324', '9007199254740993', '-0e0'] },
  {
    name: 'm_decimal_65_30',
    type: 'decimal(65,30)',
    values: [`${'9'.repeat(35)}.${'9'.repeat(30)}`, `-0.${'0'.repeat(29)}1`],
  },
  { name: 'm_decimal', type: 'decimal(10,2)', values: ['99999999.99', '-0.01', '0.10'] },
  { name: 'm_date', type: 'date', values: texts('0001-01-01', '9999-12-31', '2024-02-29', '1582-10-10') },
  { name: 'm_date_zero', type: 'date', values: texts('0000-00-00'), refused: noSuchDay },
  { name: 'm_date_odd', type: 'date', values: texts('2024-00-15', '2024-01-00'), refused: noSuchDay },
  {
    name: 'm_datetime',
    type: 'datetime(6)',
    values: texts('2024-03-10 02:30:00.000001', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999', '2024-11-03 01:30:00'),
  },
  { name: 'm_datetime_zero', type: 'datetime', values: texts('0000-00-00 00:00:00', '2024-00-15 10:00:00'), refused: noSuchDay },
  {
    name: 'm_timestamp',
    type: 'timestamp(6) null',
    values: texts('2024-03-10 07:30:00.5', '1970-01-01 00:00:01', '2038-01-19 03:14:07.999999'),
  },
  { name: 'm_timestamp_zero', type: 'timestamp null', values: texts('0000-00-00 00:00:00'), refused: noSuchDay },
  { name: 'm_year', type: 'year', values: ['0', '1901', '2155', '2024'], shown: 'v + 0' },
  { name: 'm_time', type: 'time(6)', values: texts('00:00:00', '23:59:59.999999', '12:00:00.1') },
  { name: 'm_time_long', type: 'time', values: texts('-838:59:59', '838:59:59', '-00:00:01'), refused: noSuchDay },
  {
    name: 'm_json',
    type: 'json',
    values: texts('{"a": 12345678901234567890, "a":1.10 ,  "b":"\\u0000"}', 'null', '[]', '"x"'),
    becomes: { ndjson: ['{"a":12345678901234567890,"a":1.10,"b":"\\u0000"}', null, '[]', '"x"'] },
  },
  { name: 'm_enum', type: `enum('a','b,c','')`, values: texts('a', 'b,c', '') },
  { name: 'm_set', type: `set('a','b')`, values: texts('a,b', 'a', '') },
  { name: 'm_char', type: 'char(5)', values: texts('a', '', 'é') },
  { name: 'm_varchar', type: 'varchar(40) character set utf8mb4', values: texts('😀 𝄞', '👩‍👩‍👧', ' a ', '', 'NULL', '\\N', '"', "it's", '\ta\nb\r') },
  { name: 'm_latin1', type: 'varchar(40) character set latin1', values: texts('€ß', 'é') },
  { name: 'm_text_nul', type: 'text', values: [`concat('a', char(0), 'b')`], shown: 'hex(v)', refused: noNul },
  { name: 'm_binary', type: 'binary(4)', values: [`x'00ff0a00'`], shown: 'hex(v)' },
  { name: 'm_varbinary', type: 'varbinary(9)', values: [`x'00ff0a22'`, `''`], shown: 'hex(v)' },
  { name: 'm_blob', type: 'blob', values: [`x'${Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('hex')}'`], shown: 'hex(v)' },
  { name: 'm_uuid', type: 'uuid', values: texts('ffffffff-ffff-ffff-ffff-fffffffffffe') },
  { name: 'm_inet6', type: 'inet6', values: texts('2001:db8::1') },
]; // prettier-ignore
