import assert from 'node:assert/strict';
import { after, mock, test } from 'node:test';
import { open, type Fields } from './harness.ts';

const bench = await open();
after(() => bench.close());

const fields = [
  { label: 'Name', key: 'name', validators: [{ validate: 'required' }] },
  { label: 'E-mail', key: 'mail', type: 'email', validators: [{ validate: 'unique', errorMessage: 'twice' }] },
  { label: 'Age', key: 'age', type: ['number', { preset: 'integer', min: 0 }] },
  { label: 'Since', key: 'since', type: 'date' },
];
const csv = 'name,E-Mail,AGE,since\nAnn,ann@example.com,"1,200",25/12/2024\nBob,nobody,x,3/4/2024\n';

test('a file: made, sent, looked at, its rows behind a link', async () => {
  const made = await bench.ask('POST', '/api/v1/headless/imports/', { fields, original_filename: 'user.csv' });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  const body = made.body as Fields; // an object
  assert.deepEqual(Object.keys(body), [
    'id',
    'schema_id',
    'status',
    'original_filename',
    'created_date',
    'modified_date',
    'upload',
    'review_url',
    'result_metadata',
    'import_errors',
    'original_file_download',
  ]);
  assert.deepEqual([body['status'], body['schema_id'], body['import_errors']], ['AWAITING_UPLOAD', null, null]);
  assert.match(String(body['created_date']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  assert.equal((await bench.ask('GET', `/api/v1/headless/imports/${String(body['id'])}/url/`)).status, 404);

  const upload = String(body['upload']);
  const chunks = new Blob([csv]).stream();
  const sent = await fetch(upload, { method: 'PUT', body: chunks, duplex: 'half' });
  assert.deepEqual([sent.status, await sent.text()], [200, '']);
  assert.equal((await fetch(upload, { method: 'PUT', body: csv })).status, 409);
  assert.equal((await fetch(upload.replace(/signature=../, 'signature=00'), { method: 'PUT', body: csv })).status, 403);

  const done = await bench.settled(body['id']);
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done));
  assert.ok(String(done['modified_date']) > String(body['modified_date']));
  assert.deepEqual([done['upload'], done['review_url']], [null, null]);
  assert.deepEqual(await bench.rowsOf(body['id']), [{ name: 'Ann', mail: 'ann@example.com', age: 1200, since: '2024-12-25' }]);
  assert.equal(await (await fetch(String(done['original_file_download']))).text(), csv);
  const told = done['result_metadata'] as Fields; // an object
  assert.deepEqual([told['rowsWithError'], told['totalRowsWithError']], [[1], 1]);
  assert.deepEqual(
    (told['errors'] as Fields[]).map(({ rowIndex, fieldKey, value }) => [rowIndex, fieldKey, value]), // a list
    [
      [1, 'mail', 'nobody'],
      [1, 'age', 'x'],
    ],
  );
  assert.deepEqual((told['fields'] as Fields)['mail'], {
    fileHeader: 'E-Mail',
    fileHeaderIndex: 1,
    isCustom: false,
    manyToOne: false,
  }); // an object
});

test('rows that come along: objects or arrays, scalars as texts', async () => {
  const rows = [{ name: 'Ann', mail: null, age: 7, since: '2024-01-31', other: true }];
  const { status, body } = await bench.ask('POST', '/api/v1/headless/imports', { fields, initial_data: rows });
  assert.equal(status, 201, JSON.stringify(body));
  const { id, upload } = body as Fields; // an object
  assert.equal(upload, null);
  assert.equal((await bench.settled(id))['status'], 'SUCCESSFUL');
  assert.deepEqual(await bench.rowsOf(id), [{ name: 'Ann', mail: null, age: 7, since: '2024-01-31' }]);
  const arrays = await bench.ask('POST', '/api/v1/headless/imports/', {
    fields,
    initial_data: [['Bob', 'b@example.com', 1, '']],
  });
  assert.equal((await bench.settled((arrays.body as Fields)['id']))['status'], 'SUCCESSFUL'); // an object
});

