import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CsvLines, JsonLines, type RecordLines } from './record-lines.ts';

function linesOf(records: RecordLines, text: string, size: number): number[] {
  const bytes = Buffer.from(text);
  const lines: number[] = [];
  for (let at = 0; at < bytes.length; at += size) lines.push(...records.push(Buffer.from(bytes.subarray(at, at + size))).lines);
  return [...lines, ...records.end().lines];
}

test('a record of csv begins on a line, wherever the file is cut', () => {
  const text = 'a,b\n1,"x\ny\n"\n\n2,5" disk\r\n\r\n3,"say ""\n"""\n"4\n",""\n5';
  for (let size = 1; size <= text.length; size++) {
    const records = new CsvLines({ delimiter: ',', quote: '"', escape: '"' });
    assert.deepEqual(linesOf(records, text, size), [1, 2, -5, 6, -7, 8, 10, 12], `${size}`);
  }
  const escaped = "a;b\n1;'it\\'s\n'\n2;'\\\\'\n3;x";
  for (let size = 1; size <= escaped.length; size++) {
    const records = new CsvLines({ delimiter: ';', quote: "'", escape: '\\' });
    assert.deepEqual(linesOf(records, escaped, size), [1, 2, 4, 5], `${size}`);
  }
  assert.deepEqual(linesOf(new CsvLines({ delimiter: ',', quote: '', escape: '' }), 'a,"b\n1,"2\n', 99), [1, 2]);
  assert.deepEqual(linesOf(new CsvLines({ delimiter: ',', quote: '"', escape: '"' }), '\ufeff"a\nb",c\n1,2\n', 99), [1, 3]);
});

test('a line of JSON lines is a record, with its text', () => {
  const text = '{"a":1}\n\n \t\r\nno json \r\n{"a":"ö"}';
  for (let size = 1; size <= Buffer.byteLength(text); size++) {
    assert.deepEqual(linesOf(new JsonLines(), text, size), [1, -2, -3, 4, 5], `${size}`);
  }
  const { text: textOf } = new JsonLines().push(Buffer.from(text));
  assert.equal(textOf?.(3), 'no json');
});
