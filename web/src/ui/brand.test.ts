import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brandOf } from './brand.ts';
import { contrast, readable } from './colour.ts';

/** What the browser does, for those that are colours already. */
const normal = (written: string): string | undefined => (/^#[\da-f]{6}$/.test(written) ? written : undefined);

test('a colour of the main button becomes the accent, in both themes as dark or light as it has to be', () => {
  const { variables, theme } = brandOf({ primaryButton: { backgroundColor: '#0a3d62', textColor: '#ffffff' } }, normal);
  assert.equal(theme, undefined);
  assert.equal(variables['--main-back'], '#0a3d62');
  assert.equal(variables['--on-accent'], '#ffffff');
  const [, light = '', dark = ''] = /^light-dark\((#\w+), (#\w+)\)$/.exec(variables['--accent'] ?? '') ?? [];
  assert.equal(light, '#0a3d62');
  assert.ok(contrast(dark as '#', '#12161d') >= 4.5); // written by us
});

test('a paper of its own makes one theme of it, and nothing that cannot be read', () => {
  const styles = { global: { backgroundColor: '#1e1033', textColor: '#2b2b2b', secondaryTextColor: '#333333' } };
  const { variables, theme } = brandOf(styles, normal);
  assert.equal(theme, 'dark');
  assert.equal(variables['--paper'], '#1e1033');
  assert.ok(contrast(variables['--ink'] as '#', '#1e1033') >= 4.5); // written by us
  assert.ok(contrast(variables['--soft'] as '#', variables['--shade'] as '#') >= 4.5); // and these
});

test('only what is known is taken, and only as colours, lengths and names of fonts', () => {
  const styles = {
    global: {
      backgroundColor: 'url(https://example.com/)',
      textColor: 'red; } * { display: none',
      borderRadius: '4px; position: fixed',
      customFontFamily: 'x; } @import "//example.com"',
      customFontURL: 'https://example.com/font.woff2',
    },
    primaryButton: { borderRadius: '999vw', backgroundColor: 7 },
    __proto__: { textColor: '#ffffff' },
    unknown: { backgroundColor: '#ffffff' },
  };
  assert.deepEqual(brandOf(styles, normal), { variables: {}, theme: undefined });
  for (const none of [undefined, null, 'x', [], { global: null }]) assert.deepEqual(brandOf(none, normal).variables, {});
  const { variables } = brandOf({ global: { borderRadius: '12px', customFontFamily: '"Open Sans", Arial' } }, normal);
  assert.deepEqual(variables, { '--radius': '12px', '--font': '"Open Sans", Arial, system-ui, sans-serif' });
});

test('what can be read stays as it is', () => {
  assert.equal(readable('#1b5fc1', '#ffffff'), '#1b5fc1');
  assert.ok(contrast(readable('#ffe600', '#ffffff'), '#ffffff') >= 4.5);
});
