/** What texts of each kind of field mean, and when each validator says no: replayed over HTTP and through the command line. */
import type { Field, Validator } from '../../src/domain/fields/forms.ts';

/** Undefined = it means nothing of the kind, or nothing that is allowed: then an import may deliver it all the same. */
type Row = readonly [text: string, result: unknown, delivered?: unknown];
const wrong = undefined;

export interface ValueTable {
  readonly type: Field['type'];
  readonly rows: readonly Row[];
}

const round = (digits: number, result: number): ValueTable => ({
  type: ['number', { preset: 'plain', round: digits }],
  rows: [['8888.888', result]],
});

export const options = [
  { label: 'Germany', value: 'DE', alternateMatches: ['Deutschland'] },
  { label: 'France', value: 'FR' },
];

export const valueTables: readonly ValueTable[] = [
  {
    type: 'number',
    rows: [
      ['1,234.56', 1234.56],
      ['$1,234.56', 1234.56],
      ['45%', 0.45],
      ['12.5 %', 0.125],
      ['0012', 12],
      ['(89)', -89],
      ['-$3,456.78', -3456.78],
      ['1e3', 1000],
      ['1k', 1000],
      ['2.5m', 2_500_000],
      ['1.234,56', 1.23456],
      ['1,23', 123],
      ['1,234.57 €', wrong],
      ['£ 1,234.57', wrong],
      ['1,2,3', wrong],
      ['abc', wrong],
      ['12abc', wrong],
      ['9007199254740991', 9_007_199_254_740_991],
      ['9007199254740992', wrong],
    ],
  },
  round(2, 8888.89),
  round(1, 8888.9),
  round(0, 8889),
  round(-1, 8890),
  round(-2, 8900),
  {
    type: ['number', { preset: 'percent' }],
    rows: [['12%', 0.12]],
  },
  {
    type: ['number', { preset: 'integer', min: 1, max: 5 }],
    rows: [
      ['1', 1],
      ['5.4', 5],
      ['5.5', wrong, 6],
      ['0', wrong, 0],
    ],
  },
  { type: ['number', { outputFormat: { average: true, totalLength: 3 } }], rows: [['1234567', '1.23m']] },
  { type: ['number', { outputFormat: { output: 'ordinal' } }], rows: [['1,022', '1022nd']] },
  { type: ['number', { outputFormat: { output: 'byte', base: 'binary' } }], rows: [['1536', '1.5KiB']] },
  { type: ['number', { outputFormat: { output: 'time' } }], rows: [['3661', '1:01:01']] },
  { type: ['number', { outputFormat: { exponential: true } }], rows: [['1500', '1.5e+3']] },
  { type: ['number', 'eur'], rows: [['1,234.57 €', 1234.57]] },
  { type: ['number', 'gbp'], rows: [['£ 1,234.57', 1234.57]] },
  {
    type: 'date',
    rows: [
      ['2024-03-04', '2024-03-04'],
      ['2024-03-04T10:00:00Z', '2024-03-04'],
      ['Mon, 04 Mar 2024 10:00:00 GMT', '2024-03-04'],
      ['3/4/2024', '2024-03-04'],
      ['3-4-24', '2024-03-04'],
      ['3.4.69', '1969-03-04'],
      ['1/2/60', '2060-01-02'],
      ['1/2/61', '1961-01-02'],
      ['4 March 2024', '2024-03-04'],
      ['2023-02-29', wrong],
      ['soon', wrong],
    ],
  },
  {
    type: ['date', { outputFormat: 'dd.MM.yyyy' }],
    rows: [
      ['25/12/2024', '25.12.2024'],
      ['3/4/2024', '03.04.2024'],
      ['12/25/2024', '25.12.2024'],
    ],
  },
  { type: ['date', { locale: 'en-GB', outputFormat: '[ISO]' }], rows: [['3/4/2024', '2024-04-03']] },
  {
    type: 'datetime',
    rows: [
      ['2024-03-04T15:06:07Z', '2024-03-04T15:06'],
      ['3/4/2024, 3:06 PM', '2024-03-04T15:06'],
      ['noon', wrong],
    ],
  },
  { type: ['datetime', { withSeconds: true }], rows: [['3/4/2024, 3:06:07 PM', '2024-03-04T15:06:07']] },
  {
    type: 'time',
    rows: [
      ['3:06 pm', '15:06'],
      ['24:00', '00:00'],
    ],
  },
  {
    type: 'select',
    rows: [
      ['Germany', 'DE'],
      ['DE', 'DE'],
      ['Deutschland', 'DE'],
      ['germany', 'DE'],
      ['Gremany', 'DE'],
      ['Spain', wrong],
    ],
  },
  {
    type: ['select', { exactMatchOnly: true }],
    rows: [
      ['Germany', 'DE'],
      ['germany', wrong],
    ],
  },
  { type: ['select', { allowCustom: true }], rows: [['Spain', 'Spain']] },
  {
    type: ['multi-select', { delimiter: ';' }],
    rows: [
      ['Germany; FR', ['DE', 'FR']],
      ['DE;DE', ['DE', 'DE']],
      ['Germany;Spain', wrong],
    ],
  },
  {
    type: 'checkbox',
    rows: [
      ['OFF', false],
      ['n', false],
      ['No', false],
      ['disabled', false],
      ['x', true],
    ],
  },
  {
    type: 'email',
    rows: [
      ['a@example.com', 'a@example.com'],
      ['a@localhost', wrong],
      ['a@127.0.0.1', wrong],
    ],
  },
  {
    type: 'phone-number',
    rows: [
      ['+1 212 867 5309', '+12128675309'],
      ['(212) 867-5309', wrong],
    ],
  },
  { type: ['phone-number', { outputFormatted: true }], rows: [['+12128675309', '+1 212 867 5309']] },
  {
    type: ['phone-number', { country: 'US', format: 'national' }],
    rows: [
      ['212-867-5309', '2128675309'],
      ['(702) 495-2114x99', '7024952114'],
      ['(911) 915-5556', wrong],
    ],
  },
  {
    type: ['phone-number', { country: 'US', format: 'national', outputFormatted: true }],
    rows: [
      ['2128675309', '(212) 867-5309'],
      ['(702) 495-2114x99', '(702) 495-2114 ext. 99'],
    ],
  },
  {
    type: ['phone-number', { country: 'US', format: 'both' }],
    rows: [
      ['(212) 867-5309', '+12128675309'],
      ['+44 20 7946 0958', '+442079460958'],
    ],
  },
  {
    type: 'country',
    rows: [
      ['de', 'DE'],
      ['DEU', wrong],
    ],
  },
  { type: ['ssn', { outputDash: true }], rows: [['123456789', '123-45-6789']] },
  {
    type: 'domain',
    rows: [
      ['_dmarc.example.com', '_dmarc.example.com'],
      ['localhost', wrong],
      ['example.com/path', wrong],
    ],
  },
  {
    type: 'url',
    rows: [
      ['https:///Example.com//a/../b', 'https://example.com/b'],
      ['example.com', wrong],
    ],
  },
  { type: 'us-state-territory', rows: [['US-PR', 'PR']] },
  {
    type: 'us-zip-code',
    rows: [
      ['501', '00501'],
      ['12345-6789', '12345'],
      ['123456', wrong],
    ],
  },
  {
    type: ['us-zip-code', { format: '9-digit', outputDash: true }],
    rows: [
      ['123456789', '12345-6789'],
      ['12345', wrong],
    ],
  },
  {
    type: ['uuid', { version: 4 }],
    rows: [
      ['F47AC10B-58CC-4372-A567-0E02B2C3D479', 'F47AC10B-58CC-4372-A567-0E02B2C3D479'],
      ['f47ac10b-58cc-1372-a567-0e02b2c3d479', wrong],
    ],
  },
];