test('who must decide is told why, and nothing is delivered', async () => {
  const settings = { invalidDataBehavior: 'BLOCK_SUBMIT' };
  const held = await bench.imported({ fields, settings }, csv);
  assert.deepEqual(
    [held['status'], held['import_errors']],
    ['NEEDS_REVIEW', [{ message: '1 row has errors', code: 'INVALID_DATA' }]],
  );
  assert.match(String(held['review_url']), /\/headless\/[0-9a-f-]{36}\/\?token=[0-9a-f]{64}$/);
  assert.equal((await bench.ask('GET', `/api/v1/headless/imports/${String(held['id'])}/url/`)).status, 404);
  assert.equal((await bench.imported({ fields }, '1,2\n3,4\n'))['status'], 'NEEDS_REVIEW');
});

test('a file that cannot be read fails, and can still be downloaded', async () => {
  const failed = await bench.imported(
    { fields, original_filename: 'a.xlsx' },
    new Uint8Array([0x25, 0x50, 0x44, 0x46, 0x2d, 0x31, 0, 0]),
  );
  assert.equal(failed['status'], 'FAILED');
  assert.equal((failed['import_errors'] as unknown[]).length, 1); // a list
  assert.equal((await fetch(String(failed['original_file_download']))).status, 200);
  assert.equal((await bench.imported({ fields }, '\n\n'))['status'], 'FAILED');
});

