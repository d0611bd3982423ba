/** The file behind a review, many problems at once, and the end. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { read, type CellObject, type WorkSheet } from '@e965/xlsx';
import { open, type Fields } from './harness.ts';
import { blocking, dirty, guest, inReview, people } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const clean = [
  { row: 1, column: 'c0', text: 'Dan' },
  { row: 1, column: 'c1', text: 'dan@example.com' },
  { row: 1, column: 'c2', text: '1' },
  { row: 1, column: 'c3', text: 'Germany' },
  { row: 2, column: 'c1', text: 'bob@example.com' },
  { row: 3, column: 'c2', text: '2' },
  { row: 3, column: 'c3', text: 'FR' },
];

test('it cannot end while errors hold it, then it ends once, with the same result as an import without a review', async () => {
  const { id, visitor } = await inReview(bench);
  const held = await visitor.ask('POST', '/finish', { version: 0 });
  assert.deepEqual([held.status, held.body['code']], [409, 'object.conflict']);
  await visitor.edit({ kind: 'cells', cells: clean });
  assert.deepEqual((await visitor.state())['finish'], {
    deliver: 4,
    drop: 0,
    blocked: false,
    message: '4 rows will be delivered; none has errors.',
  });
  assert.equal((await visitor.ask('POST', '/finish', { version: 0 })).status, 409, 'not what somebody has not seen');
  const both = await Promise.all([1, 2].map(async () => await visitor.ask('POST', '/finish', { version: 1 })));
  assert.deepEqual(
    both.map(({ status, body }) => [status, body['status']]),
    [
      [200, 'done'],
      [200, 'done'],
    ],
  );
  const found = await bench.settled(id);
  assert.deepEqual([found['status'], found['review_url'], found['import_errors']], ['SUCCESSFUL', null, null]);
  const text =
    'Name,Mail,Age,Land,Id\nAnn,ann@example.com,30,Germany,1\nDan,dan@example.com,1,Germany,2\nBob,bob@example.com,40,France,3\n=1+1,cy@example.com,2,FR,4\n';
  const straight = await bench.imported({ fields: people, settings: blocking }, text);
  assert.deepEqual(await bench.rowsOf(id), await bench.rowsOf(straight['id']));
  const { id: _one, ...reviewed } = found['result_metadata'] as Record<string, unknown>;
  const { id: _two, ...same } = straight['result_metadata'] as Record<string, unknown>;
  assert.deepEqual(reviewed, same);
  assert.equal((await visitor.ask('POST', '/views', { filter: 'all' })).status, 401, 'no rows behind the end');
  assert.deepEqual((await visitor.state())['columns'], []);
});

test('rows with errors are left out, or delivered, as the settings have it; the sentence says so', async () => {
  const settings = { ...blocking, invalidDataBehavior: 'REMOVE_INVALID_ROWS', allowEmptySubmit: false };
  const { id, visitor } = await inReview(bench, 'Name,Mail\n,x\n,y\n', { settings });
  assert.deepEqual((await visitor.state())['reasons'], [{ code: 'NO_ROWS', message: 'No row would be delivered' }]);
  const { body } = await visitor.edit({
    kind: 'cells',
    cells: [
      { row: 0, column: 'c0', text: 'A' },
      { row: 0, column: 'c1', text: '' },
    ],
  });
  assert.deepEqual(body['finish'], {
    deliver: 1,
    drop: 1,
    blocked: false,
    message: '1 row will be delivered; 1 row with errors will be left out.',
  });
  await visitor.post('/finish', { version: 1 });
  assert.deepEqual(await bench.rowsOf(id), [{ name: 'A', mail: null }]);
  const { rowsWithError } = (await bench.settled(id))['result_metadata'] as { readonly rowsWithError: readonly number[] };
  assert.deepEqual(rowsWithError, [1]);
});

test('somebody says which row has the names, and which column is what', async () => {
  const { visitor } = await inReview(bench, '1,2,3\n4,5,6\nx,y,z\nAnn,ann@example.com,Atlantis\n');
  const state = await visitor.state();
  assert.deepEqual([state['stage'], state['columns']], ['header', []]);
  const { rows } = await visitor.get('/preview');
  assert.deepEqual((rows as readonly unknown[])[2], ['x', 'y', 'z']);
  const named = await visitor.ask('PUT', '/header', { row: 2 });
  assert.equal(named.status, 200);
  assert.equal((await visitor.state())['stage'], 'match');
  assert.equal((await visitor.ask('PUT', '/mapping', { columns: { 9: 'name' } })).status, 400);
  assert.equal((await visitor.ask('PUT', '/mapping', { columns: { 0: 'nothing' } })).status, 400);
  await visitor.ask('PUT', '/mapping', { columns: { 1: 'mail', 2: 'land' } });
  const matched = await visitor.state();
  assert.equal(matched['stage'], 'values');
  assert.deepEqual(
    (matched['columns'] as readonly { readonly id: string; readonly field: string }[]).map((one) => `${one.id} ${one.field}`),
    ['c3 name', 'c1 mail', 'c2 land'],
    'a field that is needed and has no column is filled in by hand',
  );
  const { values } = await visitor.get('/values?field=land');
  assert.deepEqual(values, [{ text: 'Atlantis', count: 1, value: null }]);
  await visitor.ask('PUT', '/values', { field: 'land', map: { Atlantis: 'Germany' } });
  const [row] = await visitor.rows();
  assert.deepEqual(
    row?.cells.map(({ v }) => v),
    ['', 'ann@example.com', 'Germany'],
  );
  assert.deepEqual((await visitor.state())['reasons'], [{ code: 'INVALID_DATA', message: '1 row has errors' }]);
});

test('problems that are the same are put right together', async () => {
  const { visitor } = await inReview(
    bench,
    'Name,Mail,Age\nA,a @example.com,ca. 12\nB,b@example.com,about 7\nC,c (at) example.com,n/a\n',
  );
  const { groups } = await visitor.get('/groups');
  assert.deepEqual(groups, [
    {
      column: 'c2',
      level: 'error',
      message: 'This is not a number',
      count: 3,
      values: [
        { value: 'about 7', count: 1 },
        { value: 'ca. 12', count: 1 },
        { value: 'n/a', count: 1 },
      ],
      suggestion: { kind: 'number-only', label: 'Keep the number only', count: 2 },
    },
    {
      column: 'c1',
      level: 'error',
      message: 'This is not an email address',
      count: 2,
      values: [
        { value: 'a @example.com', count: 1 },
        { value: 'c (at) example.com', count: 1 },
      ],
      suggestion: { kind: 'email-signs', label: 'Write (at) as @ and commas as points', count: 2 },
    },
  ]);
  await visitor.edit({ kind: 'fix', column: 'c2', message: 'This is not a number', by: 'number-only' });
  await visitor.edit({ kind: 'fix', column: 'c2', message: 'This is not a number', value: 'n/a', with: '' });
  const foreseen = await visitor.post('/replace/preview', {
    kind: 'replace',
    find: String.raw`\s*\(at\)\s*`,
    with: '@',
    regex: true,
  });
  assert.deepEqual(foreseen, {
    count: 1,
    samples: [{ row: 2, column: 'c1', before: 'c (at) example.com', after: 'c@example.com' }],
  });
  assert.equal((await visitor.rows({ filter: 'edited' })).length, 3);
  assert.deepEqual(
    (await visitor.rows()).map(({ cells }) => cells[2]?.v),
    ['12', '7', ''],
  );
});

test('what is left goes into files that run nothing', async () => {
  const { visitor } = await inReview(bench);
  const token = visitor.url.searchParams.get('token') ?? '';
  const fetched = async (query: string): Promise<Response> =>
    await fetch(`${visitor.url.origin}${visitor.url.pathname}api/export?${query}`, { headers: { 'x-review-token': token } });
  const csv = await (await fetched('what=errors&format=csv')).text();
  assert.equal(
    csv.split('\r\n')[4],
    `5,'=1+1,cy@example.com,y,Atlantis,4,Age (error): This is not a number; Land (error): This is not one of the options`,
  );
  const book = await fetched('what=all&format=xlsx');
  assert.match(book.headers.get('content-type') ?? '', /spreadsheetml/);
  const settings = { importIdentifier: 'people' };
  const again = await bench.imported(
    { fields: people, settings, original_filename: 'rows.xlsx' },
    new Uint8Array(await book.arrayBuffer()),
  );
  assert.deepEqual(
    [again['status'], (again['result_metadata'] as { readonly rowsWithError: unknown }).rowsWithError],
    ['SUCCESSFUL', [0, 1, 2, 3]],
  );
});

test('cells with problems have notes in a workbook, with the level of each', async () => {
  const hook = `({ row }) => row.name.value === 'Bob' ? { row: { name: { info: [
    { level: 'warning', message: 'Is that <b>all</b>?<script>no</script>' }, { level: 'info', message: '=1+1 "&" <b>2</b>' }] } } } : undefined`;
  const { visitor } = await inReview(bench, dirty, { hooks: { rowHooks: [hook] } });
  const token = visitor.url.searchParams.get('token') ?? '';
  const sheet = async (what: string): Promise<WorkSheet> => {
    const address = `${visitor.url.origin}${visitor.url.pathname}api/export?what=${what}&format=xlsx`;
    const bytes = await (await fetch(address, { headers: { 'x-review-token': token } })).arrayBuffer();
    const found = read(bytes, { type: 'array' }).Sheets['Rows'];
    assert.ok(found);
    return found;
  };
  const notesOf = (of: WorkSheet): object =>
    Object.fromEntries(
      Object.entries(of).flatMap(([place, cell]: [string, CellObject]) => cell.c?.map(({ t }) => [place, t]) ?? []),
    );
  const all = await sheet('all');
  assert.deepEqual(notesOf(all), {
    C2: 'Error: Value must be unique',
    B3: 'Error: Value is required',
    C3: 'Error: This is not an email address',
    D3: 'Error: This is not a number',
    E3: 'Error: This is not one of the options',
    B4: 'Warning: Is that all?\nNote: =1+1 "&" 2',
    C4: 'Error: Value must be unique',
    D5: 'Error: This is not a number',
    E5: 'Error: This is not one of the options',
  });
  const written = all['B5'] as CellObject; // it is there
  assert.deepEqual([written.t, written.v, written.f], ['s', '=1+1', undefined]);
  const bob = all['G4'] as CellObject;
  assert.equal(bob.v, 'Mail (error): Value must be unique; Name (warning): Is that all?; Name (info): =1+1 "&" 2');
  await visitor.edit({ kind: 'delete', rows: [0] });
  assert.deepEqual(Object.keys(notesOf(await sheet('errors'))), ['B2', 'C2', 'D2', 'E2', 'D3', 'E3']);
  await visitor.edit({ kind: 'delete', rows: [1, 2, 3] });
  assert.deepEqual(notesOf(await sheet('all')), {});
});

test('a hook may say no at the end, and the review goes on', async () => {
  const hooks = {
    beforeFinishCallback: '(rows) => rows.length > 1 ? { cancel: true, message: "one row is enough" } : undefined',
  };
  const settings = { importIdentifier: 'people', allowEmptySubmit: false };
  const { id, visitor } = await inReview(bench, 'Name\n\n,\n', {
    settings: { ...settings, invalidDataBehavior: 'BLOCK_SUBMIT' },
    hooks,
  });
  await visitor.edit({ kind: 'add', cells: { c0: 'Ann' } });
  await visitor.edit({ kind: 'add', cells: { c0: 'Bob' } });
  const state = await visitor.post('/finish', { version: 2 });
  assert.deepEqual([state['status'], state['reasons']], ['review', [{ code: 'FINISH_CANCELLED', message: 'one row is enough' }]]);
  const told = [{ code: 'FINISH_CANCELLED', message: 'one row is enough' }];
  const heard = async () => ((await bench.ask('GET', `/api/v1/headless/imports/${id}/`)).body as Fields)['import_errors']; // an object
  assert.deepEqual([(await visitor.state())['reasons'], await heard()], [told, told], 'until something is changed');
  await visitor.edit({ kind: 'delete', rows: [0] });
  assert.deepEqual([(await visitor.state())['reasons'], await heard()], [[], null]);
  assert.equal((await visitor.post('/finish', { version: 3 }))['status'], 'done');
  assert.deepEqual(await bench.rowsOf(id), [{ name: 'Bob' }]);
});

test('whoever asks for the import hears what its reviewer has to do', async () => {
  const { id, visitor } = await inReview(bench, '1,2,3\n4,5,6\n7,8,9\n');
  const codes = async (): Promise<unknown> => {
    const { import_errors: errors } = (await bench.ask('GET', `/api/v1/headless/imports/${id}/`)).body as Fields; // an object
    return (errors as readonly Fields[]).map(({ code }) => code); // a list
  };
  assert.deepEqual(await codes(), ['HEADER_ROW_UNKNOWN']);
  await visitor.ask('PUT', '/header', { row: 0 });
  assert.deepEqual(
    ((await visitor.state())['reasons'] as readonly Fields[]).map(({ code }) => code),
    ['COLUMNS_UNMAPPED', 'COLUMNS_UNMAPPED'],
  );
  assert.deepEqual(await codes(), ['COLUMNS_UNMAPPED', 'COLUMNS_UNMAPPED']);
});

test('rows that somebody has looked through go where the import says, before it has ended', async () => {
  const destination = { connection: 'warehouse', table: 'reviewed', write: 'merge', key: ['id'] };
  const { id, visitor } = await inReview(bench, 'Name,Mail,Id\nAnn,ann@example.com,1\n,x,2\n', { destination });
  await visitor.edit({
    kind: 'cells',
    cells: [
      { row: 1, column: 'c0', text: 'Bo' },
      { row: 1, column: 'c1', text: '' },
    ],
  });
  const state = await visitor.post('/finish', { version: 1 });
  assert.ok(['finishing', 'done'].includes(String(state['status'])), JSON.stringify(state));
  const done = await bench.settled(id);
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done));
  const { receipts } = done['destination'] as { readonly receipts: readonly Fields[] }; // as documented
  assert.deepEqual(
    receipts.map(({ table, state: how, written }) => [table, how, written]),
    [['reviewed', 'succeeded', 2]],
  );
  const reply = await bench.native('POST', '/warehouse/query', { sql: 'select id, name, mail from reviewed order by id' });
  assert.deepEqual((reply as { rows: unknown }).rows, [
    ['1', 'Ann', 'ann@example.com'],
    ['2', 'Bo', null],
  ]); // as documented
  assert.equal((await visitor.state())['status'], 'done');
  const missing = { connection: 'warehouse', table: 'reviewed', write: 'merge', key: ['nothing'] };
  const failing = await inReview(bench, 'Name,Mail,Id\nAnn,x,1\n', { destination: missing });
  await failing.visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c1', text: 'a@example.com' }] });
  await failing.visitor.post('/finish', { version: 1 });
  const failed = await bench.settled(failing.id);
  assert.deepEqual([failed['status'], (failed['import_errors'] as unknown[]).length], ['FAILED', 1]); // a list
});

test('markup and formulas are texts, whatever they look like', async () => {
  const { visitor } = await inReview(bench, `Name,Mail\n<img src=x onerror=alert(1)>,"=cmd|' /C calc'!A0"\n`);
  const [row] = await visitor.rows();
  assert.deepEqual(
    row?.cells.map(({ v }) => v),
    ['<img src=x onerror=alert(1)>', "=cmd|' /C calc'!A0"],
  );
});

test('a link ends with its time', async () => {
  const { id, visitor } = await inReview(bench);
  await bench.state.db.query(`update headgate.reviews set expires_at = now() where id = $1`, [id]);
  assert.equal((await visitor.ask('GET', '/state')).status, 401);
});

test('an import that is deleted takes its review along', async () => {
  const { id, visitor } = await inReview(bench, dirty);
  await visitor.state();
  await bench.ask('DELETE', `/api/v1/headless/imports/${id}`);
  assert.equal((await guest(visitor.url).ask('GET', '/state')).status, 401);
  assert.deepEqual(await bench.state.db.query('select 1 from headgate.review_edits where review_id = $1', [id]), []);
});

test('texts that mean none of the options are asked for first, once, and not where they are too many', async () => {
  const text = 'Name,Land\nAnn,Atlantis\nBob,Utopia\nCy,Germany\n,Atlantis\n';
  const { visitor } = await inReview(bench, text);
  assert.equal((await visitor.state())['stage'], 'values');
  const { values } = await visitor.get('/values?field=land');
  assert.deepEqual(values, [
    { text: 'Atlantis', count: 2, value: null },
    { text: 'Utopia', count: 1, value: null },
  ]);
  await visitor.ask('PUT', '/values', { field: 'land', map: { Atlantis: 'FR' } });
  assert.equal((await visitor.state())['stage'], 'values', 'one of them is left');
  await visitor.ask('PUT', '/values', { field: 'land', map: { Utopia: null } });
  assert.equal((await visitor.state())['stage'], 'rows');
  assert.deepEqual(
    (await visitor.rows()).map(({ cells }) => cells[1]?.v),
    ['France', 'Utopia', 'Germany', 'France'],
    'nothing is said of it: it stays as it is',
  );
  const settings = { ...blocking, matchValuesStep: { maxMappableSelectValues: 1 } };
  const many = await inReview(bench, text, { settings });
  assert.equal((await many.visitor.state())['stage'], 'rows');
  const edited = await inReview(bench, text);
  await edited.visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c0', text: 'Ada' }] });
  assert.equal((await edited.visitor.state())['stage'], 'rows', 'an answer would take the edit away');
});
