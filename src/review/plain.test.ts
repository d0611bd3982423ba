import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plain as shown } from '../../web/src/ui/markup.ts';
import { plain } from './plain.ts';

for (const [markup, text] of [
  ['An <b>address</b> needs an @', 'An address needs an @'],
  ['One<br/>two<p>three</p>four', 'One two three four'],
  ['a &lt; b', 'a &lt; b'],
  ['<i>a</i> &lt; b &amp;lt;', 'a < b &lt;'],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ['(?<year>[0-9]+)', '(?<year>[0-9]+)'],
  ['a<script type="x">alert("<b>1</b>")</script>b<style>b{}</style>', 'ab'],
  ['a<script>alert(1)', 'a'],
  ['<img alt="a > b" src=x onerror=alert(1)>ok', 'ok'],
  ['<a href="https://example.com">here</a>', 'here'],
  ['a<!-- <b>b</b> -->c<!--', 'ac'],
] as const) {
  test(`${markup} is ${text} in files, as on the page`, () => {
    assert.equal(plain(markup), text);
    assert.equal(shown(markup), text);
  });
}

test('markup of any size ends', () => {
  assert.equal(plain('<script>'.repeat(50_000)), '');
  assert.equal(plain(`${'<a "'.repeat(50_000)}x`).length, 200_001);
});
