import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apostrophesQuote, candidates, columnsOf, score, uniqueNames } from './dialect.ts';
import { Survey, type Marks } from './survey.ts';

function settle(text: string): { readonly marks: Marks; readonly header: boolean; readonly names: readonly string[] } {
  const surveyed = candidates(text, {}).map((marks) => {
    const survey = new Survey(marks);
    survey.push(Buffer.from(text));
    survey.end();
    return { marks, survey };
  });
  const { marks } = surveyed.reduce((a, b) => (score(b.survey) > score(a.survey) ? b : a));
  return { marks, ...columnsOf(text, true, marks, {}) };
}

test('delimiter, header and names', () => {
  const cases: [string, string, boolean, string[]][] = [
    ['id,name\n1,a\n', ',', true, ['id', 'name']],
    ['\ufeffid;name\r\n1;a,b\r\n2;c,d,e\r\n', ';', true, ['id', 'name']],
    ['id\tname\n1\ta', '\t', true, ['id', 'name']],
    ['a|b\n1|2\n', '|', true, ['a', 'b']],
    ['a^b\n1^2\n', '^', true, ['a', 'b']],
    ['a\x01b\n1\x012\n', '\x01', true, ['a', 'b']],
    ['1,2020-01-01\n2,2020-01-02\n', ',', false, ['column_1', 'column_2']],
    ['country,2019,2020\nfr,1,2\n', ',', false, ['column_1', 'column_2', 'column_3']],
    ['year,amount\n', ',', true, ['year', 'amount']],
    ['"a\nb","c,d"\n1,2\n', ',', true, ['a\nb', 'c,d']],
    ['only\nx\ny\n', ',', true, ['only']],
    ['name, first;age\na, b;1\nc;2\nd;3\ne;4\n', ';', true, ['name, first', 'age']],
    ['__proto__,constructor,a.__proto__.x\n1,2,3\n', ',', true, ['__proto__', 'constructor', 'a.__proto__.x']],
  ];
  for (const [text, delimiter, header, names] of cases) {
    const { marks, ...found } = settle(text);
    assert.equal(marks.delimiter, delimiter, text);
    assert.deepEqual([found.header, found.names], [header, names], text);
  }
  assert.equal(Object.hasOwn(Object.prototype, 'x'), false);
});

test('what the person says wins', () => {
  const wishes = { delimiter: ';', quote: "'", header: false };
  assert.deepEqual(candidates("'a;b';c\n", wishes), [{ delimiter: ';', quote: "'", escape: "'" }]);
  const [marks] = candidates("'a;b';c\n", wishes);
  assert.ok(marks);
  assert.equal(columnsOf("'a;b';c\n", true, marks, wishes).names.length, 2);
});

test('empty and repeated names become unique without regard to case, never take a later one, and are told', () => {
  assert.deepEqual(uniqueNames(['a', '', 'A', 'a_2', '', 'a']), ['a', 'column_2', 'A_3', 'a_2', 'column_5', 'a_4']);
  assert.deepEqual(uniqueNames(['', 'column_1']), ['column_1_2', 'column_1']);
  const { notes } = columnsOf('a,,A\nx,y,z\n', true, { delimiter: ',', quote: '"', escape: '"' }, {});
  assert.deepEqual(notes, ['column 2 has no name: it is column_2', 'the name "A" is there before: it is A_2']);
});

test('apostrophes quote only where they do so throughout, and make a difference', () => {
  const look = (text: string, quote: string): Survey => {
    const survey = new Survey({ delimiter: ',', quote, escape: quote });
    survey.push(Buffer.from(text));
    survey.end();
    return survey;
  };
  const plain = Array.from({ length: 1000 }, (_, at) => `${at},x\n`).join('');
  const cases: [string, boolean][] = [
    ["id,name\n1,'a,b'\n2,'it''s'\n", true],
    [`id,name\n${plain}1,'a,b'\n`, true],
    ["id,note\n1,'a\nb'\n2,'c'\n", true],
    ["'id','name'\n'1','a'\n", true],
    ["id,name\n1,'a'\n2,\n3,'b'\n", true],
    // Names and words that begin or end with one.
    ["id,city\n1,'s-Gravenhage\n2,Delft\n3,'s-Hertogenbosch\n", false],
    ["id,name\n1,'t Hooft\n2,Delft\n3,the Joneses'\n4,x\n", false],
    ["id,name\n1,O'Neil\n2,'tis\n", false],
    [`id,name\n${plain}1,'quoted'\n`, false],
    // The usual quotes leave no room for others.
    [`id,name\n1,"a"\n2,'b,c'\n`, false],
    ['id,name\n1,a\n', false],
  ];
  for (const [text, quotes] of cases) assert.equal(apostrophesQuote(look(text, '"'), look(text, "'")), quotes, text.slice(-60));
});
