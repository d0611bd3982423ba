import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testContext } from '../../test/support/duckdb.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import { commonPattern } from './pattern.ts';

const outside = [
  String.raw`(?=a)`,
  String.raw`(?!a)`,
  String.raw`(?<=a)b`,
  String.raw`(?<!a)b`,
  String.raw`(a)\1`,
  String.raw`(?<n>a)\k<n>`,
  String.raw`\p{L}`,
  String.raw`\P{L}`,
  String.raw`[\p{L}]`,
  String.raw`a{1001}`,
  String.raw`(a{100}){100}`,
  String.raw`\cA`,
  String.raw`[]`,
  String.raw`[^]`,
  String.raw`(?i:a)`,
  // RE2 finds it inside of `é`.
  String.raw`\B`,
  // DuckDB finds `ab` here.
  'a^b',
  'a(?:^b)',
  'a$b',
  '(?:a$)b',
  String.raw`\|^b`,
];

test('what RE2 lacks or does otherwise is not in the subset', () => {
  for (const pattern of outside) assert.equal(commonPattern(pattern, false), undefined, pattern);
  for (const pattern of [String.raw`\bword`, String.raw`[^k]`, 'ß', String.raw`\W`])
    assert.equal(commonPattern(pattern, true), undefined, pattern);
});

test('what the two write differently is spelled out', () => {
  assert.equal(commonPattern(String.raw`^(?:a|b)$|^c$`, false), String.raw`\A(?:a|b)\z|\Ac\z`);
  assert.equal(commonPattern(String.raw`^\d+$`, false), String.raw`\A[0-9]+\z`);
  assert.equal(commonPattern(String.raw`(?<year>\d{4})-?x+?`, true), String.raw`(?i)(?:[0-9]{4})\x{2d}?x+`);
  assert.equal(commonPattern(String.raw`[\w.-]\u{1F600}\/`, false), String.raw`[0-9A-Za-z_\x{2e}\x{2d}]\x{1f600}\x{2f}`);
});

const atom = fc.constantFrom(
  'a',
  'b',
  'k',
  's',
  '0',
  '_',
  '-',
  'é',
  '😀',
  '.',
  '^',
  '$',
  '\\d',
  '\\D',
  '\\w',
  '\\W',
  '\\s',
  '\\S',
  '\\b',
  '\\B',
  '\\n',
  '\\.',
  '\\x41',
  '[a-k]',
  '[^ab]',
  '[\\s.]',
  '[\\w-]',
  '[^\\d😀]',
  '[\\D]',
  '[\\S]',
  '[^\\S.]',
  '\\u{e9}',
);
const quantified = fc
  .tuple(atom, fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '*?'))
  .map(([one, times]) => one + times);
const sequence = fc.array(quantified, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''));
const pattern = fc
  .tuple(sequence, sequence, fc.constantFrom('', '|', '(', '(?:', '(?<n>'))
  .map(([left, right, join]) => (join === '' || join === '|' ? left + join + right : `${left}${join}${right})+`))
  .filter((text) => {
    try {
      return Boolean(new RegExp(text, 'u'));
    } catch {
      return false;
    }
  });
const letters = [
  'a',
  'b',
  'k',
  'K',
  '\u{212a}',
  's',
  '\u{17f}',
  '0',
  '_',
  '-',
  'é',
  'É',
  '😀',
  '\n',
  '\r',
  '\u{2028}',
  '\u{a0}',
  '\u{9f}',
  '\u{1680}',
  '\u{200b}',
  '\u{feff}',
  '\v',
  '.',
  'A',
];
const value = fc.array(fc.constantFrom(...letters), { maxLength: 6 }).map((parts) => parts.join(''));

test('a pattern of the subset finds in DuckDB what it finds in JavaScript', async (t) => {
  await using duck = await (await testContext(t)).duck();
  let common = 0;
  await fc.assert(
    fc.asyncProperty(
      pattern,
      fc.boolean(),
      fc.array(value, { minLength: 1, maxLength: 20 }),
      async (source, ignoreCase, values) => {
        const re2 = commonPattern(source, ignoreCase);
        if (re2 === undefined) return;
        common += 1;
        const search = new RegExp(source, ignoreCase ? 'iu' : 'u');
        const list = values.map((text, at) => `(${at}, ${quoteText(text)})`).join(', ');
        const rows = await duck.rows(`select regexp_matches(t, ${quoteText(re2)}) from (values ${list}) v(i, t) order by i`);
        assert.deepEqual(
          rows.map(([found]) => found),
          values.map((text) => String(search.test(text))),
          `${source} as ${re2} in ${JSON.stringify(values)}`,
        );
      },
    ),
    { numRuns: 400 },
  );
  assert.ok(common > 100, `${common} of 400 patterns were in the subset`);
});
