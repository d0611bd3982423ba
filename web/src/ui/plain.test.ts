import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain } from './plain.ts';

for (const [markup, text] of [
  ['An <b>address</b> needs an @', 'An address needs an @'],
  ['One<br/>two', 'One two'],
  ['a &lt; b', 'a &lt; b'],
  ['<i>a</i> &lt; b &amp;lt;', 'a < b &lt;'],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  // Not among the harmless ones: shown as it is written, and React writes it as text.
  ['<script>alert(1)</script>', '<script>alert(1)</script>'],
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['<a href="javascript:alert(1)">here</a>', 'here'],
] as const) {
  test(`${markup} is read as ${text}`, () => assert.equal(plain(markup), text));
}
