import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, piecesOf } from './found.ts';

const marked = (text: string, search: string): string =>
  piecesOf(text, search)
    .map((piece) => (piece.isFound ? `[${piece.text}]` : piece.text))
    .join('');

for (const [text, search, shown] of [
  ['Berlin, berlin', 'BERLIN', '[Berlin], [berlin]'],
  ['aaa', 'aa', '[aa]a'],
  ['Rome', 'berlin', 'Rome'],
  ['Rome', '', 'Rome'],
  ['', 'x', ''],
  ['a.c', '.', 'a[.]c'],
  ['İstanbul', 'stan', '[İstanbul]'],
] as const) {
  test(`${search} in ${text}`, () => {
    assert.equal(marked(text, search), shown);
    assert.equal(holds(text, search), shown.includes('['));
  });
}
