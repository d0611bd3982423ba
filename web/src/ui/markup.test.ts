import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markupOf, plain, type MarkupNode } from './markup.ts';

/** The tree as it would be written. */
const drawn = (nodes: readonly MarkupNode[]): string =>
  nodes
    .map((node) => {
      if (typeof node === 'string') return node;
      return `[${node.tag}${node.href === undefined ? '' : ` ${node.href}`}|${drawn(node.children)}]`;
    })
    .join('');

for (const [markup, text, tree] of [
  ['An <b>address</b> needs an @', 'An address needs an @', 'An [b|address] needs an @'],
  ['One<br/>two', 'One two', 'One[br|]two'],
  ['<p>One</p><p>two</p>', 'One two', ' One  two '],
  ['a &lt; b', 'a &lt; b', 'a &lt; b'],
  ['<i>a</i> &lt; b &amp;lt;', 'a < b &lt;', '[i|a] < b &lt;'],
  ['1 < 2 and 3 > 2', '1 < 2 and 3 > 2', '1 < 2 and 3 > 2'],
  ['(?<year>[0-9]+)', '(?<year>[0-9]+)', '(?<year>[0-9]+)'],
  ['See <a class=x href="https://example.com/?a=1&amp;b=2">here</a>', 'See here', 'See [a https://example.com/?a=1&b=2|here]'],
  ["<a href='mailto:a@example.com'><strong>us</strong></a>", 'us', '[a mailto:a@example.com|[strong|us]]'],
  ['<a href="javascript:alert(1)">here</a>', 'here', 'here'],
  ['<a href="java\nscript:alert(1)">here</a>', 'here', 'here'],
  ['<a href="http://example.com">here</a> <a href="/x">there</a>', 'here there', 'here there'],
  ['<a href="https://a.test"><a href="https://b.test">x</a></a>', 'x', '[a https://a.test/|x]'],
  ['a<script>alert("<b>1</b>")</script>b<style>b{}</style>', 'ab', 'ab'],
  ['a<script>alert(1)', 'a', 'a'],
  ['<img src=x onerror=alert(1)>ok<svg onload=alert(1)>', 'ok', 'ok'],
  ['<img alt="a > b" src=x>ok', 'ok', 'ok'],
  ['<b>never ended', 'never ended', '[b|never ended]'],
  ['</b>never begun', 'never begun', 'never begun'],
  ['<b><i>a</b>b</i>', 'ab', '[b|[i|a]]b'],
  ['a<!-- <b>b</b> -->c', 'ac', 'ac'],
  ['<b onclick="x()" style="color:red">b</b>', 'b', '[b|b]'],
] as const) {
  test(`${markup} is read as ${text}`, () => {
    assert.equal(plain(markup), text);
    assert.equal(drawn(markupOf(markup)), tree);
  });
}

test('markup of any depth and size ends', () => {
  assert.equal(plain('<b>'.repeat(50_000) + 'x'), 'x');
  assert.equal(plain('<!--'.repeat(50_000)), '');
  assert.equal(plain(`${'<a "'.repeat(50_000)}x`).length, 200_001);
});
