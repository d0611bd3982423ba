import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settleCsv, uniqueNames } from './dialect.ts';

test('delimiter, header and names are settled from the first records', () => {
  const cases: [string, string, boolean, string[]][] = [
    ['id,name\n1,a\n', ',', true, ['id', 'name']],
    ['\ufeffid;name\r\n1;a,b\r\n2;c,d,e\r\n', ';', true, ['id', 'name']],
    ['id\tname\n1\ta', '\t', true, ['id', 'name']],
    ['a|b\n1|2\n', '|', true, ['a', 'b']],
    ['1,2020-01-01\n2,2020-01-02\n', ',', false, ['column_1', 'column_2']],
    ['country,2019,2020\nfr,1,2\n', ',', false, ['column_1', 'column_2', 'column_3']],
    ['year,amount\n', ',', true, ['year', 'amount']],
    ['"a\nb","c,d"\n1,2\n', ',', true, ['a\nb', 'c,d']],
    ['only\nx\ny\n', ',', true, ['only']],
    ['__proto__,constructor,a.__proto__.x\n1,2,3\n', ',', true, ['__proto__', 'constructor', 'a.__proto__.x']],
  ];
  for (const [text, delimiter, header, names] of cases) {
    const settled = settleCsv(text, true, {});
    assert.deepEqual(settled, { dialect: { delimiter, quote: '"', escape: '"', header }, names }, text);
  }
  assert.equal(Object.hasOwn(Object.prototype, 'x'), false);
});

test('what the person says wins', () => {
  const { dialect, names } = settleCsv("'a;b';c\n", true, { delimiter: ';', quote: "'", header: false });
  assert.deepEqual(dialect, { delimiter: ';', quote: "'", escape: "'", header: false });
  assert.equal(names.length, 2);
});

test('empty and repeated names become unique without regard to case, and never take a later one', () => {
  assert.deepEqual(uniqueNames(['a', '', 'A', 'a_2', '', 'a']), ['a', 'column_2', 'A_3', 'a_2', 'column_5', 'a_4']);
  assert.deepEqual(uniqueNames(['', 'column_1']), ['column_1_2', 'column_1']);
});
