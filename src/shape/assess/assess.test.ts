/** Whole files through the assessment: what is delivered, what is said, and what a person has to decide. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { AssessTask } from '../../domain/run.ts';
import { openBench } from './harness.ts';

const bench = await openBench();
after(() => bench[Symbol.asyncDispose]());
const look = bench.look.bind(bench);

const people = {
  fields: [
    { name: 'name', rules: ['required'] },
    { name: 'mail', from: ['E-mail'], means: 'email', message: 'Invalid email' },
    { name: 'age', means: 'number' },
    { name: 'ok', means: 'checkbox' },
    { name: 'born', means: 'date' },
  ],
};

test('names are found below a title, columns by their names; results are JSON of their types', async () => {
  const text = 'Members of May\n\nName,E-Mail,Age,OK,unknown\nAnn,ann@example.com,"1,234.50",yes,x\n\n"B ""o"" b",,,,\n';
  const { rows, columns, counts, headers } = await look(text, people);
  assert.deepEqual(headers, ['Name', 'E-Mail', 'Age', 'OK', 'unknown']);
  assert.deepEqual(columns, { name: [0], mail: [1], age: [2], ok: [3], born: [] });
  assert.deepEqual(rows, [
    { name: 'Ann', mail: 'ann@example.com', age: 1234.5, ok: true },
    { name: 'B "o" b', mail: null, age: null, ok: false },
  ]);
  assert.equal(counts.rows, 2);
});

const bad = 'name,mail,age\nAnn,ann@example.com,1\n,nobody,x\nBob,bob@example.com,2\n';

test('rows with errors go, stay with nothing, or stay with their text', async () => {
  const { rows, said, invalidRows, counts } = await look(bad, people);
  assert.deepEqual(said, ['1 mail Invalid email: nobody', '1 age This is not a number: x', '1 name empty: ']);
  assert.deepEqual([invalidRows, counts.invalid, counts.errors, counts.delivered], [[1], 1, 3, 2]);
  assert.equal(rows?.length, 2);
  assert.deepEqual((await look(bad, people, { deliver: 'all' })).rows?.[1], { name: '', mail: null, age: null });
  assert.deepEqual((await look(bad, people, { deliver: 'raw' })).rows?.[1], { name: '', mail: 'nobody', age: 'x' });
});

test('a person is asked where errors hold rows back, or none would be left', async () => {
  const hold = (invalid: boolean, empty: boolean): Partial<AssessTask> => ({ hold: { invalid, empty, sheets: false } });
  assert.deepEqual((await look(bad, people, hold(true, false))).blocks, ['INVALID_DATA']);
  assert.deepEqual((await look('name\nAnn\n', people, hold(true, true))).blocks, []);
  assert.deepEqual((await look('name,mail\nAnn,nobody\n', people, hold(false, true))).blocks, ['NO_ROWS']);
});

test('a person is asked which row has the names, and which column is what', async () => {
  assert.deepEqual((await look('1,2\n3,4\n', people)).blocks, ['HEADER_ROW_UNKNOWN']);
  assert.deepEqual((await look('x,y\na,b\n', people)).blocks, ['COLUMNS_UNMAPPED', 'COLUMNS_UNMAPPED']);
  assert.deepEqual((await look('mail\na@example.com\n', people)).blocks, ['COLUMNS_UNMAPPED']);
  assert.deepEqual((await look('name,name\na,b\n', people)).blocks, ['COLUMNS_UNMAPPED', 'COLUMNS_UNMAPPED']);
  assert.deepEqual((await look('name\nAnn\n', people, { needed: ['age'] })).blocks, ['COLUMNS_UNMAPPED']);
  assert.deepEqual((await look('7,8\nname,2\nAnn,b\n', people, { header: 1 })).rows, [{ name: 'Ann' }]);
});

test('every member of a group of doubles is flagged, at every field of the group', async () => {
  const fields = [
    { name: 'a', rules: [{ rule: 'unique', message: 'Value must be unique' }] },
    { name: 'b', means: 'number' },
    { name: 'c' },
  ];
  const rules = [{ rule: 'unique', fields: ['b', 'c'], message: 'Values are not unique for pair' }];
  const { said } = await look('a,b,c\nx,1,z\nx,"1.0",z\ny,,\nw,,\n', { fields, rules });
  assert.deepEqual(said, [
    '0 a Value must be unique: x',
    '0 b Values are not unique for pair: 1',
    '0 c Values are not unique for pair: z',
    '1 a Value must be unique: x',
    '1 b Values are not unique for pair: 1.0',
    '1 c Values are not unique for pair: z',
  ]);
});

test('warnings neither remove nor block', async () => {
  const fields = [{ name: 'a', rules: [{ rule: 'length', max: 1, level: 'warning' }] }];
  const { rows, blocks, counts } = await look('a\nlong\n', { fields }, { hold: { invalid: true, empty: true, sheets: false } });
  assert.deepEqual([rows, blocks, counts.invalid], [[{ a: 'long' }], [], 0]);
});

test('several columns of one field are a list, each judged by itself', async () => {
  const fields = [{ name: 'tag', means: 'number' }, { name: 'b' }];
  const { rows, said } = await look('tag,b,tag\n1,x,2\n3,y,no\n', { fields }, { many: ['tag'], deliver: 'all' });
  assert.deepEqual(rows, [
    { tag: [1, 2], b: 'x' },
    { tag: [3, null], b: 'y' },
  ]);
  assert.deepEqual(said, ['1 tag This is not a number: no']);
});

test('what no field takes comes along where it is wanted, and rows behind the most are dropped', async () => {
  const { rows, counts } = await look('x,name,y\n1,Ann,\n2,Bob,3\n4,Cy,5\n', people, { unmapped: true, most: 2 });
  assert.deepEqual(rows, [
    { name: 'Ann', $unmapped: { 0: '1', 2: '' } },
    { name: 'Bob', $unmapped: { 0: '2', 2: '3' } },
  ]);
  assert.equal(counts.dropped, 1);
});

test('one field is needed when another is there, or has some value', async () => {
  const when = (condition: object) => ({
    fields: [{ name: 'a' }, { name: 'b', means: 'number', type: 'text' }],
    rules: [{ rule: 'requiredIf', field: 'a', when: condition, message: 'needed' }],
  });
  const said = async (condition: object): Promise<readonly string[]> => (await look('a,b\n,1\n,\nx,1\n', when(condition))).said;
  assert.deepEqual(await said({ any: [{ field: 'b', is: 'present' }] }), ['0 a needed: ']);
  assert.deepEqual(await said({ any: [{ field: 'b', is: '=', value: '1' }] }), ['0 a needed: ']);
  assert.deepEqual(await said({ any: [{ not: { field: 'b', is: '=', value: '1' } }] }), []);
});
