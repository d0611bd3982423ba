import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerRow } from './header-row.ts';
import { matchColumns, type Matchable, type MatchOptions } from './matching.ts';

const field = (key: string, ...names: string[]): Matchable => ({ key, names: [key, ...names] });
const all: MatchOptions = { normalised: true, fuzzy: true };

const cases: readonly {
  readonly name: string;
  readonly headers: readonly string[];
  readonly fields: readonly Matchable[];
  readonly options?: MatchOptions;
  readonly matches: readonly string[];
  readonly ties?: readonly string[];
}[] = [
  {
    name: 'label, key or alternate',
    headers: ['Mail', 'x'],
    fields: [field('email', 'E-mail', 'Mail')],
    matches: ['0 email exact'],
  },
  {
    name: 'exact counts the case; normalised does not',
    headers: ['first_name', 'LastName', 'E MAIL'],
    fields: [field('firstName', 'First Name'), field('last_name', 'Last Name'), field('email', 'E-mail')],
    matches: ['0 firstName normalised', '1 last_name normalised', '2 email normalised'],
  },
  {
    name: 'an exact name keeps its column from who is only alike',
    headers: ['Email', 'email'],
    fields: [field('email')],
    matches: ['1 email exact'],
  },
  {
    name: 'nothing but exact, where nothing else is wanted',
    headers: ['EMAIL'],
    fields: [field('email')],
    options: { normalised: false, fuzzy: false },
    matches: [],
  },
  {
    name: 'remembered before normalised',
    headers: ['Firma', 'Company'],
    fields: [field('company')],
    options: { ...all, remembered: { Firma: 'company' } },
    matches: ['0 company remembered'],
  },
  {
    name: 'fuzzy: a slip of the finger, words in another order',
    headers: ['Adress', 'date of start'],
    fields: [field('address'), field('start date of')],
    matches: ['0 address fuzzy', '1 start date of fuzzy'],
  },
  { name: 'fuzzy: nothing where two are as near', headers: ['phone1'], fields: [field('phone2'), field('phone3')], matches: [] },
  { name: 'fuzzy: short names are never alike', headers: ['ab'], fields: [field('ac')], matches: [] },
  {
    name: 'two columns of one name tie',
    headers: ['email', 'email', 'name'],
    fields: [field('email'), field('name')],
    matches: ['2 name exact'],
    ties: ['email 0,1'],
  },
  {
    name: 'several columns feed a field that takes them',
    headers: ['tag', 'Tag', 'tag'],
    fields: [{ ...field('tag'), many: true }],
    matches: ['0 tag exact', '1 tag normalised', '2 tag exact'],
  },
  {
    name: 'one column feeds one field',
    headers: ['name'],
    fields: [field('name'), field('other', 'name')],
    matches: ['0 name exact'],
  },
];

for (const { name, headers, fields, options = all, matches, ties = [] } of cases) {
  test(name, () => {
    const found = matchColumns(headers, fields, options);
    assert.deepEqual(
      found.matches.map(({ column, key, how }) => `${column} ${key} ${how}`),
      matches,
    );
    assert.deepEqual(
      found.ties.map(({ key, columns }) => `${key} ${columns.join(',')}`),
      ties,
    );
  });
}

test('the row of names: the first, the one behind titles, the one that is known, none', () => {
  const at = (rows: readonly (readonly (string | null)[])[], names: readonly string[] = []) => headerRow(rows, names)?.row;
  assert.equal(
    at([
      ['Name', 'Age'],
      ['Ann', '5'],
    ]),
    0,
  );
  assert.equal(
    at([
      ['Report of May', null],
      ['', ''],
      ['Name', 'Age'],
      ['Ann', '5'],
    ]),
    2,
  );
  assert.equal(
    at(
      [
        ['a', 'b'],
        ['Name', 'Age'],
        ['Ann', '5'],
      ],
      ['name', 'age'],
    ),
    1,
  );
  assert.equal(
    at([
      ['1', '2'],
      ['3', '4'],
    ]),
    undefined,
  );
  assert.equal(
    at([
      ['2024-01-01', 'ann@example.com'],
      ['2024-01-02', 'bob@example.com'],
    ]),
    undefined,
  );
  assert.equal(at([['Name', 'Age']]), undefined);
  assert.equal(at([['name', 'age']], ['name']), 0);
  assert.equal(at([]), undefined);
});
