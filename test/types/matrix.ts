/** Values at the edges of every PostgreSQL type, and what each destination makes of them: docs/types.md is held against it. */
import type { ErrorCode } from '../../src/domain/codes.ts';

export const places = ['postgres', 'mysql', 'duckdb', 'csv', 'ndjson', 'parquet'] as const;
export type Place = (typeof places)[number];

export interface Cell {
  /** Name of the table; unique. */
  readonly name: string;
  /** Native type of the column. */
  readonly type: string;
  /** SQL literals without the cast. */
  readonly values: readonly string[];
  /** Where a value is refused on its way there or back, and with which code. */
  readonly refused?: Partial<Record<Place, ErrorCode>>;
  /** Where it comes back in another text of the same meaning; everywhere else it comes back as it was. */
  readonly becomes?: Partial<Record<Place, readonly (string | null)[]>>;
}

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const texts = (...values: readonly string[]): readonly string[] => values.map(text);

const specials = texts('NaN', 'Infinity', '-Infinity');

/** One of each kind of character that has ever been lost: planes, controls, marks, and what looks like syntax. */
const characters = [
  '',
  ' ',
  'NULL',
  'null',
  '\\N',
  '\\.',
  '\\',
  '"',
  '""',
  "'",
  ',',
  ';',
  '\t',
  '\n',
  '\r',
  '\r\n',
  'a\nb',
  '\u0001\u001f\u007f',
  '\u0085\u2028\u2029',
  '\ufeff',
  '\ufffd',
  'é',
  'e\u0301',
  'ﷺ',
  '漢字',
  '👩‍👩‍👧',
  '\u{1f600}',
  '\u{2070e}',
  '\u{e0001}',
  '\u{10ffff}',
  '=1+1',
  '00123',
  '9007199254740993',
  '__proto__',
];

