import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsBetween, drawnColumns, placed, type GridColumn } from './columns.ts';

const column = (place: number, pinned: boolean): GridColumn => ({
  id: `c${place}`,
  place,
  label: `Column ${place}`,
  width: 100,
  numeric: false,
  required: false,
  readOnly: false,
  marksFixes: false,
  errors: 0,
  warnings: 0,
  pinned,
});
const columns = placed([column(3, true), ...[0, 1, 2, 4, 5, 6, 7].map((place) => column(place, false))]);

test('columns that stay in view are drawn always, the others where they are looked at', () => {
  const seen = columnsBetween(columns, 350, 550);
  assert.deepEqual(seen, { from: 2, to: 6 });
  const drawn = drawnColumns(columns, { pinned: 1, ...seen });
  assert.deepEqual(
    drawn.map(({ column: { id }, col }) => [id, col]),
    [
      ['c3', 0],
      ['c1', 2],
      ['c2', 3],
      ['c4', 4],
      ['c5', 5],
      ['c6', 6],
    ],
  );
  // At the left edge none is drawn twice.
  assert.deepEqual(columnsBetween(columns, 0, 250).from, 1);
});
