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
  [
    'a key that every object has, and some rows do not',
    {
      fields: [
        { label: 'A', key: 'a' },
        { label: 'constructor', key: 'constructor' },
        { label: 'toString', key: 'toString' },
      ],
      initial_data: [{ a: 'x', constructor: 'c' }, { a: 'y' }],
    },
    [
      { a: 'x', constructor: 'c' },
      { a: 'y', constructor: '' },
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

/** The body as it stands, and the text of the answer. */
async function spoken(
  method: string,
  path: string,
  body?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const key = await bench.state.token(['*'], 1);
  const headers = { 'x-dromo-license-key': key, 'content-type': 'application/json', ...more };
  const reply = await fetch(new URL(path, bench.origin), { method, headers, ...(body !== undefined && { body }) });
  return { status: reply.status, text: await reply.text() };
}

const twoTexts = ['a', 'b'].map((key) => ({ label: key.toUpperCase(), key }));

test('numbers of rows that are saved with a schema are delivered, and given back, as they stood in the request', async () => {
  const rows = '[{"a":12345678901234567890,"b":1.10},{"a":-0,"b":"1.10"},{"a":1e3,"b":7}]';
  const saved = (data: string): string =>
    `{"name":"exact","fields":${JSON.stringify(twoTexts)},"settings":{"importIdentifier":"x","maxRecords":1e3,"initialData":${data}}}`;
  const made = await spoken('POST', '/api/v1/schemas/', saved(rows));
  assert.equal(made.status, 201, made.text);
  const { id } = JSON.parse(made.text) as { readonly id: string };
  const path = `/api/v1/schemas/${id}/`;
  const holds = ({ text }: { readonly text: string }, data: string): void =>
    assert.ok(text.includes(`"initialData":${data}`), text);
  for (const answer of [made, await spoken('GET', path), await spoken('GET', '/api/v1/schemas/')]) holds(answer, rows);
  const delivered = [
    { a: '12345678901234567890', b: '1.10' },
    { a: '-0', b: '1.10' },
    { a: '1e3', b: '7' },
  ];
  assert.deepEqual((await done({ schema_id: id })).rows, delivered);
  assert.deepEqual((await done({ schema_id: id, settings: { title: 'Rows' } })).rows, delivered);
  assert.deepEqual((await done({ schema_id: id, settings: { initialData: [['x', 'y']] } })).rows, [{ a: 'x', b: 'y' }]);
  const replaced = await spoken('PUT', path, saved('[[2.50,null]]'));
  holds(replaced, '[[2.50,null]]');
  assert.deepEqual((await done({ schema_id: id })).rows, [{ a: '2.50', b: '' }]);
  holds(await spoken('PUT', path, saved('null')), 'null');
  assert.equal((await bench.ask('POST', '/api/v1/headless/imports/', { schema_id: id })).status, 400, 'there are no rows');
});

test('rows that cannot be read are refused under the name that they came by', async () => {
  const bad = [{ a: 'x' }, { a: {} }];
  const settings = { importIdentifier: 'bad', initialData: bad };
  const schema = await bench.ask('POST', '/api/v1/schemas/', { name: 'bad', fields: twoTexts, settings });
  const { id } = schema.body as Fields; // an object
  const said = 'row 1: a value is no text, number or boolean';
  const cases: readonly (readonly [object, object])[] = [
    [{ fields: twoTexts, initial_data: bad }, { initial_data: [said] }],
    [{ fields: twoTexts, settings }, { settings: [`settings.initialData: ${said}`] }],
    [{ schema_id: id }, { settings: [`settings.initialData: ${said}`] }],
    [
      { fields: twoTexts, settings: { initialData: [{ a: 1 }, ['y']] } },
      { settings: ['settings.initialData: rows are either objects or arrays'] },
    ],
    [
      { fields: twoTexts, settings: { initialData: [5] } },
      { settings: ['settings.initialData: row 0: neither an object nor an array'] },
    ],
  ];
  for (const [wanted, refused] of cases) {
    const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', wanted);
    assert.deepEqual([status, body], [400, refused]);
  }
});

test('a request with its key again is answered with its digits, and other digits are another request', async () => {
  const save = async (digits: string): ReturnType<typeof spoken> => {
    const settings = `{"importIdentifier":"digits","initialData":[{"a":${digits}}]}`;
    const body = `{"name":"digits","fields":${JSON.stringify(twoTexts)},"settings":${settings}}`;
    return await spoken('POST', '/api/v1/schemas/', body, { 'x-dromo-license-key': key, 'idempotency-key': 'digits' });
  };
  const key = await bench.state.token(['*'], 1);
  const first = await save('12345678901234567890');
  assert.match(first.text, /12345678901234567890/);
  assert.deepEqual(await save('12345678901234567890'), first);
  assert.match((await save('12345678901234567891')).text, /belongs to another request/);
});

test('what rows bring along that no field takes has its name in the headers', async () => {
  const fields = ['a', 'n'].map((key) => ({ label: key.toUpperCase(), key }));
  const initial_data = [
    { a: 1, zz: 2 },
    { a: 'b', n: 3, yy: null },
  ];
  const passed = { passThroughUnmappedColumns: true };
  const headers = async (wanted: object): Promise<unknown> =>
    ((await done({ fields, ...wanted })).found['result_metadata'] as Fields)['rawHeaders']; // as documented
  const keys = ['a', 'n', 'zz', 'yy'];
  assert.deepEqual(await headers({ initial_data, settings: passed }), keys);
  assert.deepEqual(await headers({ settings: { ...passed, initialData: initial_data } }), keys);
  assert.equal(await headers({ initial_data }), null, 'nothing is brought along');
  assert.equal(await headers({ initial_data: [['x', 'y']], settings: passed }), null, 'nothing has a name');
  const beforeFinishCallback =
    'async (data, metadata, it) => { await it.addRows([{ row: { a: JSON.stringify(metadata.rawHeaders) } }]) }';
  const { rows } = await done({ fields, initial_data, settings: passed, hooks: { beforeFinishCallback } });
  assert.deepEqual(JSON.parse(String((rows as Fields[])[2]?.['a'])), keys); // a list
});

test('rows stand in the file of an import, and not beside it a second time', async () => {
  const marked = [{ a: 'kept once' }];
  const wanted = { fields: twoTexts, settings: { importIdentifier: 'x', initialData: marked } };
  const { id } = (await done(wanted)).found;
  const { body } = await bench.ask('POST', '/api/v1/schemas/', { name: 'rows', ...wanted });
  const saved = await done({ schema_id: (body as Fields)['id'] }); // an object
  assert.deepEqual((saved.rows as Fields[])[0]?.['a'], 'kept once'); // a list
  const found = await bench.state.db.query<{ data: string }>(
    `select data::text from headgate.external_objects where external_id in ($1, $2)`,
    [id, saved.found['id']],
  );
  assert.deepEqual(
    found.map(({ data }) => data.includes('kept once')),
    [false, false],
  );
});
