/** docs/rules.md against the code: its example is a schema, its tables have every key and every rule. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { meaningForms } from './meanings/form.ts';
import { fieldForm, fieldRuleForms, parseSchemaFile, rowRuleForms } from './schema-file.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/rules.md'), 'utf8');
const example = /```json schema\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

/** The rows of the first table behind a heading, each with its cells' code words. */
function tableOf(heading: string): readonly (readonly (readonly string[])[])[] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('| `'));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word ?? '')),
  );
}

test('the example is a schema', () => assert.equal(parseSchemaFile(example, 'example').fields.length, 7));

test('every key of a field is explained', () => {
  assert.deepEqual(
    tableOf('Fields').map(([name]) => name?.[0]),
    Object.keys(fieldForm.shape),
  );
});

for (const [heading, forms] of [
  ['Rules of a field', fieldRuleForms],
  ['Rules of a row', rowRuleForms],
] as const) {
  test(`${heading}: each with its keys`, () => {
    const own = (shape: object): readonly string[] =>
      Object.keys(shape).filter((key) => !['rule', 'level', 'message'].includes(key));
    assert.deepEqual(
      tableOf(heading).map(([name, keys]) => [name?.[0], keys]),
      forms.map(({ shape }) => [shape.rule.value, own(shape)]),
    );
  });
}

const meanings = readFileSync(join(import.meta.dirname, '../../docs/validation.md'), 'utf8');

test('the example of meanings is a schema', () => {
  const text = /```json schema\n([\s\S]*?)```/.exec(meanings)?.[1] ?? '';
  assert.equal(parseSchemaFile(text, 'example').fields.length, 5);
});

test('every meaning is explained', () => {
  const named = [...meanings.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(named.toSorted(), meaningForms.map(({ shape }) => shape.is.value).toSorted());
});
