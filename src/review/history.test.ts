/** What can be undone and redone, and what formulas and sentences look like. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spansOf } from './edit.ts';
import { endingOf } from './ending.ts';
import { csvLine, guarded } from './export.ts';
import { History } from './history.ts';

test('undo takes the last edit that stands, redo the last that was taken, and a new edit ends redoing', () => {
  const history = new History();
  history.add(1, { kind: 'cells' });
  history.add(2, { kind: 'delete' });
  history.add(3, { kind: 'undo' });
  assert.deepEqual([history.next('undo'), history.next('redo'), history.counts], [1, 2, { undo: 1, redo: 1 }]);
  history.add(4, { kind: 'redo' });
  assert.equal(history.next('undo'), 2);
  history.add(5, { kind: 'undo' });
  history.add(6, { kind: 'add' });
  assert.deepEqual([history.next('undo'), history.next('redo')], [6, undefined]);
  history.add(7, { kind: 'reread' });
  assert.deepEqual(history.counts, { undo: 0, redo: 0 });
});

test('ids are kept as spans', () => {
  assert.deepEqual(spansOf([3, 1, 2, 7, 2]), [
    [1, 3],
    [7, 7],
  ]);
});

test('what a table program would run is marked as a text, numbers are not', () => {
  const texts = ['=1+1', '+cmd', '-2+3', '@sum', '\tx', '-5', '+1,5 %', '-12.5%', 'a=b', ''];
  assert.deepEqual(texts.map(guarded), ["'=1+1", "'+cmd", "'-2+3", "'@sum", "'\tx", '-5', "'+1,5 %", '-12.5%', 'a=b', '']);
  assert.equal(csvLine(['a"b', 'x,y', null]), '"a""b","x,y",""\r\n');
});

test('the sentence before the end says what happens to rows with errors', () => {
  const free = { invalid: false, empty: false, sheets: false };
  const said = (deliver: 'valid' | 'all' | 'raw', hold = free): string =>
    endingOf({ rows: 1200, invalid: 2 }, { deliver, hold }).message;
  assert.equal(said('valid'), '1,198 rows will be delivered; 2 rows with errors will be left out.');
  assert.equal(
    said('all'),
    '1,200 rows will be delivered, 2 rows of them with errors: what could not be understood becomes empty.',
  );
  assert.equal(
    said('raw'),
    '1,200 rows will be delivered, 2 rows of them with errors: what could not be understood stays as it is.',
  );
  assert.equal(said('all', { ...free, invalid: true }), '2 rows have errors');
});
