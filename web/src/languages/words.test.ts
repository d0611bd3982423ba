import assert from 'node:assert/strict';
import { test } from 'node:test';
import { english } from '../texts.ts';
import { translation as arabic } from './ar.ts';
import { translation as german } from './de.ts';
import { translation as spanish } from './es.ts';
import { translation as french } from './fr.ts';
import { languageOf, reworded } from './words.ts';

test('a locale is a language of ours, else English', () => {
  for (const [locale, language] of Object.entries({
    de: 'de',
    'de-AT': 'de',
    zh_CN: 'en',
    EN: 'en',
    '': 'en',
    constructor: 'en',
  }))
    assert.equal(languageOf(locale, ['ar', 'de']), language);
});

test('numbers have the forms of their language', () => {
  assert.equal(english.rows(1), '1 row');
  assert.equal(english.rows(1200), '1,200 rows');
  assert.equal(german.rows(1200), '1.200 Zeilen');
  assert.equal(arabic.rows(2), 'صفّان');
  assert.match(arabic.rows(11), /صفًا$/);
});

/** All that people may read: texts as they are, and what texts with numbers in them become. */
function said(of: unknown): string[] {
  if (typeof of === 'function') return [1, 3].map((count) => String(of(count, count, 'x', 'y')));
  return typeof of === 'object' && of !== null ? Object.values(of).flatMap(said) : [String(of)];
}

for (const [name, translation] of Object.entries({ arabic, german, spanish, french })) {
  test(`${name} says all that English says`, () => {
    const texts = said(translation);
    assert.equal(texts.length, said(english).length);
    assert.deepEqual(
      texts.filter((text) => text === '' || /undefined|NaN|\[object/.test(text)),
      [],
    );
  });
}

test('texts of the import’s owner stand in place of ours, where there are such', () => {
  const words = {
    ui: {
      COLUMN_MATCH_SUBTITLE: 'Match!',
      'finish.button': 'Send',
      'finish.go': 'no',
      next: 'On',
      gone: 'x',
      'a.b.c': 'x',
      rows: 7,
    },
  };
  const texts = reworded(english, words);
  assert.equal(texts.match.lead, 'Match!');
  assert.equal(texts.finish.button, 'Send');
  assert.equal(texts.next, 'On');
  assert.equal(texts.finish.go, english.finish.go);
  assert.equal(texts.rows, english.rows);
  for (const none of [undefined, null, 'x', { ui: null }, { ui: ['x'] }]) assert.deepEqual(reworded(english, none), english);
});