const refused: readonly (readonly [string, object, RegExp])[] = [
  ['neither fields nor schema', { original_filename: 'a.csv' }, /schema_id/],
  ['neither file nor rows', { fields }, /original_filename/],
  ['both file and rows', { fields, original_filename: 'a.csv', initial_data: [] }, /original_filename/],
  ['two fields of one key', { fields: [fields[0], fields[0]], original_filename: 'a.csv' }, /fields\[1\]\.key/],
  ['an unknown type', { fields: [{ label: 'a', key: 'a', type: 'colour' }], original_filename: 'a.csv' }, /fields\[0\]\.type/],
  [
    'an unknown option',
    { fields: [{ label: 'a', key: 'a', type: ['ssn', { dash: true }] }], original_filename: 'a.csv' },
    /dash/,
  ],
  [
    'a select without options',
    { fields: [{ label: 'a', key: 'a', type: 'select' }], original_filename: 'a.csv' },
    /selectOptions/,
  ],
  [
    'an unknown validator',
    { fields: [{ label: 'a', key: 'a', validators: [{ validate: 'odd' }] }], original_filename: 'a.csv' },
    /validators\[0\]/,
  ],
  [
    'a validator of an unknown field',
    { fields: [{ label: 'a', key: 'a', validators: [{ validate: 'require_with', fields: ['b'] }] }], original_filename: 'a.csv' },
    /no field/,
  ],
  [
    'no pattern',
    { fields: [{ label: 'a', key: 'a', validators: [{ validate: 'regex_match', regex: '(' }] }], original_filename: 'a.csv' },
    /no pattern/,
  ],
  ['an unknown key of a field', { fields: [{ label: 'a', key: 'a', colour: 1 }], original_filename: 'a.csv' }, /fields\[0\]/],
  ['an unknown hook', { fields, hooks: { cellHooks: [] }, original_filename: 'a.csv' }, /hooks/],
  [
    'an unknown key of a step',
    { fields, settings: { reviewStep: { colour: 1 } }, original_filename: 'a.csv' },
    /settings\.reviewStep|settings: .*reviewStep/,
  ],
  [
    'an unknown key of a user',
    { fields, original_filename: 'a.csv', import_metadata: { user: { id: 'u', age: 1 } } },
    /import_metadata/,
  ],
  ['a user without an id', { fields, original_filename: 'a.csv', import_metadata: { user: { name: 'u' } } }, /import_metadata/],
  ['an unknown preset', { fields: [{ label: 'a', key: 'a', type: ['number', 'yen'] }], original_filename: 'a.csv' }, /fields/],
  [
    'an unknown number format',
    { fields: [{ label: 'a', key: 'a', type: ['number', { outputFormat: { output: 'roman' } }] }], original_filename: 'a.csv' },
    /fields/,
  ],
  [
    'a hidden field with validators',
    {
      fields: [fields[0], { label: 'a', key: 'a', hidden: true, validators: [{ validate: 'required' }] }],
      original_filename: 'a.csv',
    },
    /fields\[1\]\.validators/,
  ],
  [
    'a length of a number',
    {
      fields: [{ label: 'a', key: 'a', type: 'number', validators: [{ validate: 'length', min: 1 }] }],
      original_filename: 'a.csv',
    },
    /validators\[0\]/,
  ],
  [
    'a length without an end',
    { fields: [{ label: 'a', key: 'a', validators: [{ validate: 'length' }] }], original_filename: 'a.csv' },
    /validators\[0\]/,
  ],
  [
    'two options of one name',
    {
      fields: [
        {
          label: 'a',
          key: 'a',
          type: 'select',
          selectOptions: [
            { label: 'x', value: '1' },
            { label: 'y', value: 'x' },
          ],
        },
      ],
      original_filename: 'a.csv',
    },
    /fields\[0\]\.selectOptions/,
  ],
  [
    'input by hand alone and not at all',
    { fields, settings: { manualInputOnly: true, manualInputDisabled: true }, original_filename: 'a.csv' },
    /manualInputOnly/,
  ],
  ['a file larger than any', { fields, settings: { maxFileSize: 2 ** 30 + 1 }, original_filename: 'a.csv' }, /maxFileSize/],
  [
    'XML options that nobody knows',
    { fields, settings: { xmlParsingOptions: { root: 'a' } }, original_filename: 'a.xml' },
    /xmlParsingOptions/,
  ],
  ...[
    { textOverrides: { errors: 5 } },
    { textOverrides: { odd: {} } },
    { styleOverrides: { global: 5 } },
    { reviewStep: { transformDataPrompts: 5 } },
  ].map((settings) => [JSON.stringify(settings), { fields, settings, original_filename: 'a.csv' }, /settings\./] as const),
  ['a schema and fields', { schema_id: '00000000-0000-4000-8000-000000000000', fields, original_filename: 'a.csv' }, /schema_id/],
  ['rows that are none', { fields, initial_data: [5] }, /initial_data/],
  ['rows with values that are none', { fields, initial_data: [{ name: {} }] }, /initial_data/],
  ['rows as a text that holds none', { fields, initial_data: '{' }, /initial_data/],
  ['an unknown setting', { fields, settings: { colour: 1 }, original_filename: 'a.csv' }, /settings/],
  ['mixed rows', { fields, initial_data: [[], {}] }, /initial_data/],
];

for (const how of ['announced', 'not announced'] as const)
  test(`a file that is larger than its settings allow, ${how}: 413, and the import has failed`, async () => {
    const settings = { maxFileSize: 60 };
    const made = await bench.ask('POST', '/api/v1/headless/imports/', { fields, settings, original_filename: 'a.csv' });
    const { id, upload } = made.body as Fields; // an object
    const large = 'name\n'.repeat(50);
    const body = how === 'announced' ? large : new Blob([large]).stream();
    const sent = await fetch(String(upload), { method: 'PUT', body, duplex: 'half' });
    assert.equal(sent.status, 413);
    assert.match(await sent.text(), /60 bytes/);
    const found = await bench.settled(id);
    assert.deepEqual(
      [found['status'], found['upload'], found['review_url'], found['import_errors'], found['original_file_download']],
      ['FAILED', null, null, [{ code: 'FILE_TOO_LARGE', message: 'The file is larger than 60 bytes' }], null],
    );
    assert.ok(String(found['modified_date']) > String(found['created_date']));
    const again = await fetch(String(upload), { method: 'PUT', body: 'name\nAnn\n' });
    assert.deepEqual([again.status, /create another/.test(await again.text())], [409, true]);
    assert.deepEqual(await bench.settled(id), found);
    assert.equal((await bench.ask('DELETE', `/api/v1/headless/imports/${String(id)}/`)).status, 204);
  });