export interface RuleTable {
  readonly title: string;
  readonly validator: Validator;
  /** Of the field with the validator, and of another. */
  readonly rows: readonly (readonly [string, string])[];
  /** Rows that break it. */
  readonly wrong: readonly number[];
}

/** `{other}` stands for the key of the other field. */
export const ruleTables: readonly RuleTable[] = [
  rule({ validate: 'required' }, [' \t', 'x', 'x', ''], [0, 3]),
  rule({ validate: 'unique' }, ['a,1', 'b,2', 'a,3', ',4'], [0, 2]),
  rule({ validate: 'unique_case_insensitive' }, ['a,1', 'A,2', 'b,3'], [0, 1]),
  rule({ validate: 'unique_with', uniqueKey: '{other}' }, ['a,1', 'a,2', 'b,3'], [0, 1]),
  rule({ validate: 'regex_match', regex: 'b' }, ['abc,1', 'ac,2', ',3'], [1]),
  rule({ validate: 'regex_match', regex: '^B', regexOptions: { ignoreCase: true } }, ['bc,1', 'ab,2'], [1]),
  rule({ validate: 'regex_match', regex: String.raw`^a\-b$` }, ['a-b,1', 'ab,2'], [1]),
  rule({ validate: 'regex_exclude', regex: 'b' }, ['abc,1', 'ac,2'], [0]),
  rule({ validate: 'require_with', fields: ['{other}'] }, [',1', 'a,1', 'a,'], [0]),
  rule({ validate: 'require_without', fields: ['{other}'] }, [',1', 'a,', ',1'], [3]),
  rule({ validate: 'require_with_all', fields: ['{other}'] }, [',1', 'a,1'], [0]),
  rule({ validate: 'require_without_all', fields: ['{other}'] }, [',1', 'a,1', 'a,'], [3]),
  rule({ validate: 'require_with_all', fields: [] }, [',1'], []),
  rule({ validate: 'require_with_values', fieldValues: { '{other}': 1 } }, [',1', ',2'], [0]),
  rule({ validate: 'require_without_values', fieldValues: { '{other}': '1' } }, [',1', ',2', 'a,', 'a,'], [1]),
  rule({ validate: 'require_with_all_values', fieldValues: { '{other}': '1' } }, [',1', ',2'], [0]),
  rule({ validate: 'require_without_all_values', fieldValues: { '{other}': '1' } }, [',1', ',2', 'a,', 'a,'], [1]),
  rule({ validate: 'length', min: 2, max: 3 }, ['a,1', 'ab,2', 'abc,3', 'abcd,4'], [0, 3]),
  rule({ validate: 'alphabetical' }, ['aZ,1', 'a b,2', 'ä,3', ',4'], [1, 2]),
];

