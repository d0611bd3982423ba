/** Days and times in formats and languages: what is read, what is shown, and that the one is the other. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openMoments } from './moment-harness.ts';
import type { MomentMeaning } from './moment.ts';

const bench = await openMoments();
after(() => bench[Symbol.asyncDispose]());

const read: readonly (readonly [MomentMeaning, Readonly<Record<string, string | null>>])[] = [
  [{ is: 'datetime', displayFormat: 'yyyy LLL dd, h:mm a' }, { '2024 Mar 04, 3:06 PM': '2024-03-04T15:06' }],
  [
    { is: 'time', displayFormat: 'HH.mm' },
    { '15.06': '15:06', '15:07': '15:07', '25.06': null },
  ],
  [{ is: 'time', displayFormat: 'HHmm' }, { '1506': '15:06' }],
  [{ is: 'datetime', displayFormat: 'yyyyMMddHHmmss' }, { '20240304150607': '2024-03-04T15:06' }],
  [{ is: 'datetime', displayFormat: 'dd/MM/yyyy HH:mm' }, { '03/04/2024 15:06': '2024-04-03T15:06' }],
  [
    { is: 'date', displayFormat: 'dd/MM/yyyy' },
    { '03/04/2024': '2024-04-03', '3.4.24': '2024-04-03' },
  ],
  [
    { is: 'date', displayFormat: 'dd/MM/yyyy' },
    { '03/04/2024': '2024-03-04', '03/14/2024': '2024-03-14' },
  ],
  [{ is: 'date', displayFormat: 'yyyy-dd-MM' }, { '2024-03-04': '2024-04-03' }],
  [
    { is: 'date', displayFormat: 'ddMMyyyy' },
    { '03042024': '2024-04-03', '3/14/2024': '2024-03-14' },
  ],
  [
    { is: 'date', locale: 'de-DE' },
    {
      '4. März 2024': '2024-03-04',
      '4. Maerz 2024': '2024-03-04',
      '4. marz 24': '2024-03-04',
      '4 Dez. 2024': '2024-12-04',
      '4 May 2024': '2024-05-04',
    },
  ],
  [
    { is: 'date', locale: 'ru' },
    { '4 марта 2024': '2024-03-04', 'март 4 2024': '2024-03-04' },
  ],
  [{ is: 'date', locale: 'es' }, { '4 de marzo de 2024': '2024-03-04' }],
  [
    { is: 'date' },
    {
      '20240304': '2024-03-04',
      '2024-W10-1': '2024-03-04',
      '2024W10': '2024-03-04',
      '2024-W53-1': null,
      '2024-064': '2024-03-04',
      '2023-366': null,
      '20241304': null,
      '2024-03-04T15': '2024-03-04',
    },
  ],
  [
    { is: 'datetime' },
    {
      '3/4/2024, 3:06\u202fPM': '2024-03-04T15:06',
      '2024-03-04T15': '2024-03-04T15:00',
      '2024-03-04T24:00': '2024-03-05T00:00',
      '2024-03-04T24:01': null,
      '20240304T15:06': '2024-03-04T15:06',
    },
  ],
  [
    { is: 'datetime', withSeconds: true },
    {
      '20240304T150607': '2024-03-04T15:06:07',
      '20240304T1506': '2024-03-04T15:06:00',
      '20240304T15': '2024-03-04T15:00:00',
      '20240304T150607.123Z': '2024-03-04T15:06:07',
      '20240304T150607,5+0100': '2024-03-04T15:06:07',
      '20240304T150607-01:30': '2024-03-04T15:06:07',
      '20240304T1506+01': '2024-03-04T15:06:00',
      '20240304T15+01:00': '2024-03-04T15:00:00',
      '2024-03-04T15:06:07+01': '2024-03-04T15:06:07',
      '2024-03-04 15:06:07+00': '2024-03-04T15:06:07',
      '2024-03-04 15:06:07.5-03': '2024-03-04T15:06:07',
      '2024-03-04 15:06:07+05:30': '2024-03-04T15:06:07',
      '2024-03-04 24:00:00+00': '2024-03-05T00:00:00',
      '2024-03-04 09:00-17:00': null,
      '2024-03-04 09:00:00-17': null,
      '2024-03-04 09:00-12': null,
      '2024-W10-1T150607': '2024-03-04T15:06:07',
      '20240304T240000': '2024-03-05T00:00:00',
      '20240304T24': '2024-03-05T00:00:00',
      '20240304T240001': null,
      '20240304T250000': null,
      '20240304T156000': null,
      '20240304T15060': null,
      '20241304T150607': null,
      '3/4/2024T150607': null,
    },
  ],
  [
    { is: 'datetime', displayFormat: 'HH:mm:ss.SSS', outputFormat: 'HH:mm:ss.SSS' },
    { '20240304T150607.1239Z': '15:06:07.123', '20240304T1506': '15:06:00.000' },
  ],
  [
    { is: 'date' },
    {
      '2024-03-04T15:06:07': '2024-03-04',
      '20240304T150607': '2024-03-04',
      '20240304T150607.123Z': '2024-03-04',
      '20240304T1506+0100': '2024-03-04',
      '20240304T15060': null,
    },
  ],
  [
    { is: 'time' },
    {
      '20240304T150607+0100': '15:06',
      '2024-03-04T15': '15:00',
      '20240304T240000': '00:00',
      '20240304': null,
      xT24: null,
      'x 24:00': null,
    },
  ],
  // What begins alike and is something else.
  [
    { is: 'date', locale: 'de-DE' },
    {
      '4 .März 24': '2024-03-04',
      '4/März/2024': '2024-03-04',
      '4. 3. 2024': '2024-03-04',
      '4. .3.2024': null,
      '04-Mar-24': '2024-03-04',
      '004 März 2024': null,
      'Mon, 4 Mar 2024 15:06:07 GMT': '2024-03-04',
      '4.3.2024, 3:06 PM': '2024-03-04',
      '2024 3 4': '2024-03-04',
    },
  ],
  [
    { is: 'time' },
    {
      '15:06Z': '15:06',
      '3:06\u202fpm': '15:06',
      '24:00': '00:00',
      '24:01': null,
      '15:06:07+02': '15:06',
      '15:06+14:00': '15:06',
      '9:00-17:00': null,
      '9:00-12': null,
      '1506': '15:06',
      '150607': '15:06',
      '150607Z': '15:06',
      '150607.5': '15:06',
      'T15:06': '15:06',
      'T15:06:07.5+01:00': '15:06',
      T150607: '15:06',
      'T1506-0130': '15:06',
      T15: '15:00',
      '2400': '00:00',
      'T24:00': '00:00',
      T240000Z: '00:00',
      '2401': null,
      '2560': null,
      '156099': null,
      T2560: null,
      '15': null,
      '150': null,
      '15060': null,
      '1506.5': null,
      '0900-1200': null,
      'T09:00-17:00': null,
      'T0900-1700': null,
      '2024-03': null,
    },
  ],
  [
    { is: 'time', withSeconds: true },
    { '150607': '15:06:07', T150607: '15:06:07', 'T15:06:07Z': '15:06:07', '1506': '15:06:00' },
  ],
  [{ is: 'datetime' }, { '1506': null, '150607': null, 'T15:06': null, '2400': null }],
  [{ is: 'date' }, { '1506': null, '150607': null }],
];
for (const [meaning, texts] of read) {
  test(`read: ${JSON.stringify(meaning)} ${Object.keys(texts)[0]}`, async () => {
    const found = await bench.understood(meaning, Object.keys(texts));
    assert.deepEqual(Object.fromEntries(Object.keys(texts).map((text, at) => [text, found[at]?.[0]])), texts);
  });
}

const locales = 'en-US en-GB de fr es pt it nl ko hu cs ar fi zh-TW zh-CN ja fa-IR th el hi ms he vi ru pl uk hr lt bg ca tr sv';
const clock = { hour: 'numeric', minute: 'numeric' } as const;
const options: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  D: { year: 'numeric', month: 'numeric', day: 'numeric' },
  DD: { year: 'numeric', month: 'short', day: 'numeric' },
  DDD: { year: 'numeric', month: 'long', day: 'numeric' },
  f: { year: 'numeric', month: 'numeric', day: 'numeric', ...clock },
  ffff: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric', ...clock, timeZoneName: 'long' },
  t: clock,
  TTT: { ...clock, second: 'numeric', hourCycle: 'h23', timeZoneName: 'short' },
};

/** As the engine of JavaScript writes it. */
function written(locale: string, format: string, iso: string): string {
  const fixed = { calendar: 'gregory', numberingSystem: 'latn', timeZone: 'UTC' } as const;
  const write = new Intl.DateTimeFormat(locale, { ...options[format], ...fixed });
  // Luxon has one name for it in every language.
  const parts = write.formatToParts(new Date(iso)).map(({ type, value }) => (type === 'timeZoneName' ? 'UTC' : value));
  return parts.join('').replaceAll(/[\u00a0\u2009\u202f]/g, ' ');
}

