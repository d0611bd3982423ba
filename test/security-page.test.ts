/** docs/security.md says what is done where and by which test it is shown: all of it must be there. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d+) \| (.+) \| (.+) \| (.+) \|$/gm)].map(([, number, what, where = '', shown = '']) => ({
  number: Number(number),
  what,
  where: paths(where),
  shown: paths(shown),
}));

function paths(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
}

/** The items of the checklist that concern the service. */
const items = [...Array.from({ length: 21 }, (_, at) => at + 1), 25, 26, 29, 32, 33, 34, 35, 36, 38, 42, 46, 47];

test('each row names files that are there, and tests that are tests', () => {
  assert.ok(rows.length > 20);
  for (const { number, where, shown } of rows) {
    assert.ok(where.length > 0 && shown.length > 0, `item ${number}`);
    for (const path of [...where, ...shown]) assert.ok(existsSync(join(root, path)), path);
    for (const path of shown) assert.match(path, /\.test\.ts$/);
  }
});

test('each item of the checklist has a row, or is said to be missing', () => {
  const missing = /^Not there yet: ([\s\S]*?)\.$/m.exec(page)?.[1] ?? '';
  const named = [...missing.matchAll(/\b(\d+)\b/g)].map(([, number]) => Number(number));
  const numbers = rows.map(({ number }) => number);
  assert.equal(new Set(numbers).size, numbers.length);
  assert.deepEqual(
    items.filter((item) => !numbers.includes(item) && !named.includes(item)),
    [],
  );
});
