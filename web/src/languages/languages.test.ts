/** Each language says all that English says, in its own words. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { english, type Texts } from '../texts.ts';
import { others } from './others.ts';

/** What texts with something in them are given; 14 is the number of the column behind 13 others. */
const given = [13, 17, 19, 23] as const;
const marks = [...given, 14];

/** Place of a text → what is said there. Names of keys are no words: they stand on the keys. */
function saidBy(texts: Texts): Map<string, string> {
  const { keys } = texts.help;
  const said = new Map(keys.map(([, does], at) => [`help.${at}`, does]));
  const walk = (of: unknown, place: string): void => {
    if (place === '.help.keys') return;
    if (typeof of === 'function') said.set(place, String(of(...given)));
    else if (typeof of === 'object' && of !== null)
      for (const [name, value] of Object.entries(of)) walk(value, `${place}.${name}`);
    else said.set(place, String(of));
  };
  walk(texts, '');
  return said;
}

/** Which of the marks a text holds. */
const held = (text: string, { number }: Texts): readonly number[] =>
  marks.filter((mark) => text.includes(String(mark)) || text.includes(number(mark)));

const words = saidBy(english);

/** Words that are spelled alike in two languages: a dozen of some two hundred. */
const mostAlike = 12;

for (const [language, load] of Object.entries(others)) {
  test(`${language} says all that English says`, async () => {
    const { translation } = await load();
    const said = saidBy(translation);
    assert.deepEqual([...said.keys()].toSorted(), [...words.keys()].toSorted());
    const lost = [...said].filter(
      ([place, text]) => String(held(text, translation)) !== String(held(words.get(place) ?? '', english)),
    );
    assert.deepEqual(lost, [], 'what stands in these texts is not what stands in the English ones');
    const odd = [...said].filter(([, text]) => text.trim() === '' || /undefined|NaN|\[object|[#{}]/.test(text));
    assert.deepEqual(odd, []);
    const alike = [...said].filter(([place, text]) => /\p{L}/u.test(text) && text === words.get(place));
    assert.ok(alike.length <= mostAlike, `English: ${alike.map(([place]) => place).join(', ')}`);
  });

  test(`${language} counts`, async () => {
    const { translation } = await load();
    const counted = [translation.rows, translation.people, translation.tools.undo, translation.acts.pasted, translation.waiting];
    for (const count of [0, 1, 2, 5, 11, 21, 100, 1_000_000])
      for (const say of counted) assert.doesNotMatch(say(count), /undefined|NaN|#/, String(count));
    for (const say of [translation.grid.was, translation.cell.revert, translation.problems.with])
      assert.notEqual(say(''), say('x'));
  });
}

test('each file of a language is one that is spoken', async () => {
  const files = (await readdir(import.meta.dirname)).filter((name) => /^[a-z]{2}(?:-[a-z]+)?\.ts$/.test(name));
  assert.deepEqual(files.map((name) => name.replace('.ts', '')).toSorted(), Object.keys(others).toSorted());
});
