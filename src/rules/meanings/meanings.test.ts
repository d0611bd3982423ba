/** Texts and what they mean, as rows: result, and what is shown where it is something else. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { join } from 'node:path';
import { DuckFolder, openDuckFolder } from '../../../test/support/duck-folder.ts';
import type { Meaning, NumberFormat, Option } from '../../domain/meaning.ts';
import { quoteText } from '../../sdk/duck-sql.ts';
import { numberPresets } from './number-presets.ts';
import { knownOf, openKnown } from './known.ts';
import { doubtSql, meaningSql } from './sql.ts';

const place = await openDuckFolder(DuckFolder);
const { duck, folder } = place;
after(async () => await place[Symbol.asyncDispose]());

type Row = readonly [text: string | null, result: string | null, shown?: string | null];

async function understood(meaning: Meaning, texts: readonly (string | null)[]): Promise<readonly (readonly (string | null)[])[]> {
  const values = texts.map((text, at) => `(${at}, ${text === null ? 'cast(null as VARCHAR)' : quoteText(text)})`);
  await duck.run(`create or replace temp table texts as select * from (values ${values.join(', ')}) as t(n, x)`);
  const fact = knownOf(meaning, 'x', 'fact');
  if (fact) await openKnown(duck, fact, { from: 'texts', scratch: join(folder, 'known') });
  const { result, shown } = meaningSql(meaning, 'x', 'fact');
  const doubt = doubtSql(meaning, 'x', 'fact')?.found ?? 'false';
  const found = await duck.rows(
    `select ${result}, ${shown ?? 'x'}, cast(coalesce(${doubt}, false) as VARCHAR) from texts order by n`,
  );
  const again = meaningSql(meaning, 'x', 'fact', '"$r"').shown ?? 'x';
  const known = await duck.rows(`select ${again} from (select *, ${result} as "$r" from texts) order by n`);
  assert.deepEqual(
    known.flat(),
    found.map((row) => row[1] ?? null),
    'what is shown, made of the result',
  );
  return found;
}

const means = (name: string, meaning: Meaning, rows: readonly Row[]): void => {
  test(name, async () => {
    const found = await understood(
      meaning,
      rows.map(([text]) => text),
    );
    const told = found.map(([result = null, shown = null], at) => [
      rows[at]?.[0],
      result,
      ...(rows[at]?.length === 3 ? [shown] : []),
    ]);
    assert.deepEqual(told, rows);
  });
};

const number = (preset: string, more: object = {}): Meaning => ({ is: 'number', ...numberPresets[preset], ...more });

means('numbers as they are written', number('default'), [
  ['1,234.56', '1234.56', '1,234.56'],
  ['$1,234.56', '1234.56'],
  ['(89)', '-89', '-89'],
  ['-$3,456.78', '-3456.78'],
  ['45%', '0.45'],
  ['12.5 %', '0.125'],
  ['12%', '0.12'],
  ['1.1%', '0.011'],
  ['1e3', '1000', '1,000'],
  ['0012', '12'],
  ['1k', '1000'],
  ['2.5m', '2500000', '2,500,000'],
  ['-0', '0'],
  ['1,234.57 €', null],
  ['£ 1,234.57', null],
  ['1,2,3', null],
  ['abc', null],
  ['12abc', null],
  ['(12', null],
  ['', null],
  [null, null],
  ['1.234,56', '1.23456'],
  ['1,23', '123'],
  ['9007199254740991', '9007199254740991'],
  ['9007199254740992', null],
]);

for (const [round, result] of [
  [2, '8888.89'],
  [1, '8888.9'],
  [0, '8889'],
  [-1, '8890'],
  [-2, '8900'],
] as const) {
  means(`rounded to ${round}`, { is: 'number', round }, [['8888.888', result]]);
}

means('presets: integer', number('integer'), [['1234.5', '1235', '1,235']]);
means('presets: decimal_2', number('decimal_2'), [['1234.565', '1234.57', '1,234.57']]);
means('presets: percent_1', number('percent_1'), [['12.34%', '0.123', '12.3%']]);
means('presets: usd', number('usd'), [
  ['1234.567', '1234.57', '$ 1,234.57'],
  ['-3456.78', '-3456.78', '- $3,456.78'],
]);
means('presets: usd_accounting', number('usd_accounting'), [['-3456.78', '-3456.78', '$ (3,456.78)']]);
means('presets: eur', number('eur'), [['1,234.57 €', '1234.57', '1,234.57 €']]);
means('presets: gbp', number('gbp'), [['£ 1,234.57', '1234.57', '£ 1,234.57']]);
means('bounds belong to the range, and are asked after rounding', number('integer', { min: '1', max: '5' }), [
  ['0.5', '1'],
  ['0.4', null],
  ['5.4', '5'],
  ['5.5', null],
]);
means('bounds are not rounded', number('integer', { min: '0.4', max: '2.4' }), [
  ['0.3', null],
  ['1', '1'],
  ['3', null],
]);
means('numbers of many digits', { is: 'number' }, [
  ['-1,234,567,890.123456789', '-1234567890.123456789'],
  ['000000000000000012.50', '12.5'],
  ['100', '100'],
  ['.5', '0.5'],
]);
means('an output format makes a text', number('default', { output: { mantissa: 2, forceSign: true, postfix: ' kg' } }), [
  ['3', '+3.00 kg'],
]);

test('a column with numbers that only a comma explains casts doubt on all its commas', async () => {
  const doubts = async (...texts: string[]): Promise<readonly unknown[]> =>
    (await understood({ is: 'number' }, texts)).map(([, , doubt]) => doubt);
  assert.deepEqual(await doubts('1,234', '1.234,56', '7'), ['true', 'true', 'false']);
  assert.deepEqual(await doubts('1,234', '1,234.56'), ['false', 'false']);
  assert.deepEqual(await doubts('1,23'), ['true']);
});

means('days in all forms', { is: 'date' }, [
  ['2024-03-04', '2024-03-04', '3/4/2024'],
  ['2024-3-4', '2024-03-04'],
  ['2024-03-04T10:00:00Z', '2024-03-04'],
  ['3/4/2024', '2024-03-04'],
  ['3.4.24', '2024-03-04'],
  ['3-4-69', '1969-03-04'],
  ['1/2/60', '2060-01-02'],
  ['1/2/61', '1961-01-02'],
  ['4 March 2024', '2024-03-04'],
  ['Mar 4, 2024', '2024-03-04'],
  ['March 4th, 2024', '2024-03-04'],
  ['Mon, 04 Mar 2024 10:00:00 GMT', '2024-03-04'],
  ['3/4/2024 10:30 PM', '2024-03-04'],
  ['2023-02-29', null],
  ['13/13/2024', null],
  ['soon', null],
  ['', null],
]);
means('one first part above 12 decides for the column', { is: 'date' }, [
  ['3/4/2024', '2024-04-03'],
  ['25/12/2024', '2024-12-25'],
]);
means('mixed columns keep what is sure', { is: 'date' }, [
  ['3/4/2024', '2024-04-03'],
  ['25/12/2024', '2024-12-25'],
  ['12/25/2024', '2024-12-25'],
]);
means('ties follow the locale', { is: 'date', locale: 'en-GB' }, [['3/4/2024', '2024-04-03', '03/04/2024']]);
means('one second part above 12 disproves the locale', { is: 'date', locale: 'de-DE' }, [
  ['3/4/2024', '2024-03-04', '4.3.2024'],
  ['3/14/2024', '2024-03-14'],
]);
means('formats of days', { is: 'date', displayFormat: "EEEE d MMMM yyyy 'A.D.'", outputFormat: 'dd.MM.yy' }, [
  ['2024-03-04', '04.03.24', 'Monday 4 March 2024 A.D.'],
]);
for (const [displayFormat, shown] of [
  ['y', '2024'],
  ["''yy", "'24"],
  ["yy'o''clock'", '24oclock'],
  ["d 'of", '4 of'],
  ["kkkk-'W'WW-E W c", '2024-W10-1 10 1'],
  ['ooo o q qq', '064 64 1 01'],
  ['MMMMM LLLLL EEEEE ccccc', 'M M M M'],
] as const) {
  means(`formats: ${displayFormat}`, { is: 'date', displayFormat }, [['2024-03-04', '2024-03-04', shown]]);
}
means('days with times', { is: 'datetime' }, [
  ['2024-03-04T15:06:07Z', '2024-03-04T15:06', '3/4/2024, 3:06 PM'],
  ['3/4/2024, 3:06 PM', '2024-03-04T15:06'],
  ['Mon, 04 Mar 2024 10:00:00 +0100', '2024-03-04T10:00'],
  ['2024-03-04', '2024-03-04T00:00'],
  ['2024-03-04 25:00', null],
]);
means('times', { is: 'time', withSeconds: true }, [
  ['3:06 pm', '15:06:00', '3:06:00 PM'],
  ['12:00 am', '00:00:00'],
  ['23:59:58', '23:59:58'],
  ['2024-03-04T15:06:07', '15:06:07'],
  ['13:00 pm', null],
  ['24:00', '00:00:00'],
  ['24:01', null],
  ['noon', null],
]);

const options: readonly Option[] = [
  { label: 'Germany', value: 'DE', alternateMatches: ['Deutschland'] },
  { label: 'France', value: 'FR' },
];
means('select: exact, then alike, then one slip of the finger', { is: 'select', options }, [
  ['Germany', 'DE', 'Germany'],
  ['DE', 'DE', 'Germany'],
  ['Deutschland', 'DE', 'Germany'],
  ['germany', 'DE'],
  ['Gremany', 'DE'],
  ['fr', 'FR'],
  ['FX', null],
  ['Spain', null],
]);
means('select: exactly', { is: 'select', options, exactMatchOnly: true }, [
  ['DE', 'DE'],
  ['germany', null],
]);
means('select: custom', { is: 'select', options, allowCustom: true }, [
  ['Spain', 'Spain', 'Spain'],
  ['', null],
]);
means('multi-select', { is: 'multi-select', options }, [
  ['Germany, fr', '["DE","FR"]', 'Germany, France'],
  ['Germany;fr', null],
  ['Germany, Spain', null],
  ['', '[]'],
  [null, '[]'],
]);
means('checkbox', { is: 'checkbox' }, [
  ...['', '0', 'OFF', 'n', 'No', 'false', 'disabled', null].map((text): Row => [text, 'false']),
  ['x', 'true'],
  ['yes', 'true'],
]);
means('email', { is: 'email' }, [
  ['a.b+c@example.co.uk', 'a.b+c@example.co.uk'],
  ['a@localhost', null],
  ['a@127.0.0.1', null],
  ['a b@example.com', null],
  ['@example.com', null],
]);
means('country', { is: 'country' }, [
  ['de', 'DE'],
  ['DEU', null],
  ['XX', null],
]);
means('country: three letters', { is: 'country', format: '3-letter' }, [['deu', 'DEU']]);
means('ssn', { is: 'ssn', outputDash: true }, [
  ['123456789', '123-45-6789'],
  ['123-45-6789', '123-45-6789'],
  ['12-345-6789', null],
]);
means('domain', { is: 'domain' }, [
  ['_dmarc.example.com', '_dmarc.example.com'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['localhost', null],
  ['example.com/path', null],
  ['*.example.com', null],
]);
means('domain: none below', { is: 'domain', allowSubdomains: false }, [
  ['example.com', 'example.com'],
  ['www.example.com', null],
]);
means('url', { is: 'url' }, [
  ['https:///Example.com//a/./b/../c?q=../x#y', 'https://example.com/a/c?q=../x#y'],
  ['https://example.com', 'https://example.com/'],
  ['https://example.com/a/', 'https://example.com/a/'],
  ['example.com', null],
  ['https://a b.com', null],
  ['https://example.com/a b?c d', 'https://example.com/a%20b?c%20d'],
  ['mailto:a@b.co', 'mailto:a@b.co'],
  ['file:///etc/passwd', 'file:///etc/passwd'],
  ['HTTPS://USER@Example.com/', 'https://USER@example.com/'],
  ['https://example.com:443/', 'https://example.com/'],
  ['https://example.com:99999/', null],
  ['https://256.1.1.1/', null],
  ['https://%65xample.com/', 'https://example.com/'],
  ['https://müller.example/ü', 'https://xn--mller-kva.example/%C3%BC'],
  ['https://example.com/a/%2e%2e/b', 'https://example.com/b'],
]);
means('url: of some', { is: 'url', acceptedProtocols: ['https'], acceptedDomains: ['example.com', 'acme'] }, [
  ['https://www.example.com/', 'https://www.example.com/'],
  ['https://acme.org/', 'https://acme.org/'],
  ['https://www.acme.co.uk/', 'https://www.acme.co.uk/'],
  ['https://acme.evil.org/', null],
  ['https://notexample.com/', null],
  ['http://example.com/', null],
]);
means('state', { is: 'us-state-territory' }, [
  ['ny', 'NY'],
  ['US-PR', 'PR'],
  ['ZZ', null],
]);
means('zip', { is: 'us-zip-code' }, [
  ['501', '00501'],
  ['12345-6789', '12345'],
  ['123456789', '12345'],
  ['123456', null],
  ['1234a', null],
]);
means('zip: nine digits', { is: 'us-zip-code', format: '9-digit', outputDash: true }, [
  ['123456789', '12345-6789'],
  ['12345', null],
]);
means('uuid', { is: 'uuid', version: 4 }, [
  ['F47AC10B-58CC-4372-A567-0E02B2C3D479', 'F47AC10B-58CC-4372-A567-0E02B2C3D479'],
  ['00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000'],
  ['f47ac10b-58cc-1372-a567-0e02b2c3d479', null],
]);

const us = (more: object = {}): Meaning => ({ is: 'phone-number', country: 'US', format: 'national', ...more });
means('phone: international', { is: 'phone-number' }, [
  ['+12128675309', '+12128675309', '+1 212 867 5309'],
  ['+1 (212) 867-5309', '+12128675309'],
  ['+44 20 7946 0958', '+442079460958'],
  ['(+1) 212 867 5309', '+12128675309', '+1 212 867 5309'],
  ['(+49) 30 123456', '+4930123456'],
  ['( +1 )(212) 867-5309', '+12128675309'],
  ['tel:+12128675309', '+12128675309'],
  ['tel: (+1) 212-867-5309;ext=99', '+12128675309', '+1 212 867 5309 ext. 99'],
  ['(+12128675309', null],
  ['tel:2128675309', null],
  ['(212) 867-5309', null],
  ['call +12128675309', null],
  ['', null],
  [null, null],
]);
means('phone: spaced', { is: 'phone-number', outputFormatted: true }, [['+12128675309', '+1 212 867 5309']]);
means('phone: national', us(), [
  ['212-867-5309', '2128675309', '(212) 867-5309'],
  ['(702) 495-2114x99', '7024952114', '(702) 495-2114 ext. 99'],
  ['tel:(+1) 212-867-5309', '2128675309'],
  ['tel:212-867-5309', '2128675309'],
  ['(911) 915-5556', null],
  ['+44 20 7946 0958', null],
  ['12', null],
]);
means('phone: national, as it is shown', us({ outputFormatted: true }), [['2128675309', '(212) 867-5309']]);
means('phone: both', us({ format: 'both' }), [
  ['(212) 867-5309', '+12128675309', '+1 212 867 5309'],
  ['+44 20 7946 0958', '+442079460958', '+44 20 7946 0958'],
  ['(+44) 20 7946 0958', '+442079460958'],
]);

test('an option that is named twice is doubtful, and no more', async () => {
  const found = await understood({ is: 'multi-select', options }, ['Germany,DE', 'Germany,FR', 'Spain', null]);
  assert.deepEqual(
    found.map(([result, , doubt]) => [result, doubt]),
    [
      ['["DE","DE"]', 'true'],
      ['["DE","FR"]', 'false'],
      [null, 'false'],
      ['[]', 'false'],
    ],
  );
});

const formatted: readonly (readonly [string, NumberFormat, string])[] = [
  ['1234567', { average: true }, '1m'],
  ['1234567', { average: true, mantissa: 2 }, '1.23m'],
  ['1234567', { average: true, totalLength: 3 }, '1.23m'],
  ['1000000', { totalLength: 3 }, '1.00m'],
  ['950', { totalLength: 3 }, '0.95k'],
  ['999999', { average: true, mantissa: 0 }, '1m'],
  ['1234', { totalLength: 2 }, '1.2k'],
  ['1234', { totalLength: 6 }, '1.23400k'],
  ['12.5', { totalLength: 4, average: true, spaceSeparated: true }, '12.50'],
  ['1234567', { forceAverage: 'thousand', mantissa: 1, thousandSeparated: true }, '1,234.6k'],
  ['7.5', { characteristic: 3 }, '007.5'],
  ['3', { mantissa: 2 }, '3.00'],
  ['3', { mantissa: 2, optionalMantissa: true }, '3'],
  ['3.1', { mantissa: 2, optionalMantissa: true }, '3.10'],
  ['-1234567', { average: true, mantissa: 1, output: 'currency', currencySymbol: '$' }, '-$1.2m'],
  ['1234.5', { output: 'currency', currencySymbol: '€', spaceSeparated: true, mantissa: 2 }, '€ 1234.50'],
  ['1500000000000', { average: true, mantissa: 1 }, '1.5t'],
  ['0', { average: true, mantissa: 1 }, '0.0'],
  [
    '1234567',
    { average: true, mantissa: 2, spaceSeparated: true, output: 'currency', currencyPosition: 'postfix', currencySymbol: 'EUR' },
    '1.23 mEUR',
  ],
  ['12000', { average: true, mantissa: 2, trimMantissa: true }, '12k'],
  ['0.5', { output: 'percent', spaceSeparated: true, average: true }, '50 %'],
  ['-5', { prefix: 'a', postfix: 'b', negative: 'parenthesis' }, 'a(5)b'],
  ['-1', { output: 'currency', mantissa: 2, spaceSeparatedCurrency: true }, '- $1.00'],
  ['1', { output: 'currency', spaceSeparated: true, forceSign: true }, '+ $1'],
  ['-1', { output: 'currency', spaceSeparated: true, currencyPosition: 'postfix' }, '-1 $'],
  ['-1', { output: 'currency', mantissa: 2, negative: 'parenthesis' }, '$(1.00)'],
  ['-1', { output: 'percent', spaceSeparated: true, negative: 'parenthesis' }, '(100) %'],
  ['-1', { output: 'percent', prefixSymbol: true, negative: 'parenthesis' }, '%(100)'],
  ['-1234567', { average: true, output: 'currency', negative: 'parenthesis' }, '$(1m)'],
  ['1234567', { average: true, output: 'currency', spaceSeparated: true }, '$ 1 m'],
  ['0', { output: 'currency', forceSign: true }, '$0'],
  ['-0.5', { mantissa: 0 }, '0'],
  ['-2.5', { mantissa: 0 }, '-2'],
  ['2.5', { mantissa: 0 }, '3'],
  ['12.5', { output: 'currency', currencyPosition: 'infix' }, '12$5'],
  ['12', { output: 'currency', currencyPosition: 'infix' }, '12'],
  ['-12.5', { output: 'currency', currencyPosition: 'infix', negative: 'parenthesis' }, '(12$5)'],
  ['12.5', { output: 'currency', currencyPosition: 'infix', spaceSeparated: true }, '12 $ 5'],
  ['5', { forceSign: true, output: 'currency' }, '+$5'],
  ['950', { average: true, lowPrecision: false }, '950'],
  ['1234', { average: true, lowPrecision: false }, '1k'],
  ['0.5', { optionalCharacteristic: true, mantissa: 2 }, '.50'],
  ['-0.5', { optionalCharacteristic: true }, '-.5'],
  ['1.5', { optionalCharacteristic: true }, '1.5'],
  ['0.5', { output: 'percent', prefixSymbol: true, spaceSeparated: true }, '% 50'],
  ['-0.5', { output: 'percent', prefixSymbol: true }, '%-50'],
  ...['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '103rd', '111th', '0th', '-1th', '1.5th'].map(
    (text) => [text.slice(0, -2), { output: 'ordinal' }, text] as const,
  ),
  ['1023', { output: 'ordinal', thousandSeparated: true, spaceSeparated: true }, '1,023 rd'],
  ['0', { output: 'byte', base: 'binary' }, '0B'],
  ['1023', { output: 'byte', base: 'binary' }, '1023B'],
  ['1536', { output: 'byte', base: 'binary' }, '1.5KiB'],
  ['1234567', { output: 'byte', base: 'binary' }, '1.1773748397827148MiB'],
  ['1234567', { output: 'byte', base: 'decimal' }, '1.234567MB'],
  ['1500', { output: 'byte', base: 'general', spaceSeparated: true }, '1.46484375 KB'],
  ['-2048', { output: 'byte', base: 'binary', mantissa: 1 }, '-2.0KiB'],
  ['5000000000000000', { output: 'byte', base: 'decimal' }, '5PB'],
  ['0', { output: 'time' }, '0:00:00'],
  ['0.4', { output: 'time' }, '0:00:00'],
  ['3661', { output: 'time' }, '1:01:01'],
  ['100000', { output: 'time' }, '27:46:40'],
  ['-61', { output: 'time' }, '-1:58:59'],
  ['1500', { exponential: true }, '1.5e+3'],
  ['0', { exponential: true }, '0e+0'],
  ['-0.00123', { exponential: true }, '-1.23e-3'],
  ['1234.5678', { exponential: true, mantissa: 2 }, '1.23e+3'],
  ['1234.5678', { exponential: true, mantissa: 0 }, '1e+3'],
  ['1234.5678', { exponential: true, characteristic: 2 }, '12.345678e+2'],
  ['99999', { exponential: true, mantissa: 1 }, '10.0e+4'],
  ['12345', { exponential: true, spaceSeparated: true }, '1.2345e+4'],
  ['12345', { exponential: true, forceSign: true, mantissa: 1 }, '+1.2e+4'],
];
for (const [text, output, result] of formatted)
  means(`written: ${JSON.stringify(output)}`, { is: 'number', output }, [[text, result]]);
