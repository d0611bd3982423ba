/** Every token that Luxon writes: what the field shows, as Luxon 3.7 has it in UTC, and that the whole of it is read back. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MomentMeaning } from './moment.ts';
import { openMoments } from './moment-harness.ts';
import { meaningProblems } from './problems.ts';

const bench = await openMoments();
after(() => bench[Symbol.asyncDispose]());

/** A token, then 2024-12-30, 2024-12-30T15:06:07.089 and 09:05:30.5 in it. */
const tokens: readonly (readonly [string, string, string, string])[] = [
  ['S', '0', '89', '500'],
  ['u', '000', '089', '500'],
  ['SSS', '000', '089', '500'],
  ['s', '0', '7', '30'],
  ['ss', '00', '07', '30'],
  ['uu', '00', '08', '50'],
  ['uuu', '0', '0', '5'],
  ['m', '0', '6', '5'],
  ['mm', '00', '06', '05'],
  ['h', '12', '3', '9'],
  ['hh', '12', '03', '09'],
  ['H', '0', '15', '9'],
  ['HH', '00', '15', '09'],
  ['Z', '+0', '+0', '+0'],
  ['ZZ', '+00:00', '+00:00', '+00:00'],
  ['ZZZ', '+0000', '+0000', '+0000'],
  ['ZZZZ', 'UTC', 'UTC', 'UTC'],
  ['ZZZZZ', 'UTC', 'UTC', 'UTC'],
  ['z', 'UTC', 'UTC', 'UTC'],
  ['a', 'AM', 'PM', 'AM'],
  ['d', '30', '30', '1'],
  ['dd', '30', '30', '01'],
  ['c', '1', '1', '4'],
  ['ccc', 'Mon', 'Mon', 'Thu'],
  ['cccc', 'Monday', 'Monday', 'Thursday'],
  ['ccccc', 'M', 'M', 'T'],
  ['E', '1', '1', '4'],
  ['EEE', 'Mon', 'Mon', 'Thu'],
  ['EEEE', 'Monday', 'Monday', 'Thursday'],
  ['EEEEE', 'M', 'M', 'T'],
  ['L', '12', '12', '1'],
  ['LL', '12', '12', '01'],
  ['LLL', 'Dec', 'Dec', 'Jan'],
  ['LLLL', 'December', 'December', 'January'],
  ['LLLLL', 'D', 'D', 'J'],
  ['M', '12', '12', '1'],
  ['MM', '12', '12', '01'],
  ['MMM', 'Dec', 'Dec', 'Jan'],
  ['MMMM', 'December', 'December', 'January'],
  ['MMMMM', 'D', 'D', 'J'],
  ['y', '2024', '2024', '1970'],
  ['yy', '24', '24', '70'],
  ['yyyy', '2024', '2024', '1970'],
  ['yyyyyy', '002024', '002024', '001970'],
  ['G', 'AD', 'AD', 'AD'],
  ['GG', 'Anno Domini', 'Anno Domini', 'Anno Domini'],
  ['GGGGG', 'A', 'A', 'A'],
  ['kk', '25', '25', '70'],
  ['kkkk', '2025', '2025', '1970'],
  ['W', '1', '1', '1'],
  ['WW', '01', '01', '01'],
  ['n', '1', '1', '53'],
  ['nn', '01', '01', '53'],
  ['ii', '25', '25', '69'],
  ['iiii', '2025', '2025', '1969'],
  ['o', '365', '365', '1'],
  ['ooo', '365', '365', '001'],
  ['q', '4', '4', '1'],
  ['qq', '04', '04', '01'],
  ['D', '12/30/2024', '12/30/2024', '1/1/1970'],
  ['DD', 'Dec 30, 2024', 'Dec 30, 2024', 'Jan 1, 1970'],
  ['DDD', 'December 30, 2024', 'December 30, 2024', 'January 1, 1970'],
  ['DDDD', 'Monday, December 30, 2024', 'Monday, December 30, 2024', 'Thursday, January 1, 1970'],
  ['t', '12:00 AM', '3:06 PM', '9:05 AM'],
  ['tt', '12:00:00 AM', '3:06:07 PM', '9:05:30 AM'],
  ['ttt', '12:00:00 AM UTC', '3:06:07 PM UTC', '9:05:30 AM UTC'],
  ['tttt', '12:00:00 AM UTC', '3:06:07 PM UTC', '9:05:30 AM UTC'],
  ['T', '00:00', '15:06', '09:05'],
  ['TT', '00:00:00', '15:06:07', '09:05:30'],
  ['TTT', '00:00:00 UTC', '15:06:07 UTC', '09:05:30 UTC'],
  ['TTTT', '00:00:00 UTC', '15:06:07 UTC', '09:05:30 UTC'],
  ['f', '12/30/2024, 12:00 AM', '12/30/2024, 3:06 PM', '1/1/1970, 9:05 AM'],
  ['ff', 'Dec 30, 2024, 12:00 AM', 'Dec 30, 2024, 3:06 PM', 'Jan 1, 1970, 9:05 AM'],
  ['fff', 'December 30, 2024 at 12:00 AM UTC', 'December 30, 2024 at 3:06 PM UTC', 'January 1, 1970 at 9:05 AM UTC'],
  [
    'ffff',
    'Monday, December 30, 2024 at 12:00 AM UTC',
    'Monday, December 30, 2024 at 3:06 PM UTC',
    'Thursday, January 1, 1970 at 9:05 AM UTC',
  ],
  ['F', '12/30/2024, 12:00:00 AM', '12/30/2024, 3:06:07 PM', '1/1/1970, 9:05:30 AM'],
  ['FF', 'Dec 30, 2024, 12:00:00 AM', 'Dec 30, 2024, 3:06:07 PM', 'Jan 1, 1970, 9:05:30 AM'],
  ['FFF', 'December 30, 2024 at 12:00:00 AM UTC', 'December 30, 2024 at 3:06:07 PM UTC', 'January 1, 1970 at 9:05:30 AM UTC'],
  [
    'FFFF',
    'Monday, December 30, 2024 at 12:00:00 AM UTC',
    'Monday, December 30, 2024 at 3:06:07 PM UTC',
    'Thursday, January 1, 1970 at 9:05:30 AM UTC',
  ],
  ['X', '1735516800', '1735571167', '32730'],
  ['x', '1735516800000', '1735571167089', '32730500'],
];
const values = [
  ['date', '2024-12-30'],
  ['datetime', '2024-12-30T15:06:07.089Z'],
  ['time', '09:05:30.5'],
] as const;

