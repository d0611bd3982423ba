import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chosenParts, matching, taken, toggled } from './options.ts';

const options = ['Germany', 'France', 'Spain'].map((label) => ({ label, value: label.slice(0, 2).toUpperCase() }));
const [germany] = options;

test('options are found by label and by value', () => {
  const found = (search: string) => matching(options, search).map(({ label }) => label);
  assert.deepEqual(found(''), ['Germany', 'France', 'Spain']);
  assert.deepEqual(found(' AN '), ['Germany', 'France']);
  assert.deepEqual(found('sp'), ['Spain']);
  assert.deepEqual(found('x'), []);
});

test('several choices stand in one cell as their field writes them', () => {
  assert.deepEqual(chosenParts('a; b ;;c', '; '), ['a', 'b', 'c']);
  assert.deepEqual(chosenParts('a b', ' '), ['a', 'b']);
  assert.deepEqual(chosenParts('a, b', undefined), ['a, b']);
  assert.equal(taken({ chosen: ['a', 'b'], search: '', delimiter: ';', option: undefined }), 'a;b');
  assert.equal(taken({ chosen: ['a'], search: 'ger', delimiter: '; ', option: germany }), 'a; Germany');
});

test('a choice is made and taken back, by its label or by its value', () => {
  assert.deepEqual(germany && toggled(['France'], germany), ['France', 'Germany']);
  assert.deepEqual(germany && toggled(['France', 'GE'], germany), ['France']);
});

test('what is no option is kept as it was typed, and nothing typed changes nothing', () => {
  assert.equal(taken({ chosen: ['x'], search: 'Grmny', delimiter: undefined, option: undefined }), 'Grmny');
  assert.equal(taken({ chosen: ['x'], search: '', delimiter: undefined, option: undefined }), undefined);
});
