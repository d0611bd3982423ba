import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { RowPages } from './rows.ts';

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, at) => ({ id: from + at, cells: [{ v: String(from + at) }] }));

suite('rows of a view', () => {
  test('asks for what is seen and for the pages around it', () => {
    const pages = new RowPages();
    const offsets = (first: number, last: number, total: number) => pages.missing(first, last, total).map(({ offset }) => offset);
    assert.deepEqual(offsets(0, 30, 250), [0, 100]);
    assert.deepEqual(offsets(190, 230, 1000), [100, 200, 300, 0]);
    pages.keep(100, rows(100, 100));
    assert.deepEqual(offsets(190, 230, 1000), [200, 300, 0]);
    assert.deepEqual(offsets(0, -1, 0), []);
  });

  test('a row is replaced wherever it stands', () => {
    const pages = new RowPages();
    pages.keep(100, rows(7, 100));
    pages.put({ id: 9, cells: [{ v: 'new' }] });
    pages.put({ id: 'elsewhere', cells: [] });
    assert.equal(pages.row(102)?.cells[0]?.v, 'new');
    assert.deepEqual(pages.pagesOf([9, 106, 107]), [100]);
  });

  test('keeps a bounded number of pages', () => {
    const pages = new RowPages();
    for (let page = 0; page < 500; page += 1) pages.keep(page * 100, rows(page * 100, 100));
    assert.equal(pages.row(0), undefined);
    assert.equal(pages.row(49_999)?.id, 49_999);
    assert.ok(pages.pagesOf('all').length <= 60);
  });
});
