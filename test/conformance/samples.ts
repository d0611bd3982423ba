/** Tables and values that the guarantees are tried with. Their text is chosen so that a file's columns infer to the same types. */
import type { LogicalType } from '../../src/domain/types.ts';
import type { Facts, Row, Table } from './kit.ts';

export const text: LogicalType = { kind: 'text' };
export const bigint: LogicalType = { kind: 'integer', bits: 64 };
export const instant: LogicalType = { kind: 'timestamp', zone: true };

export const people: Table = {
  name: 'people',
  fields: [
    { name: 'id', type: bigint },
    { name: 'name', type: text },
    { name: 'city', type: text },
  ],
  key: ['id'],
  rows: [
    ['1', 'Ada', 'London'],
    ['2', 'Grace', null],
    ['3', 'Tim', 'Paris'],
  ],
};

/** What text must survive. The last one is a field of 1 MB. */
export const texts: readonly string[] = [
  'plain',
  '',
  ' leading and trailing ',
  'comma, "quote" and \'apostrophe\'',
  'line\nbreak',
  'carriage\r\nreturn',
  'tab\tand \\backslash \\n \\N',
  '\\.',
  'NULL',
  '=1+1',
  'é ü ß 漢字 עברית',
  '😀 𝄞 👩‍👩‍👧',
  'e\u0301',
  '\u2028\u00a0\ufeff',
  'x'.repeat(1_000_000),
];

export const many = (count: number, width: number): readonly Row[] =>
  Array.from({ length: count }, (_, index) => [String(index + 1), `${'v'.repeat(width)}${index}`, null]);

/** Values of every kind, in wire text. */
export const values: readonly { readonly type: LogicalType; readonly values: readonly string[] }[] = [
  { type: { kind: 'boolean' }, values: ['true', 'false'] },
  { type: { kind: 'integer', bits: 16 }, values: ['-32768', '32767'] },
  { type: { kind: 'integer', bits: 32 }, values: ['-2147483648', '2147483647'] },
  { type: bigint, values: ['-9223372036854775808', '9223372036854775807', '9007199254740993'] },
  { type: { kind: 'decimal', precision: 38, scale: 10 }, values: ['1234567890123456789012345678.0123456789', '-0.0000000001'] },
  { type: { kind: 'float', bits: 64 }, values: ['0.1', '1e+300', '-2.5'] },
  { type: text, values: ['007', 'true', '2024-01-01'] },
  { type: { kind: 'bytes' }, values: ['\\x00ff10', '\\x'] },
  { type: { kind: 'date' }, values: ['0001-01-01', '2024-02-29', '9999-12-31'] },
  { type: { kind: 'time' }, values: ['00:00:00', '23:59:59.999999'] },
  { type: { kind: 'timestamp', zone: false }, values: ['2024-02-29 12:34:56.123456', '1969-12-31 23:59:59'] },
  { type: instant, values: ['2024-02-29 12:34:56.123456+00', '1969-12-31 23:59:59+00'] },
  { type: { kind: 'uuid' }, values: ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'] },
  { type: { kind: 'json' }, values: ['{"b": 1, "a": [1.10, "é"]}', 'null'] },
];

/** One column per kind that the system can hold, one row per value; NULL where a kind has fewer values. */
export function typedTable(facts: Pick<Facts, 'holds'>): Table {
  const held = values.filter(({ type }) => facts.holds(type));
  const depth = Math.max(...held.map((sample) => sample.values.length));
  const rows = Array.from({ length: depth + 1 }, (_, index): Row => [
    String(index),
    ...held.map((sample) => sample.values[index] ?? null),
  ]);
  const fields = held.map(({ type }, index) => ({ name: `c${index}_${type.kind}`, type }));
  return { name: 'kinds', fields: [{ name: 'id', type: bigint }, ...fields], key: ['id'], rows };
}

/** Names that a careless statement would break on. */
export const awkwardNames: readonly string[] = [
  'select',
  'With Space',
  'quo"te',
  "apos'trophe",
  'semi;colon',
  'Großes Ö',
  '漢字',
  '__proto__',
];