/** All of them in one statement: DuckDB needs longer to plan it than to do it. */
const all = tokens.map(([token]) => token).join(' | ');

for (const [place, [is, text]] of values.entries()) {
  test(`each token in a ${is} field, shown and delivered`, async () => {
    for (const [token] of tokens) assert.deepEqual(meaningProblems({ is, displayFormat: token, outputFormat: token }), [], token);
    const [[, shown] = []] = await bench.understood({ is, displayFormat: all }, [text]);
    const [[result] = []] = await bench.understood({ is, outputFormat: all }, [text]);
    for (const found of [shown, result]) {
      const written = found?.split(' | ') ?? [];
      assert.deepEqual(
        tokens.map(([token], at) => [token, written[at]]),
        tokens.map((row) => [row[0], row[place + 1]]),
      );
    }
  });
}

test('what is no token stays one that nobody knows', () => {
  for (const token of ['YYYY', 'DDDDD', 'b', 'GGG', 'SS', 'uuuu', 'ZZZZZZ', 'zz', 'nnn'])
    assert.equal(meaningProblems({ is: 'date', displayFormat: `dd ${token}` }).length, 1, token);
});

/** A format, and of each text what it means and how it is shown then; null = it is none. */
const read: readonly (readonly [MomentMeaning, Readonly<Record<string, readonly [string, string] | null>>])[] = [
  [
    { is: 'datetime', displayFormat: 'yyyy/MM/dd HH:mm:ss.SSS ZZ', withSeconds: true },
    {
      '2024/03/04 15:06:07.089 +02:00': ['2024-03-04T15:06:07', '2024/03/04 15:06:07.089 +00:00'],
      '2024/03/04 15:06:07.089 UTC': ['2024-03-04T15:06:07', '2024/03/04 15:06:07.089 +00:00'],
      '2024-03-04T15:06:07.5Z': ['2024-03-04T15:06:07', '2024/03/04 15:06:07.500 +00:00'],
      '3/4/2024, 3:06:07.0899 pm': ['2024-03-04T15:06:07', '2024/03/04 15:06:07.089 +00:00'],
    },
  ],
  [
    { is: 'time', displayFormat: 'HH:mm:ss S' },
    { '15:06:07 5': ['15:06', '15:06:07 5'], '15:06:07 089': ['15:06', '15:06:07 89'] },
  ],
  [
    { is: 'time', displayFormat: 'HH:mm:ss u' },
    { '15:06:07 5': ['15:06', '15:06:07 500'], '15:06:07 123456789': ['15:06', '15:06:07 123'] },
  ],
  [{ is: 'time', displayFormat: 'HH:mm:ss uu' }, { '15:06:07 5': ['15:06', '15:06:07 50'] }],
  [{ is: 'time', displayFormat: 'HH:mm:ss uuu z' }, { '15:06:07 5 Europe/Berlin': ['15:06', '15:06:07 5 UTC'] }],
  [
    { is: 'date', displayFormat: 'E/W/kkkk' },
    { '1/10/2024': ['2024-03-04', '1/10/2024'], '1/1/2025': ['2024-12-30', '1/1/2025'], '1/53/2024': null },
  ],
  [{ is: 'date', displayFormat: 'EEE, WW.kk' }, { 'Tue, 10.24': ['2024-03-05', 'Tue, 10.24'] }],
  [{ is: 'date', displayFormat: 'kkkk, WW' }, { '2024, 10': ['2024-03-04', '2024, 10'] }],
  [
    { is: 'date', displayFormat: 'ooo/yyyy' },
    { '064/2024': ['2024-03-04', '064/2024'], '366/2023': null },
  ],
  [{ is: 'date', displayFormat: 'o yy' }, { '64 24': ['2024-03-04', '64 24'] }],
  [{ is: 'date', displayFormat: 'yyyyyy-MM-dd' }, { '002024-03-04': ['2024-03-04', '002024-03-04'] }],
  [{ is: 'date', displayFormat: 'yyyyy.MM.dd' }, { '2024.03.04': ['2024-03-04', '2024.03.04'] }],
  [{ is: 'date', displayFormat: 'd MMMM y GG' }, { '4 March 2024 Anno Domini': ['2024-03-04', '4 March 2024 Anno Domini'] }],
  [{ is: 'date', displayFormat: "q'Q', nn/iiii (D)" }, { '1Q, 10/2024 (3/4/2024)': ['2024-03-04', '1Q, 10/2024 (3/4/2024)'] }],
  [
    { is: 'date', displayFormat: 'X' },
    { '1709564767': ['2024-03-04', '1709510400'], '-1': ['1969-12-31', '-86400'] },
  ],
  [
    { is: 'datetime', displayFormat: 'X', withSeconds: true },
    { '1709564767': ['2024-03-04T15:06:07', '1709564767'], '-1': ['1969-12-31T23:59:59', '-1'], '999999999999': null },
  ],
  [
    { is: 'datetime', displayFormat: 'x' },
    { '1709564767089': ['2024-03-04T15:06', '1709564767089'], '-1': ['1969-12-31T23:59', '-1'] },
  ],
  [{ is: 'time', displayFormat: 'X' }, { '32730': ['09:05', '32730'] }],
  [
    { is: 'datetime', displayFormat: 'FFFF', locale: 'de' },
    {
      'Montag, 4. März 2024 um 15:06:07 MEZ': ['2024-03-04T15:06', 'Montag, 4. März 2024 um 15:06:07 UTC'],
    },
  ],
  [{ is: 'date', displayFormat: '[ISO]' }, { '3/4/2024': ['2024-03-04', '2024-03-04'] }],
];
for (const [meaning, texts] of read) {
  test(`read: ${JSON.stringify(meaning)}`, async () => {
    const found = await bench.understood(meaning, Object.keys(texts));
    assert.deepEqual(
      Object.fromEntries(Object.keys(texts).map((text, at) => [text, found[at]?.[0] == null ? null : found[at]])),
      texts,
    );
  });
}

/** Years around which locales and Luxon disagree: who begins with Monday, with Sunday, with Saturday. */
const weeks: Readonly<Record<string, readonly string[]>> = {
  de: ['52 2022', '53 2020', '53 2020', '52 2024', '52 2024', '53 2026'],
  'en-US': ['1 2023', '53 2020', '53 2020', '52 2024', '1 2025', '52 2026'],
  ar: ['1 2023', '52 2020', '52 2020', '53 2024', '53 2024', '1 2027'],
};
for (const [locale, expected] of Object.entries(weeks)) {
  test(`weeks as the locale counts them: ${locale}`, async () => {
    const days = ['2023-01-01', '2021-01-01', '2020-12-31', '2024-12-28', '2024-12-29', '2027-01-02'];
    const found = await bench.understood({ is: 'date', locale, displayFormat: 'n iiii' }, days);
    assert.deepEqual(
      found.map(([, shown]) => shown),
      expected,
    );
  });
}