test('a file of as many bytes as its settings allow is taken, whatever its type is called and with any key', async () => {
  const settings = { maxFileSize: 9 };
  const made = await bench.ask('POST', '/api/v1/headless/imports/', { fields, settings, original_filename: 'a.csv' });
  const { id, upload } = made.body as Fields; // an object
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-dromo-license-key': 'of somebody else' };
  assert.equal((await fetch(String(upload), { method: 'PUT', body: 'name\nAnn\n', headers })).status, 200);
  assert.equal((await bench.settled(id))['status'], 'SUCCESSFUL');
});

test('a name of 255 characters comes back as it was sent', async () => {
  const original_filename = `${'n'.repeat(251)}.csv`;
  const done = await bench.imported({ fields: fields.slice(0, 1), original_filename }, 'name\nAnn\n');
  assert.deepEqual([done['status'], done['original_filename']], ['SUCCESSFUL', original_filename]);
  const long = await bench.ask('POST', '/api/v1/headless/imports/', { fields, original_filename: `n${original_filename}` });
  assert.deepEqual([long.status, Object.keys(long.body as Fields)], [400, ['original_filename']]); // an object
});

test('rows as a text, from the settings, and beyond what is wanted', async () => {
  const rows = [{ name: 'Ann' }, { name: 'Bo' }, { name: ' ' }, { name: 'Cy' }];
  const done = async (wanted: object): Promise<unknown> => {
    const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', { fields: fields.slice(0, 1), ...wanted });
    assert.equal(status, 201, JSON.stringify(body));
    const { id } = body as Fields; // an object
    const { result_metadata: told } = await bench.settled(id);
    const { filename, rawHeaders, droppedRows } = told as Fields; // as documented
    assert.deepEqual([filename, rawHeaders], [null, null]);
    return [((await bench.rowsOf(id)) as Fields[]).map(({ name }) => name), droppedRows]; // a list
  };
  assert.deepEqual(await done({ initial_data: JSON.stringify(rows) }), [['Ann', 'Bo', 'Cy'], 0]);
  assert.deepEqual(await done({ settings: { initialData: rows } }), [['Ann', 'Bo', 'Cy'], 0]);
  assert.deepEqual(await done({ initial_data: rows, settings: { maxRecords: 2 } }), [['Ann', 'Bo'], 1]);
  const unmapped = await bench.ask('POST', '/api/v1/headless/imports/', {
    fields: fields.slice(0, 1),
    initial_data: [{ name: 'Ann', more: 7 }],
    settings: { passThroughUnmappedColumns: true },
  });
  const { id } = unmapped.body as Fields; // an object
  await bench.settled(id);
  assert.deepEqual(await bench.rowsOf(id), [{ name: 'Ann', $unmapped: { '1': '7' } }]);
});

test('rows are JSON behind a link that anybody may follow', async () => {
  const done = await bench.imported({ fields: fields.slice(0, 1) }, 'name\nAnn\n');
  const { body } = await bench.ask('GET', `/api/v1/headless/imports/${String(done['id'])}/url`);
  const reply = await fetch(String((body as Fields)['presigned_url'])); // an object
  assert.match(String(reply.headers.get('content-type')), /^application\/json/);
  assert.deepEqual(await reply.json(), [{ name: 'Ann' }]);
});

for (const [name, wanted, words] of refused) {
  test(`refused with its path: ${name}`, async () => {
    const { status, body } = await bench.ask('POST', '/api/v1/headless/imports/', wanted);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(JSON.stringify(body), words);
  });
}

