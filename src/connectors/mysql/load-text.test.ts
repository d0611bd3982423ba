import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeadgateError } from '../../domain/error.ts';
import { LoadText, type LoadColumn } from './load-text.ts';

const columns: readonly LoadColumn[] = [
  { name: 'id', type: { kind: 'integer', bits: 32 }, native: 'int(11)' },
  { name: 'note', type: { kind: 'text' }, native: 'longtext' },
  { name: 'data', type: { kind: 'bytes' }, native: 'longblob' },
  { name: 'at', type: { kind: 'timestamp', zone: true }, native: 'datetime(6)' },
  { name: 'ok', type: { kind: 'boolean' }, native: 'tinyint(1)' },
];

const document = Buffer.from('1,"it\'s, ""é""\n\t\\",\\x00ff,2024-01-01 00:00:00+00,true\n-2,"",,,f\n,,,,\n');

test('a document becomes literals, wherever it is cut', () => {
  const expected = [
    `('1','it''s, "é"\n\t\\',x'00ff','2024-01-01 00:00:00','1')`.replace("'1')", '1)'),
    `('-2','',null,null,0)`,
    '(null,null,null,null,null)',
  ];
  for (let size = 1; size <= document.length; size++) {
    const text = new LoadText(columns, 'values', 'loading t');
    const rows: string[] = [];
    for (let at = 0; at < document.length; at += size) rows.push(...text.push(document.subarray(at, at + size)));
    text.end();
    assert.deepEqual(
      rows.map((row) => Buffer.from(row, 'latin1').toString()),
      expected,
    );
  }
});

test('a document becomes lines', () => {
  const rows = new LoadText(columns, 'lines', 'loading t').push(document);
  assert.deepEqual(
    rows.map((row) => Buffer.from(row, 'latin1').toString()),
    [`1\tit's, "é"\\n\\t\\\\\t00ff\t2024-01-01 00:00:00\t1\n`, '-2\t\t\\N\t\\N\t0\n', '\\N\t\\N\t\\N\t\\N\t\\N\n'],
  );
});

test('what the server would round or take for more than it says is refused', () => {
  for (const bad of ['1.5', '1e2', '0x10', ' 1', '']) {
    const text = new LoadText(columns.slice(0, 1), 'lines', 'loading t');
    assert.throws(
      () => text.push(Buffer.from(`"${bad}"\n`)),
      (error) => error instanceof HeadgateError && error.code === 'value.invalid',
    );
  }
});

test('a document that is cut off is not a shorter one', () => {
  for (const cut of ['1', '1,"a', '1,a,', '1,"a"']) {
    const text = new LoadText(columns, 'lines', 'loading t');
    assert.deepEqual(text.push(Buffer.from(cut)), []);
    assert.throws(
      () => text.end(),
      (error) => error instanceof HeadgateError && error.code === 'read.incomplete',
    );
  }
});
