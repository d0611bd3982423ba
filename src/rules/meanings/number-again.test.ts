/** What a number field shows is read again, and is then shown alike: a hook or a person may send it back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { DuckFolder, openDuckFolder } from '../../../test/support/duck-folder.ts';
import type { NumberFormat } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { europeanSql, numberSql, type NumberMeaning } from './number.ts';
import { numberPresets } from './number-presets.ts';

const place = await openDuckFolder(DuckFolder);
after(async () => await place[Symbol.asyncDispose]());

type Read = readonly (string | null)[];

async function read(meaning: NumberMeaning, texts: readonly string[]): Promise<readonly Read[]> {
  const { result, shown = 'x' } = numberSql(meaning, 'x');
  const rows = texts.map((text, at) => `(${at}, ${quoteText(text)})`).join(', ');
  return await place.duck.rows(`select ${result}, ${shown} from (values ${rows}) as t(n, x) order by n`);
}

const shownOf = (found: readonly Read[]): readonly string[] => found.map(([, shown]) => shown ?? 'nothing');
const values = ['-1234.5', '-5', '0', '7', '1234567.891'];

const displays: readonly NumberFormat[] = [
  { output: 'currency', currencySymbol: 'CHF', negative: 'apart' },
  { output: 'currency', currencySymbol: 'Rs.', negative: 'parenthesis' },
  { output: 'currency', currencySymbol: 'Re', forceSign: true, mantissa: 1 },
  { output: 'currency', currencySymbol: 'kr', currencyPosition: 'postfix', spaceSeparated: true },
  { output: 'currency', currencySymbol: '€', currencyPosition: 'postfix', negative: 'parenthesis' },
  { output: 'currency', currencySymbol: 'EUR', currencyPosition: 'postfix', average: true, mantissa: 4, spaceSeparated: true },
  { output: 'currency', currencySymbol: '€', currencyPosition: 'infix', mantissa: 2, spaceSeparated: true },
  { output: 'currency', negative: 'parenthesis', thousandSeparated: true },
  { output: 'currency', negative: 'parenthesis', average: true, mantissa: 1, currencyPosition: 'postfix' },
  { output: 'percent', negative: 'parenthesis' },
  { output: 'percent', negative: 'parenthesis', spaceSeparated: true },
  { output: 'percent', negative: 'parenthesis', prefixSymbol: true },
  { output: 'percent', forceSign: true, prefixSymbol: true, spaceSeparated: true },
  { prefix: 'EUR ', thousandSeparated: true },
  { prefix: '≈', postfix: ' pcs', negative: 'parenthesis' },
  { postfix: '%' },
  { postfix: ' m' },
  { postfix: '📦', forceSign: true },
  { prefix: 'a', postfix: 'b', output: 'percent', mantissa: 0 },
  { output: 'ordinal' },
  { output: 'ordinal', thousandSeparated: true, spaceSeparated: true, negative: 'parenthesis' },
  { output: 'ordinal', postfix: ' place', average: true },
  { output: 'time' },
  { output: 'byte' },
  { output: 'byte', base: 'decimal', spaceSeparated: true, negative: 'parenthesis' },
  { output: 'byte', base: 'general', thousandSeparated: true, postfix: ' used' },
  { exponential: true, mantissa: 6 },
  { exponential: true, output: 'currency', currencySymbol: 'Fr. ', negative: 'parenthesis' },
  { average: true, totalLength: 4, negative: 'parenthesis' },
  { characteristic: 9, thousandSeparated: true, mantissa: 2 },
  { optionalCharacteristic: true, output: 'currency', currencySymbol: 'Rs.', mantissa: 1 },
];

const fields: readonly (readonly [string, NumberMeaning])[] = [
  ...Object.entries(numberPresets).map(([name, preset]) => [name, { is: 'number', ...preset }] as const),
  ...displays.map((display) => [JSON.stringify(display), { is: 'number', display }] as const),
];

for (const [name, meaning] of fields) {
  test(`shown, and read again: ${name}`, async () => {
    const once = await read(meaning, values);
    const again = await read(meaning, shownOf(once));
    assert.deepEqual(shownOf(again), shownOf(once));
    // Rounding apart, the value is the same one as well.
    const digits = (found: readonly Read[]): unknown => found.slice(1, 4).map(([result]) => result);
    assert.deepEqual(digits(again), digits(once));
  });
}

const texts: readonly (readonly [NumberMeaning, Readonly<Record<string, string | null>>])[] = [
  [
    { is: 'number' },
    {
      '$ (3,456.78)': '-3456.78',
      '$(5)': '-5',
      '$(2k)': '-2000',
      '5 $': '5',
      '-5$': '-5',
      '(5) $': '-5',
      '(100)%': '-1',
      '(100) %': '-1',
      '(5%)%': null,
      '(5k)%': null,
      '-(5)': null,
      '5 €': null,
      '£(5)': null,
      '%5': null,
      '1,23,456': '123456',
      '1,00,00,000.5': '10000000.5',
      '1,2,345': null,
      '1,23,45': null,
      '12th': null,
    },
  ],
  [
    { is: 'number', ...numberPresets['gbp'] },
    { '£(5)': '-5', '£ ( 5 )': '-5', '$(5)': '-5', '-£5': '-5', '£-5': '-5', '(£5)': '-5', '5 £': '5' },
  ],
  [
    { is: 'number', ...numberPresets['eur'] },
    { '5 €': '5', '(5) €': '-5', '(5 €)': '-5', '5.5k €': '5500', '1€2': null, '€': null },
  ],
  [
    { is: 'number', symbols: ['Rs.', 'Re'] },
    { 'Rs.5': '5', Re1: '1', 'Rs. -2.5': '-2.5', 'Rs.(3)': '-3' },
  ],
  [
    { is: 'number', display: { prefix: 'EUR ', postfix: ' m' } },
    { 'EUR -1,234': '-1234', 'EUR-1,234 m': '-1234', '5m': '5', '5 mm': '5000000', '5': '5', EUR: null, 'USD 5': null },
  ],
  [
    { is: 'number', display: { output: 'ordinal' } },
    { '-1234th': '-1234', '21ST': '21', '3 rd': '3', '5t': '5000000000000', th: null },
  ],
  [
    { is: 'number', display: { output: 'time' } },
    { '1:01:01': '3661', '100:00:00': '360000', '-1:59:55': '-5', '3661': '3661', '1:01': null, '1:1:1:1': null, ':1:1': null },
  ],
  [
    { is: 'number', display: { output: 'byte' } },
    {
      '1.5KiB': '1536',
      '1.5 KB': '1500',
      '-2MiB': '-2097152',
      '12B': '12',
      '1,024KiB': '1048576',
      '5': '5',
      KiB: null,
      '1..2KiB': null,
      '1,2,3KiB': null,
      '1,2,3KB': null,
    },
  ],
  [
    { is: 'number', display: { output: 'byte', base: 'general' } },
    { '1.5KB': '1536', '1.177375MB': '1234567.168', '9007199254740991B': '9007199254740991', '1YB': null },
  ],
  [
    { is: 'number', display: { output: 'byte', base: 'decimal' } },
    { '1.234567MB': '1234567', '(2)kB': null, '(2)KB': '-2000', '+7 GB': '7000000000' },
  ],
  // What could be a part of the number stays one.
  [
    { is: 'number', display: { prefix: '-', postfix: '00' } },
    { '-5': '-5', '500': '500' },
  ],
];
for (const [meaning, expected] of texts) {
  test(`read: ${JSON.stringify(meaning)}`, async () => {
    const found = await read(meaning, Object.keys(expected));
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((text, at) => [text, found[at]?.[0]])), expected);
  });
}

test('decimal commas are seen behind what a field puts in front, too', async () => {
  const meaning = { is: 'number', display: { output: 'currency', currencySymbol: 'CHF' } } as const;
  const doubts = async (...column: string[]): Promise<unknown> => {
    const rows = column.map((text) => `(${quoteText(text)})`).join(', ');
    return (await place.duck.rows(`select cast(${europeanSql(meaning, 'x')} as VARCHAR) from (values ${rows}) as t(x)`)).flat();
  };
  assert.deepEqual(await doubts('CHF 1.234,56'), ['true']);
  assert.deepEqual(await doubts('1.234,56 $'), ['true']);
  assert.deepEqual(await doubts('CHF 1,234.56', '1,23,456'), ['false']);
});