test('keys, ids and methods', async () => {
  assert.equal((await bench.ask('GET', '/api/v1/headless/imports/', undefined, 'nothing')).status, 401);
  assert.deepEqual((await bench.ask('GET', '/api/v1/headless/imports/00000000-0000-4000-8000-000000000000/')).body, {
    detail: 'Not found.',
  });
  assert.equal((await bench.ask('PATCH', '/api/v1/headless/imports/')).status, 405);
  const unknown = { schema_id: '00000000-0000-4000-8000-000000000000', original_filename: 'a.csv' };
  assert.equal((await bench.ask('POST', '/api/v1/headless/imports/', unknown)).status, 404);
});

test('a saved schema, with other settings for one import', async () => {
  const saved = await bench.ask('POST', '/api/v1/schemas/', { name: 'people', fields, settings: { importIdentifier: 'people' } });
  assert.equal(saved.status, 201, JSON.stringify(saved.body));
  const { id } = saved.body as Fields; // an object
  const again = await bench.ask('POST', '/api/v1/schemas/', { name: 'people', fields, settings: { importIdentifier: 'p' } });
  assert.deepEqual(again.body, { name: ['schema with this name already exists.'] });
  const done = await bench.imported({ schema_id: id, settings: { invalidDataBehavior: 'INCLUDE_INVALID_ROWS_AND_VALUES' } }, csv);
  assert.deepEqual((await bench.rowsOf(done['id'])) instanceof Array, true);
  assert.deepEqual(((await bench.rowsOf(done['id'])) as unknown[])[1], {
    name: 'Bob',
    mail: 'nobody',
    age: 'x',
    since: '2024-04-03',
  }); // a list
  assert.equal((done['result_metadata'] as Fields)['importIdentifier'], 'people'); // an object
  const changed = { name: 'members', fields: fields.slice(0, 1), settings: { importIdentifier: 'people' } };
  assert.equal((await bench.ask('PUT', `/api/v1/schemas/${String(id)}/`, changed)).status, 200);
  assert.deepEqual(((await bench.ask('GET', `/api/v1/schemas/${String(id)}`)).body as Fields)['fields'], changed.fields); // an object
  assert.equal(((await bench.ask('GET', '/api/v1/schemas/')).body as unknown[]).length, 1); // a list
  assert.equal((await bench.ask('DELETE', `/api/v1/schemas/${String(id)}/`)).status, 204);
  assert.equal((await bench.ask('GET', `/api/v1/schemas/${String(id)}/`)).status, 404);
});

test('of schemas that want one name at once, one gets it', async () => {
  const schema = { name: 'wanted', fields, settings: { importIdentifier: 'p' } };
  const made = await Promise.all(Array.from({ length: 6 }, async () => await bench.ask('POST', '/api/v1/schemas/', schema)));
  assert.deepEqual(made.map(({ status }) => status).toSorted(), [201, 400, 400, 400, 400, 400]);
  const others = await Promise.all(
    ['a', 'b'].map(async (name) => (await bench.ask('POST', '/api/v1/schemas/', { ...schema, name })).body as Fields), // an object
  );
  const named = others.map(async ({ id }) => await bench.ask('PUT', `/api/v1/schemas/${String(id)}/`, { ...schema, name: 'c' }));
  assert.deepEqual((await Promise.all(named)).map(({ status }) => status).toSorted(), [200, 400]);
});

