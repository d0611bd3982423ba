import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fromTsv, toTsv } from './tsv.ts';

suite('the clipboard of spreadsheets', () => {
  test('what is copied is what is pasted', () => {
    const rows = [
      ['a', 'b\tc', 'd "e"'],
      ['', 'two\nlines', '  spaces  '],
      ['"', '\t', '=1+1'],
    ];
    assert.deepEqual(fromTsv(toTsv(rows)), rows);
  });

  for (const [text, rows] of [
    ['', [['']]],
    ['a', [['a']]],
    ['a\tb\r\nc\td\r\n', [['a', 'b'], ['c', 'd']]], // prettier-ignore
    ['\t', [['', '']]],
    ['a\n\nb', [['a'], [''], ['b']]],
    ['5" pipe\tx', [['5" pipe', 'x']]],
    ['"unclosed\tx', [['"unclosed', 'x']]],
    ['"a ""b"""\t"c\r\nd"', [['a "b"', 'c\r\nd']]],
  ] as const) {
    test(`reads ${JSON.stringify(text)}`, () => assert.deepEqual(fromTsv(text), rows));
  }
});