/** Four rows each; those that are missing are empty. */
function rule(validator: Validator, rows: readonly string[], wrong: readonly number[]): RuleTable {
  const all = Array.from({ length: 4 }, (_, at) => (rows[at] ?? '').split(',') as [string, string?]); // at least one
  const pairs = all.map(([own, other = '']) => [own, other] as const);
  return { title: validator.validate, validator, rows: pairs, wrong };
}

export interface Sheet {
  readonly fields: readonly Field[];
  readonly csv: string;
}

const quoted = (text: string): string => (text === '' ? '' : `"${text.replaceAll('"', '""')}"`);
const csvOf = (names: readonly string[], rows: readonly (readonly string[])[]): string =>
  [names, ...rows].map((row) => `${row.map(quoted).join(',')}\n`).join('');

/** One column for each table, and a row with nothing else in it for each of its texts; `n` counts the rows. */
export function valueSheet(): Sheet & { readonly cells: readonly { readonly key: string; readonly row: Row }[] } {
  const fields = valueTables.map(({ type }, at): Field => ({
    label: `Field v${at}`,
    key: `v${at}`,
    type,
    ...(/select/.test(String(Array.isArray(type) ? type[0] : type)) && { selectOptions: options }),
  }));
  const cells = valueTables.flatMap(({ rows }, at) => rows.map((row) => ({ key: `v${at}`, row })));
  const lines = cells.map(({ key, row }, n) => [String(n), ...fields.map((field) => (field.key === key ? row[0] : ''))]);
  const number: Field = { label: 'n', key: 'n' };
  return { fields: [number, ...fields], csv: csvOf(['n', ...fields.map(({ key }) => key)], lines), cells };
}

/** Two columns for each table, all tables side by side. */
export function ruleSheet(): Sheet {
  const named = (validator: Validator, at: number): Validator =>
    JSON.parse(JSON.stringify(validator).replaceAll('{other}', `b${at}`)) as Validator; // the same, with names
  const fields = ruleTables.flatMap(({ validator }, at): Field[] => [
    { label: `Field a${at}`, key: `a${at}`, validators: [named(validator, at)] },
    { label: `Field b${at}`, key: `b${at}` },
  ]);
  const lines = Array.from({ length: 4 }, (_, row) => [String(row), ...ruleTables.flatMap(({ rows }) => rows[row] ?? ['', ''])]);
  const number: Field = { label: 'n', key: 'n' };
  return { fields: [number, ...fields], csv: csvOf(['n', ...fields.map(({ key }) => key)], lines) };
}