test('lists by pages, uploads by windows, and the end of both', async () => {
  const { body } = await bench.ask('GET', '/api/v1/headless/imports/?limit=1&offset=1');
  const { count, next, previous, results } = body as Fields; // an object
  assert.ok(Number(count) > 2);
  assert.match(String(next), /^http:\/\/127.*\?limit=1&offset=2$/);
  assert.match(String(previous), /offset=0$/);
  const [one] = results as Fields[]; // a list
  assert.deepEqual(Object.keys(one ?? {}), ['id', 'schema_id', 'status', 'original_filename', 'created_date', 'modified_date']);
  assert.deepEqual(((await bench.ask('GET', '/api/v1/headless/imports/?offset=1000')).body as Fields)['results'], []); // an object

  // However many they are, a few statements find out how far all of them are.
  for (const path of ['/api/v1/headless/imports/', '/api/v1/uploads/']) {
    const asked = mock.method(bench.state.db, 'query');
    assert.equal((await bench.ask('GET', path)).status, 200);
    asked.mock.restore();
    const texts = asked.mock.calls.map(({ arguments: [text] }) => String(text));
    for (const table of ['runs', 'run_outputs', 'reviews', 'files'])
      assert.ok(texts.filter((text) => text.includes(`from headgate.${table} `)).length <= 2, `${path}: ${table}`);
  }

  const uploads = (await bench.ask('GET', '/api/v1/uploads/?start=0&end=1')).body as Fields; // an object
  const [upload] = uploads['data'] as Fields[]; // a list
  assert.deepEqual([uploads['start'], uploads['end'], upload?.['upload_status']], [0, 1, 'PROCESSED']);
  const path = `/api/v1/upload/${String(upload?.['id'])}`;
  assert.equal((await bench.ask('GET', `${path}/metadata/`)).status, 200);
  assert.equal((await bench.ask('GET', `${path}/url/`)).status, 200);
  assert.equal((await bench.ask('GET', `${path}/data/`)).status, 410);
  assert.equal((await bench.ask('POST', `${path}/delete/`)).status, 200);
  assert.equal((await bench.ask('GET', `${path}/metadata/`)).status, 404);
  const id = String(one?.['id']);
  assert.equal((await bench.ask('DELETE', `/api/v1/headless/imports/${id}/`)).status, 204);
  assert.equal((await bench.ask('DELETE', `/api/v1/headless/imports/${id}/`)).status, 404);
});

test('every type, from a text to JSON', async () => {
  const selectOptions = [{ label: 'Germany', value: 'DE', alternateMatches: ['Deutschland'] }];
  const cells: readonly (readonly [unknown, string, unknown])[] = [
    ['string', ' as it is ', ' as it is '],
    [['number', 'usd'], '"$1,234.567"', 1234.57],
    [['number', { round: 1, outputFormat: { mantissa: 2, postfix: ' kg' } }], '3.14', '3.10 kg'],
    [['date', { locale: 'en-GB' }], '3/4/2024', '2024-04-03'],
    [['datetime', { withSeconds: true }], '"3/4/2024, 3:06 PM"', '2024-03-04T15:06:00'],
    ['time', '3:06 pm', '15:06'],
    ['select', 'Deutschland', 'DE'],
    [['multi-select', { delimiter: ';' }], 'Germany;DE', ['DE', 'DE']],
    ['checkbox', 'x', true],
    ['email', 'a@example.com', 'a@example.com'],
    [['country', { format: '3-letter' }], 'deu', 'DEU'],
    [['ssn', { outputDash: true }], '123456789', '123-45-6789'],
    ['domain', 'www.example.com', 'www.example.com'],
    [['url', { acceptedProtocols: ['https'] }], 'https://example.com/a/../b', 'https://example.com/b'],
    ['us-state-territory', 'us-pr', 'PR'],
    ['us-zip-code', '501', '00501'],
    [['uuid', { version: 4 }], 'F47AC10B-58CC-4372-A567-0E02B2C3D479', 'F47AC10B-58CC-4372-A567-0E02B2C3D479'],
  ];
  const all = cells.map(([type], at) => ({ label: `Field ${at}`, key: `f${at}`, type, selectOptions }));
  const text = `${all.map(({ key }) => key).join(',')}\n${cells.map(([, cell]) => cell).join(',')}\n`;
  const done = await bench.imported({ fields: all }, text);
  assert.deepEqual([done['status'], (done['result_metadata'] as Fields | null)?.['errors']], ['SUCCESSFUL', []]); // an object
  assert.deepEqual(await bench.rowsOf(done['id']), [Object.fromEntries(cells.map(([, , result], at) => [`f${at}`, result]))]);
});

