import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chipsOf } from './chips.ts';

const options = ['Beta', 'Partner'].map((label) => ({ label, value: label.slice(0, 1) }));

test('each option by itself, known by its label or value in any case', () => {
  assert.deepEqual(chipsOf('beta; P;wip', { delimiter: '; ', options }), [
    { text: 'beta', isKnown: true, lead: '' },
    { text: 'P', isKnown: true, lead: '; ' },
    { text: 'wip', isKnown: false, lead: ';' },
  ]);
});

test('an empty text has none, and gaps are no options', () => {
  assert.deepEqual(chipsOf('', { delimiter: ',', options }), []);
  assert.deepEqual(
    chipsOf(' , a ,, b', { delimiter: ',', options }).map(({ lead, text }) => lead + text),
    [' , a', ' ,, b'],
  );
});

test('options of the cell take the place of those of its column', () => {
  const own = [{ label: 'wip', value: 'wip' }];
  assert.deepEqual(
    chipsOf('wip,beta', { delimiter: ',', options }, own).map(({ isKnown }) => isKnown),
    [true, false],
  );
});
