/** Which fields a review has: hidden ones are nobody's business there, and those of hooks are fields like others. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Fields } from './harness.ts';
import { blocking, inReview, type Guest } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const list = (of: Fields, name: string): readonly Fields[] => of[name] as readonly Fields[]; // a list of objects
const labels = async (visitor: Guest): Promise<readonly unknown[]> =>
  list(await visitor.state(), 'columns').map(({ label }) => label);

const exported = async (visitor: Guest): Promise<string> => {
  const { url } = visitor;
  const headers = { 'x-review-token': url.searchParams.get('token') ?? '' };
  const reply = await fetch(`${url.origin}${url.pathname}api/export?what=all&format=csv`, { headers });
  return (await reply.text()).replace('\u{feff}', '');
};

test('a hidden field that a hook has filled is shown nowhere, changed by nobody, and delivered', async () => {
  const fields = [
    { label: 'Name', key: 'name' },
    { label: 'Secret', key: 'hid', type: 'number', hidden: true },
    { label: 'Age', key: 'age', type: 'number' },
  ];
  const rowHooks = [
    `({ row }) => ({ row: { hid: { value: row.name.value === 'Bob' ? '77' : 'odd', info: [{ message: 'whispered', level: 'warning' }] } } })`,
  ];
  const { id, visitor } = await inReview(bench, 'Name,Age,Hid\nAnn,1,x\nBob,y,z\n', { fields, hooks: { rowHooks } });
  const state = await visitor.state();
  assert.deepEqual(await labels(visitor), ['Name', 'Age']);
  assert.deepEqual(Object.keys((state['counts'] as Fields)['byColumn'] as Fields), ['c0', 'c1']); // objects
  assert.deepEqual(
    (await visitor.rows()).map(({ cells }) => cells.map(({ v }) => v)),
    [
      ['Ann', '1'],
      ['Bob', 'y'],
    ],
  );
  assert.deepEqual(await visitor.rows({ filter: 'all', search: '77' }), []);
  assert.equal(await exported(visitor), 'Line,Name,Age,Problems\r\n2,Ann,1,""\r\n3,Bob,y,Age (error): This is not a number\r\n');
  const groups = list(await visitor.get('/groups'), 'groups');
  assert.deepEqual(
    groups.map(({ column }) => column),
    ['c1'],
  );
  for (const edit of [
    { kind: 'cells', cells: [{ row: 0, column: 'c3', text: '1' }] },
    { kind: 'add', cells: { c3: '1' } },
    { kind: 'fix', column: 'c3', message: 'whispered', with: '1' },
    { kind: 'replace', column: 'c3', find: '7', with: '8' },
  ])
    assert.equal((await visitor.edit(edit)).status, 400, edit.kind);
  const all = { kind: 'replace', find: '7', with: '8' };
  assert.equal((await visitor.post('/replace/preview', all))['count'], 0);
  assert.equal((await visitor.ask('POST', '/views', { filter: 'errors', column: 'c3' })).status, 400);
  const { view } = await visitor.post('/views', { filter: 'all' });
  assert.equal((await visitor.get(`/views/${String(view)}/problem?from=-1`))['of'], 1);
  assert.equal((await visitor.ask('GET', `/views/${String(view)}/problem?from=-1&column=c3`)).status, 400);
  assert.equal((await visitor.ask('PUT', '/mapping', { columns: { 0: 'name', 2: 'hid' } })).status, 400);
  assert.equal((await visitor.ask('PUT', '/values', { field: 'hid', map: { x: null } })).status, 400);

  assert.equal((await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c1', text: '2' }] })).status, 200);
  // What is wrong with a hidden field counts all the same: the row that has it is removed.
  await visitor.edit({ kind: 'delete', rows: [0] });
  const { status } = await visitor.ask('POST', '/finish', { version: Number((await visitor.state())['version']) });
  assert.equal(status, 200);
  await bench.settled(id);
  assert.deepEqual(await bench.rowsOf(id), [{ name: 'Bob', hid: 77, age: 2 }]);
});

test('several columns feed a field only where it takes several', async () => {
  const fields = [
    { label: 'Name', key: 'name' },
    { label: 'Tag', key: 'tag', manyToOne: true },
    { label: 'Age', key: 'age', type: 'number' },
  ];
  const { visitor } = await inReview(bench, 'a,b,Age\nAnn,Lee,x\n', { fields, settings: blocking });
  const twice = await visitor.ask('PUT', '/mapping', { columns: { 0: 'name', 1: 'name', 2: 'age' } });
  assert.deepEqual([twice.status, twice.body['code']], [400, 'request.invalid']);
  assert.equal((await visitor.ask('PUT', '/mapping', { columns: { 0: 'tag', 1: 'tag', 2: 'age' } })).status, 200);
  assert.deepEqual(await labels(visitor), ['Tag', 'Tag (2)', 'Age']);
});

const steps = (...calls: readonly string[]): object => ({
  stepHooks: [{ type: 'REVIEW_STEP', callback: `async (it) => { ${calls.map((call) => `await it.${call};`).join(' ')} }` }],
});

test('fields that hooks add are as they were given, and those that they take away are gone', async () => {
  const fields = [
    { label: 'Name', key: 'name' },
    { label: 'Age', key: 'age', type: 'number' },
    { label: 'Old', key: 'old' },
  ];
  const kinds = [
    { label: 'Big', value: 'b' },
    { label: 'Small', value: 's' },
  ];
  const shiny = {
    label: 'Shiny label',
    key: 'x',
    type: 'select',
    description: 'How large',
    selectOptions: kinds,
    validators: [{ validate: 'required' }],
  };
  const several = { label: 'Kinds', key: 'kinds', type: ['multi-select', { delimiter: ';' }], selectOptions: kinds };
  const fixed = { label: 'Fixed', key: 'fixed', readOnly: true };
  const secret = { label: 'Secret', key: 'secret', hidden: true };
  const add = (field: object): string => `addField(${JSON.stringify(field)}, { before: 'age' })`;
  const hooks = steps(add(shiny), add(several), add(fixed), add(secret), `removeField('old')`);
  const { visitor } = await inReview(bench, 'Name,Age,Old\nAnn,x,1\n', { fields, hooks });
  const state = await visitor.state();
  assert.deepEqual(await labels(visitor), ['Name', 'Shiny label', 'Kinds', 'Fixed', 'Age']);
  const told = list(state, 'fields').map(({ key, matchable }) => [key, matchable]);
  assert.deepEqual(told, [
    ['name', true],
    ['x', false],
    ['kinds', false],
    ['fixed', false],
    ['age', true],
  ]);
  const [, x, chips, locked] = list(state, 'fields');
  assert.deepEqual(
    [x?.['label'], x?.['type'], x?.['description'], x?.['required'], x?.['options']],
    ['Shiny label', 'select', 'How large', true, kinds],
  );
  assert.deepEqual([chips?.['delimiter'], locked?.['readOnly']], ['; ', true]);
  const column = (label: string): string => String(list(state, 'columns').find((one) => one['label'] === label)?.['id']);
  const edit = { kind: 'cells', cells: [{ row: 0, column: column('Fixed'), text: 'y' }] };
  assert.equal((await visitor.edit(edit)).status, 400);
  assert.equal((await visitor.edit({ ...edit, cells: [{ row: 0, column: column('Shiny label'), text: 'Big' }] })).status, 200);
  assert.match(await exported(visitor), /^Line,Name,Shiny label,Kinds,Fixed,Age,Problems\r\n/);
  for (const key of ['x', 'secret'])
    assert.equal((await visitor.ask('PUT', '/mapping', { columns: { 0: 'name', 2: key } })).status, 400, key);
  const { columns } = await visitor.get('/preview');
  assert.deepEqual(
    (columns as readonly Fields[]).map(({ field }) => field),
    ['name', 'age', null],
  );
});

test('a field that must have a column is marked like one that must have a value', async () => {
  const fields = [
    { label: 'Name', key: 'name', requireMapping: true },
    { label: 'Age', key: 'age', type: 'number' },
  ];
  const { visitor } = await inReview(bench, 'Name,Age\nAnn,x\n', { fields });
  assert.deepEqual(
    list(await visitor.state(), 'fields').map(({ required }) => required),
    [true, false],
  );
});