export const cells: readonly Cell[] = [
  { name: 'c_boolean', type: 'boolean', values: ['true', 'false'] },
  { name: 'c_smallint', type: 'smallint', values: ['-32768', '32767', '0'] },
  { name: 'c_integer', type: 'integer', values: ['-2147483648', '2147483647'] },
  { name: 'c_bigint', type: 'bigint', values: ['-9223372036854775808', '9223372036854775807', '9007199254740993'] },
  { name: 'c_numeric_5_2', type: 'numeric(5,2)', values: ['999.99', '-999.99', '0.01', '0.10'] },
  { name: 'c_numeric_38_10', type: 'numeric(38,10)', values: ['9999999999999999999999999999.9999999999', '-0.0000000001'] },
  { name: 'c_numeric_60_20', type: 'numeric(60,20)', values: [`${'9'.repeat(40)}.${'9'.repeat(20)}`, '0.00000000000000000001'] },
  {
    name: 'c_numeric',
    type: 'numeric',
    values: [`1${'0'.repeat(300)}`, '0.1', '0.10', `0.${'0'.repeat(200)}1`, '18446744073709551615'],
  },
  { name: 'c_numeric_special', type: 'numeric', values: specials },
  { name: 'c_numeric_odd', type: 'numeric(3,-2)', values: ['12300', '99900'] },
  { name: 'c_real', type: 'real', values: texts('1e-45', '3.4028235e38', '-3.4028235e38', '16777216', '0.1') },
  {
    name: 'c_double',
    type: 'double precision',
    values: texts('5e-324', '1.7976931348623157e308', '0.1', '9007199254740993'),
  },
  { name: 'c_double_zero', type: 'double precision', values: texts('-0'), becomes: { mysql: ['0'] } },
  { name: 'c_real_special', type: 'real', values: specials, refused: { mysql: 'value.invalid' } },
  { name: 'c_double_special', type: 'double precision', values: specials, refused: { mysql: 'value.invalid' } },
  { name: 'c_text', type: 'text', values: texts(...characters) },
  { name: 'c_varchar', type: 'varchar(40)', values: texts(...characters) },
  {
    name: 'c_bytea',
    type: 'bytea',
    values: [
      text(''),
      text('\\x00ff'),
      `decode('${Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('hex')}', 'hex')`,
    ],
  },
  { name: 'c_date', type: 'date', values: texts('0001-01-01', '9999-12-31', '1582-10-10', '2024-02-29') },
  { name: 'c_date_far', type: 'date', values: texts('10000-01-01'), refused: { mysql: 'value.invalid' } },
  {
    name: 'c_date_edge',
    type: 'date',
    values: texts('0044-03-15 BC', '4713-01-01 BC', 'infinity', '-infinity', '5874897-12-31'),
    refused: { mysql: 'value.invalid' },
  },
  { name: 'c_time', type: 'time', values: texts('00:00:00', '23:59:59.999999', '12:00:00.1') },
  { name: 'c_time_24', type: 'time', values: texts('24:00:00') },
  { name: 'c_timetz', type: 'timetz', values: texts('00:00:00+14', '23:59:59.999999-12:30') },
  {
    name: 'c_timestamp',
    type: 'timestamp',
    values: texts('2024-03-10 02:30:00', '2024-12-31 23:59:59.999999', '0001-01-01', '9999-12-31 23:59:59.999999'),
  },
  {
    name: 'c_timestamp_edge',
    type: 'timestamp',
    values: texts('0044-03-15 10:00:00.000001 BC', 'infinity', '-infinity', '100000-01-01'),
    refused: { mysql: 'value.invalid' },
  },
  {
    name: 'c_timestamp_far',
    type: 'timestamp',
    values: texts('294276-12-31 23:59:59.999999'),
    refused: { mysql: 'value.invalid', duckdb: 'value.invalid', ndjson: 'value.invalid', parquet: 'value.invalid' },
  },
  {
    name: 'c_timestamptz',
    type: 'timestamptz',
    values: texts('2024-03-10 02:30:00.123456-05', '2024-10-27 01:30:00+00', '1900-01-01 00:00:00+00'),
  },
  {
    name: 'c_timestamptz_edge',
    type: 'timestamptz',
    values: texts('0044-03-15 10:00:00 BC', 'infinity', '-infinity', '100000-01-01 00:00:00+00'),
    refused: { mysql: 'value.invalid' },
  },
  {
    name: 'c_interval',
    type: 'interval',
    values: texts(
      '1 year 2 mons -3 days 04:05:06.789',
      '-1 days +00:00:00.000001',
      '00:00:00',
      '30 days',
      '720:00:00',
      '1000 years',
    ),
  },
  { name: 'c_uuid', type: 'uuid', values: texts('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff') },
  {
    name: 'c_json',
    type: 'json',
    values: texts('{"a": 12345678901234567890, "a":1.10 ,  "b":"\\u0000"}', 'null', '[]', '"x"', '1e400'),
    becomes: { ndjson: ['{"a":12345678901234567890,"a":1.10,"b":"\\u0000"}', null, '[]', '"x"', '1e400'] },
  },
  {
    name: 'c_jsonb',
    type: 'jsonb',
    values: texts('{"a": 12345678901234567890.10, "b": [null, true]}', 'null'),
    becomes: { ndjson: ['{"a": 12345678901234567890.10, "b": [null, true]}', null] },
  },
  { name: 'c_ints', type: 'integer[]', values: texts('{}', '{1,NULL,-3}', '{{1,2},{3,4}}') },
  { name: 'c_ints_bounded', type: 'integer[]', values: texts('[0:1]={7,8}') },
  { name: 'c_texts', type: 'text[]', values: texts('{"NULL",NULL}', '{"a,b","c\\"d","","{}"}', '{{NULL},{NULL}}') },
  { name: 'c_enum', type: 'mood', values: texts('sad', 'so, so') },
  { name: 'c_domain', type: 'positive', values: ['1', '2147483647'] },
  { name: 'c_composite', type: 'pair', values: texts('(1,"a ""b"", c")') },
  { name: 'c_inet', type: 'inet', values: texts('192.168.0.1', '10.0.0.0/8', '::1', '2001:db8::/32') },
  { name: 'c_macaddr', type: 'macaddr', values: texts('08:00:2b:01:02:03') },
  { name: 'c_int4range', type: 'int4range', values: texts('[1,10)', 'empty', '(,)') },
  { name: 'c_tstzrange', type: 'tstzrange', values: texts('["2024-01-01 00:00:00+00","2024-02-01 00:00:00+00")') },
  { name: 'c_money', type: 'money', values: texts('-92233720368547758.08', '0.01', '1234.50') },
  { name: 'c_bit', type: 'bit(5)', values: [`B'10101'`, `B'00000'`] },
  { name: 'c_varbit', type: 'varbit', values: [`B''`, `B'1'`] },
  { name: 'c_point', type: 'point', values: texts('(1.5,-2)') },
  { name: 'c_tsvector', type: 'tsvector', values: texts(`'a':1 'b':2`) },
  { name: 'c_oid', type: 'oid', values: ['0', '4294967295'] },
  { name: 'c_xml', type: 'xml', values: texts('<a b="c">é</a>') },
];

export const setup = `create type mood as enum ('sad', 'so, so'); create domain positive as integer check (value > 0);
create type pair as (n integer, t text);`;