const moments = ['2024-01-02T00:05', '2024-02-29T09:06', '2024-03-04T12:07', '2024-05-13T15:08', '2024-12-31T23:59'];
const displays = [
  ['date', 'D'],
  ['date', 'DD'],
  ['date', 'DDD'],
  ['datetime', 'f'],
  ['datetime', 'ffff'],
  ['time', 't'],
  ['time', 'TTT'],
] as const;
for (const locale of locales.split(' ')) {
  test(`shown as the locale has it, and read back: ${locale}`, async () => {
    for (const [is, displayFormat] of displays) {
      const meaning = { is, locale, displayFormat } as const;
      const found = await bench.understood(meaning, moments);
      const expected = moments.map((iso) => [
        { date: iso.slice(0, 10), datetime: iso, time: iso.slice(11) }[is],
        written(locale, displayFormat, `${iso}Z`),
      ]);
      assert.deepEqual(found, expected, displayFormat);
      const again = await bench.understood(
        // What only the field's own format says is read where it has that format.
        { is, locale, ...(options[displayFormat]?.timeZoneName && { displayFormat }) },
        expected.map(([, shown = '']) => shown),
      );
      assert.deepEqual(
        again.map(([result]) => result),
        expected.map(([result]) => result),
        `${displayFormat} read`,
      );
    }
  });
}
