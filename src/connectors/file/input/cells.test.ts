import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { columnAt, plainNumber, serialText, shownAs, unescaped } from './cells.ts';

test('number formats', () => {
  const cases: [number, string | undefined, string][] = [
    [0, undefined, 'number'],
    [14, undefined, 'date'],
    [21, undefined, 'time'],
    [22, undefined, 'timestamp'],
    [46, undefined, 'number'],
    [164, 'yyyy\\-mm\\-dd', 'date'],
    [164, 'dd/mm/yyyy hh:mm', 'timestamp'],
    [164, 'h:mm AM/PM', 'time'],
    [164, '[h]:mm:ss', 'number'],
    [164, '#,##0.00 "days"', 'number'],
    [164, '[Red]0.00E+00;General', 'number'],
    [164, '[$-409]mmm', 'date'],
  ];
  for (const [id, code, shown] of cases) assert.equal(shownAs(id, code), shown, code ?? String(id));
});

test('numbers keep every digit', () => {
  const cases: [string, string][] = [
    ['123', '123'],
    ['0.1', '0.1'],
    ['1.2345678901234568E+19', '12345678901234568000'],
    ['1.5E-7', '0.00000015'],
    ['-2E3', '-2000'],
    ['12.340E1', '123.4'],
    ['x', 'x'],
  ];
  for (const [stored, plain] of cases) assert.equal(plainNumber(stored), plain);
});

test('dates are counted from the text, in both systems', () => {
  const cases: [string, 'date' | 'time' | 'timestamp', boolean, string][] = [
    ['1', 'date', false, '1900-01-01'],
    ['59', 'date', false, '1900-02-28'],
    ['60', 'date', false, '1900-02-29'],
    ['61', 'date', false, '1900-03-01'],
    ['45292', 'date', false, '2024-01-01'],
    ['45351', 'date', false, '2024-02-29'],
    ['2958465', 'date', false, '9999-12-31'],
    ['0', 'date', true, '1904-01-01'],
    ['43830', 'date', true, '2024-01-01'],
    ['45292.5', 'date', false, '2024-01-01 12:00:00'],
    ['45292', 'timestamp', false, '2024-01-01 00:00:00'],
    ['45292.520833333336', 'timestamp', false, '2024-01-01 12:30:00'],
    ['45292.000011574073', 'timestamp', false, '2024-01-01 00:00:01'],
    ['0.75', 'time', false, '18:00:00'],
    ['0.5000000115740741', 'time', false, '12:00:00.001'],
    ['-1', 'date', false, '-1'],
    ['#N/A', 'date', false, '#N/A'],
  ];
  for (const [stored, shown, since1904, text] of cases) assert.equal(serialText(stored, shown, since1904), text, stored);
});

test('every day since March 1900 is the one that the calendar says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 61, max: 2_958_465 }), (serial) => {
      const iso = new Date(Date.UTC(1899, 11, 30) + serial * 86_400_000).toISOString().slice(0, 10);
      assert.equal(serialText(String(serial), 'date', false), iso);
    }),
  );
});

test('places and escapes', () => {
  assert.deepEqual(['A1', 'Z9', 'AA1', 'BC12'].map(columnAt), [0, 25, 26, 54]);
  assert.equal(unescaped('a_x000D_\nb_x'), 'a\r\nb_x');
});