const validators: readonly (readonly [string, object, string, readonly number[]])[] = [
  ['required', { validate: 'required' }, ',x\n \t,x\na,x\n', [0, 1]],
  ['unique: every member', { validate: 'unique' }, 'a,1\nb,2\na,3\n,4\n,5\n', [0, 2]],
  ['unique, whatever its case', { validate: 'unique_case_insensitive' }, 'a,1\nA,2\nb,3\n', [0, 1]],
  ['unique_with: one field of the group', { validate: 'unique_with', uniqueKey: 'k' }, 'a,1\na,2\nb,3\n', [0, 1]],
  ['regex_match: anywhere', { validate: 'regex_match', regex: 'b' }, 'abc,1\nac,2\n,3\n', [1]],
  ['regex_match: options', { validate: 'regex_match', regex: '^B', regexOptions: { ignoreCase: true } }, 'bc,1\nab,2\n', [1]],
  ['regex_match: not of the flag u', { validate: 'regex_match', regex: String.raw`^a\-b$` }, 'a-b,1\nab,2\n', [1]],
  ['regex_match: an empty pattern', { validate: 'regex_match', regex: '' }, 'abc,1\n,2\n', []],
  [
    'regex_exclude: an empty pattern',
    { validate: 'regex_exclude', regex: '', regexOptions: { multiline: true } },
    'abc,1\n,2\n',
    [0],
  ],
  ['regex_exclude', { validate: 'regex_exclude', regex: 'b' }, 'abc,1\nac,2\n', [0]],
  ['require_with', { validate: 'require_with', fields: ['b'] }, ',1\na,1\na,\n', [0]],
  ['require_without', { validate: 'require_without', fields: ['b', 'c'] }, ',1\na,\n', [0]],
  ['require_with_all', { validate: 'require_with_all', fields: ['b', 'c'] }, ',1\na,1\n', []],
  ['require_without_all', { validate: 'require_without_all', fields: ['c'] }, ',1\na,1\n', [0]],
  ['require with all of none', { validate: 'require_with_all', fields: [] }, ',1\n', []],
  ['require_with_values', { validate: 'require_with_values', fieldValues: { b: 1 } }, ',1\n,2\n', [0]],
  ['require_without_values', { validate: 'require_without_values', fieldValues: { b: '1' } }, ',1\n,2\n', [1]],
  ['require_with_all_values', { validate: 'require_with_all_values', fieldValues: { b: '1', c: '' } }, ',1\n,2\n', [0]],
  ['require_without_all_values', { validate: 'require_without_all_values', fieldValues: { b: '1', c: 'x' } }, ',1\n,2\n', [1]],
  ['length', { validate: 'length', min: 2, max: 3 }, 'a,1\nab,2\nabc,3\nabcd,4\n,5\n', [0, 3]],
  ['alphabetical', { validate: 'alphabetical' }, 'aZ,1\na b,2\nä,3\n,4\n', [1, 2]],
  ['a warning leaves the row', { validate: 'required', level: 'warning' }, ',1\n', []],
];

for (const [name, validator, rows, wrong] of validators) {
  test(`validator ${name}`, async () => {
    const of = (key: string, more: object = {}) => ({ label: key, key, ...more });
    // c has no column: it counts as empty.
    const three = [of('a', { validators: [{ ...validator, errorMessage: 'no' }] }), of('b'), of('c')];
    const done = await bench.imported({ fields: three, settings: { importIdentifier: 'x' } }, `a,b\n${rows}`);
    assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done));
    const { rowsWithError, errors } = done['result_metadata'] as { rowsWithError: unknown; errors: Fields[] }; // as documented
    assert.deepEqual(rowsWithError, wrong);
    assert.deepEqual(
      new Set(errors.map(({ fieldKey, message }) => `${String(fieldKey)} ${String(message)}`)),
      new Set(wrong.length > 0 ? ['a no'] : []),
    );
  });
}
