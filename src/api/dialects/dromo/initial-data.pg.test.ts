/** Rows that come with the request. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Fields } from './harness.ts';

const bench = await open();
after(async () => await bench.close());

interface Done {
  readonly found: Fields;
  readonly rows: unknown;
}

async function done(wanted: object): Promise<Done> {
  const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', wanted);
  assert.equal(status, 201, JSON.stringify(body));
  const found = await bench.settled((body as Fields)['id']); // an object
  return { found, rows: found['status'] === 'SUCCESSFUL' ? await bench.rowsOf(found['id']) : found['import_errors'] };
}

const crossed: readonly (readonly [string, object, unknown])[] = [
  [
    'a key that is the label of another field',
    {
      fields: [
        { label: 'name', key: 'full' },
        { label: 'First', key: 'name' },
      ],
      initial_data: [{ full: 'F', name: 'N' }],
    },
    [{ full: 'F', name: 'N' }],
  ],
  [
    'a key that another field may be called, too',
    {
      fields: [
        { label: 'Mail', key: 'mail', alternateMatches: ['to'] },
        { label: 'To', key: 'to' },
      ],
      initial_data: [{ mail: 'a', to: 'b' }],
    },
    [{ mail: 'a', to: 'b' }],
  ],
  ['a label is no key', { fields: [{ label: 'A', key: 'a' }], initial_data: [{ a: 'x', A: 'other' }] }, [{ a: 'x' }]],
  [
    'unmapped: a label is no key',
    {
      fields: [{ label: 'A', key: 'a' }],
      initial_data: [{ a: 'x', A: 'other' }],
      settings: { passThroughUnmappedColumns: true },
    },
    [{ a: 'x', $unmapped: { '1': 'other' } }],
  ],
  [
    'separators and blank rows',
    {
      fields: [
        { label: 'One', key: 'one' },
        { label: 'Two', key: 'two' },
      ],
      initial_data: [
        ['a; b', null],
        [null, null],
        ['c', 2],
      ],
    },
    [
      { one: 'a; b', two: '' },
      { one: 'c', two: '2' },
    ],
  ],
];

for (const [name, wanted, rows] of crossed)
  test(`by key alone: ${name}`, async () => assert.deepEqual((await done(wanted)).rows, rows));

test('a field that no row names is absent, as one without a column is', async () => {
  const fields = [
    { label: 'Name', key: 'name' },
    { label: 'Age', key: 'age', type: 'number' },
  ];
  const { found, rows } = await done({ fields, initial_data: [{ name: 'a; b' }, { name: null }, { other: 1 }, { name: 'c' }] });
  assert.deepEqual(rows, [{ name: 'a; b' }, { name: 'c' }]);
  assert.deepEqual(Object.keys((found['result_metadata'] as Fields)['fields'] as Fields), ['name']); // as documented
  assert.deepEqual((await done({ fields, initial_data: [['a'], ['b']] })).rows, [{ name: 'a' }, { name: 'b' }]);
  const none = await done({ fields, initial_data: [{ other: 1 }] });
  assert.deepEqual((none.rows as Fields[])[0]?.['code'], 'COLUMNS_UNMAPPED'); // a list
  assert.deepEqual((await done({ fields, initial_data: [] })).rows, []);
});

test('numbers are delivered as they stood in the request', async () => {
  const rows = '[{"a":12345678901234567890,"b":1.10},{"a":-0,"b":7}]';
  const fields = JSON.stringify(['a', 'b'].map((key) => ({ label: key.toUpperCase(), key })));
  for (const given of [
    `"initial_data":${rows}`,
    `"initial_data":${JSON.stringify(rows)}`,
    `"settings":{"initialData":${rows}}`,
  ]) {
    const key = await bench.state.token(['*'], 1);
    const headers = { 'x-dromo-license-key': key, 'content-type': 'application/json' };
    const sent = { method: 'POST', headers, body: `{"fields":${fields},${given}}` };
    const made = (await (await fetch(new URL('/api/v1/headless/imports/', bench.origin), sent)).json()) as Fields; // an object
    assert.equal((await bench.settled(made['id']))['status'], 'SUCCESSFUL', JSON.stringify(made));
    assert.deepEqual(await bench.rowsOf(made['id']), [
      { a: '12345678901234567890', b: '1.10' },
      { a: '-0', b: '7' },
    ]);
  }
});
