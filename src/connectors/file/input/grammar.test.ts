import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogicalType } from '../../../domain/types.ts';
import { automaton } from './automaton.ts';
import { columnStart, patternOf } from './grammar.ts';

function matcher(pattern: string): (text: string) => boolean {
  const { steps, accepting } = automaton(pattern, columnStart);
  return (text) => {
    let state = columnStart;
    for (const byte of Buffer.from(text)) {
      if (state === 0) return false;
      state = steps[(state - columnStart) >> 8]?.[byte] ?? 0;
    }
    return accepting.has(state);
  };
}

test('an automaton takes what the regular expression takes', () => {
  const patterns = [
    'a',
    'a|bc',
    '(ab)?c{2}',
    String.raw`\d{1,3}(\.\d)?`,
    '[a-c+-]{0,2}x',
    '(a|ab)(c|bcd)',
    'a?a?aa',
    '(a?b){2,3}',
  ];
  const texts = [
    '',
    ...'a b c x aa aaa aaaa aaaaa bc cc abcc ab abc abbcd abcd 1 12 123 1234 1.5 12.55 +x -ax +-x bb abab abb'.split(' '),
  ];
  for (const pattern of patterns) {
    const takes = matcher(pattern);
    for (const text of texts) assert.equal(takes(text), new RegExp(`^(?:${pattern})$`).test(text), `${pattern}: ${text}`);
  }
});

function takes(type: LogicalType): (text: string) => boolean {
  const pattern = patternOf(type);
  assert.ok(pattern);
  return matcher(pattern);
}

test('days are those that there are', () => {
  const isDay = takes({ kind: 'date' });
  for (const year of [1000, 1600, 1900, 1996, 2000, 2023, 2024, 2100, 2400, 2999]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const text = [year, month, day].map((part) => String(part).padStart(2, '0')).join('-');
        const there = new Date(Date.UTC(year, month - 1, day)).toISOString().startsWith(text);
        assert.equal(isDay(text), there, text);
      }
    }
  }
});

test('numbers have the digits that their type has room for', () => {
  const decimal = takes({ kind: 'decimal', precision: 18, scale: 2 });
  const good = [
    '0',
    '7',
    '-7',
    '0.5',
    '-0.5',
    '0.00',
    '-0.00',
    '1.25',
    '1234567890123456.25',
    '-123456789012345.25',
    '1234567890123456',
  ];
  const bad = [
    '',
    '-0',
    '007',
    '.5',
    '1.',
    '1.255',
    '+1',
    '1e3',
    '12345678901234567.25',
    '-1234567890123456.25',
    '12345678901234567',
    ' 1',
  ];
  assert.deepEqual([good.filter(decimal), bad.filter(decimal)], [good, []]);
  const integer = takes({ kind: 'integer', bits: 64 });
  assert.ok(
    integer('-999999999999999999') && integer('0') && !integer('1000000000000000000') && !integer('-0') && !integer('01'),
  );
  const long = takes({ kind: 'decimal', precision: 38, scale: 3 });
  // Without a point a number of so many digits is none.
  assert.ok(long(`${'9'.repeat(35)}.123`) && !long('9'.repeat(35)) && long('9'.repeat(18)));
});
