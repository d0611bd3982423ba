/** Reviews by their link: what people may rely on, each as a test of its own. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Desk } from '../../../review/desk.ts';
import { Warehouses } from '../../../warehouse/supervisor.ts';
import { open } from './harness.ts';
import { blocking, dirty, guest, inReview, people, shown, type Row } from './review-harness.ts';

const warehouses = new Warehouses();
const reviews = new Desk();
const bench = await open(0, { openDuck: warehouses.open.bind(warehouses), reviews });
after(async () => {
  await reviews[Symbol.asyncDispose]();
  await bench.close();
  await warehouses[Symbol.asyncDispose]();
});

const folder = join(bench.state.ports.dataDir, 'engine', '1', 'reviews');
const owners = (): readonly number[] =>
  execFileSync('pgrep', ['-P', String(process.pid), '-f', 'warehouse/owner'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);

/** As on another machine: no process, no file. */
async function forget(id: string): Promise<void> {
  await reviews.close(`1/${id}`);
  for (const name of await readdir(folder)) if (name.startsWith(id)) await rm(join(folder, name), { recursive: true });
}

const texts = (rows: readonly Row[]): readonly string[] => rows.map(({ cells }) => cells.map(({ v }) => v).join('|'));

test('a link opens what it is for, and nothing else does', async () => {
  const { id, visitor } = await inReview(bench);
  const wrong = await guest(visitor.url, 'x').ask('GET', '/state');
  const other = new URL(visitor.url.href.replace(id, '00000000-0000-4000-8000-000000000000'));
  const unknown = await guest(other).ask('GET', '/state');
  const { request_id: _one, ...first } = wrong.body;
  const { request_id: _two, ...second } = unknown.body;
  assert.deepEqual([wrong.status, first], [401, second]);
  const token = visitor.url.searchParams.get('token') ?? '';
  assert.match(token, /^[0-9a-f]{64}$/);
  assert.ok(!JSON.stringify((await bench.ask('GET', '/api/v1/headless/imports')).body).includes(token));
  const page = await fetch(visitor.url);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
  assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
});

test('before there is something to review there is progress, and no rows', async () => {
  const { body } = await bench.ask('POST', '/api/v1/headless/imports/', { fields: people, original_filename: 'in.csv' });
  const visitor = guest((body as { readonly review_url: string }).review_url); // of an import
  const { body: state } = await visitor.ask('GET', '/state');
  assert.deepEqual([state['status'], state['columns']], ['processing', []]);
  assert.equal((await visitor.ask('POST', '/views', { filter: 'all' })).status, 401);
});

test('rows are shown with what is wrong with them, filtered and in a fixed order', async () => {
  const { visitor } = await inReview(bench);
  const state = await visitor.state();
  assert.deepEqual([state['status'], state['stage'], state['title']], ['review', 'values', 'Add people']);
  assert.deepEqual(state['counts'], {
    rows: 4,
    invalid: 4,
    warned: 0,
    edited: 0,
    removed: 0,
    byColumn: {
      c0: { error: 1, warning: 0 },
      c1: { error: 3, warning: 0 },
      c2: { error: 2, warning: 0 },
      c3: { error: 2, warning: 0 },
      c4: { error: 0, warning: 0 },
    },
  });
  const [first, second] = await visitor.rows();
  assert.deepEqual(first?.cells[1], { v: 'ann@example.com', m: [{ level: 'error', message: 'Value must be unique' }] });
  assert.deepEqual([second?.n, second?.cells[0]], [3, { v: '', m: [{ level: 'error', message: 'Value is required' }] }]);
  const { view, total } = await visitor.post('/views', { filter: 'errors', column: 'c2' });
  assert.equal(total, 2);
  await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c2', text: '7' }] });
  const { rows } = await visitor.get(`/views/${String(view)}/rows`);
  assert.deepEqual(
    (rows as readonly Row[]).map(({ id }) => id),
    [1, 3],
    'a row that was put right stays where it is',
  );
  assert.equal((await visitor.rows({ filter: 'all', search: 'FRANCE' })).length, 1);
});

test('a search says how many rows match, and how many of their cells', async () => {
  const { visitor } = await inReview(bench);
  const { view: _, ...found } = await visitor.post('/views', { filter: 'all', search: 'AN' });
  // Ann, her address twice, both Atlantis, Germany, France.
  assert.deepEqual(found, { total: 4, matches: 7 });
  const { view: _none, ...none } = await visitor.post('/views', { filter: 'errors', search: 'nobody at all' });
  assert.deepEqual(none, { total: 0, matches: 0 });
  const { view: _all, ...all } = await visitor.post('/views', { filter: 'all' });
  assert.deepEqual(all, { total: 4 });
});

test('only what was put right by a guess is told from what is written in another form', async () => {
  const options = [
    { label: 'Germany', value: 'DE' },
    { label: 'France', value: 'FR', alternateMatches: ['Frankreich'] },
  ];
  const fields = [
    { label: 'Name', key: 'name', validators: [{ validate: 'required' }] },
    { label: 'Land', key: 'land', type: 'select', selectOptions: options },
    { label: 'Lands', key: 'lands', type: 'multi-select', selectOptions: options },
    { label: 'Day', key: 'day', type: 'date' },
    { label: 'Sum', key: 'sum', type: 'number' },
  ];
  const lines = [
    ',DE,"DE,France",2024-01-02,1000',
    'A,Germny,"Germny,FR",3/4/2024,1000.5',
    'B,Frankreich,FR,4/4/2024,1',
    'C,germany,Atlantis,25/12/2024,x',
    'D,Atlantis,,3 April 2024,',
  ];
  const text = `Name,Land,Lands,Day,Sum\n${lines.join('\n')}\n`;
  const { visitor } = await inReview(bench, text, { fields });
  const fixed = async (): Promise<unknown> =>
    (await visitor.rows()).map(({ cells }) => cells.flatMap(({ v, raw, f }) => (f ? [`${String(raw)} > ${v}`] : [])));
  assert.deepEqual(await fixed(), [
    [],
    ['Germny > Germany', 'Germny,FR > Germany, France', '3/4/2024 > 4/3/2024'],
    [],
    ['germany > Germany', '25/12/2024 > 12/25/2024'],
    [],
  ]);
  assert.deepEqual((await visitor.rows())[0]?.cells[1], { v: 'Germany', raw: 'DE' });
  // What a person has written is theirs.
  await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c1', text: 'Frnce' }] });
  assert.deepEqual((await visitor.rows())[1]?.cells[1], { v: 'France', raw: 'Germny', e: true });
});

test('a list that names no option says which, as the result does, and is found among those like it', async () => {
  const selectOptions = [{ label: 'A', value: 'a' }];
  const fields = [
    { label: 'Name', key: 'name' },
    { label: 'Tags', key: 'tags', type: 'multi-select', selectOptions },
  ];
  const { visitor } = await inReview(bench, 'Name,Tags\nx,"A,<b>zzz"\ny,yyy\nz,A\n', { fields });
  const said = (await visitor.rows()).map(({ cells }) => cells[1]?.m);
  const group = 'This is not a list of the options';
  assert.deepEqual(said, [
    [{ level: 'error', message: 'This is not one of the options: <b>zzz', group }],
    [{ level: 'error', message: 'This is not one of the options: yyy', group }],
    undefined,
  ]);
  assert.equal((await visitor.rows({ filter: 'all', column: 'c1', message: group })).length, 2);
  const token = visitor.url.searchParams.get('token') ?? '';
  const address = `${visitor.url.origin}${visitor.url.pathname}api/export?what=errors&format=csv`;
  const csv = await (await fetch(address, { headers: { 'x-review-token': token } })).text();
  assert.match(csv, /Tags \(error\): This is not one of the options: <b>zzz/);
});

test('from one problem to the next, inside a row as well, and back', async () => {
  const { visitor } = await inReview(bench);
  const { view } = await visitor.post('/views', { filter: 'all' });
  const seen: string[] = [];
  for (let at = 'from=-1'; ;) {
    const { position, column, at: place, of } = await visitor.get(`/views/${String(view)}/problem?${at}`);
    if (typeof position !== 'number') break;
    seen.push(`${position} ${String(column)} ${String(place)}/${String(of)}`);
    at = `from=${position}&at=${String(column)}`;
  }
  assert.deepEqual(seen, ['0 c1 1/8', '1 c0 2/8', '1 c1 3/8', '1 c2 4/8', '1 c3 5/8', '2 c1 6/8', '3 c2 7/8', '3 c3 8/8']);
  const back = await visitor.get(`/views/${String(view)}/problem?from=2&direction=previous&column=c3`);
  assert.deepEqual([back['position'], back['column']], [1, 'c3']);
});

test('an edit is judged at once, with the rows that have the same value', async () => {
  const { visitor } = await inReview(bench);
  const { body } = await visitor.edit({ kind: 'cells', cells: [{ row: 2, column: 'c1', text: 'bob@example.com' }] });
  const rows = body['rows'] as readonly Row[];
  assert.deepEqual(
    rows.map(({ id }) => id),
    [0, 2],
  );
  assert.deepEqual(rows[1]?.cells[1], { v: 'bob@example.com', raw: 'ann@example.com', e: true });
  assert.deepEqual(
    rows.map(({ cells }) => cells[1]?.m),
    [undefined, undefined],
  );
  assert.equal((body['counts'] as { readonly invalid: number }).invalid, 2);
});

test('undo and redo survive a new process on another machine', async () => {
  const { id, visitor } = await inReview(bench);
  await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c0', text: 'Dan' }] });
  await visitor.edit({ kind: 'delete', rows: [3] });
  await visitor.post('/undo', { version: 2 });
  const before = await shown(visitor);
  await forget(id);
  assert.deepEqual(await shown(visitor), before);
  await visitor.post('/redo', { version: 3 });
  await visitor.post('/undo', { version: 4 });
  await visitor.post('/undo', { version: 5 });
  const { counts, undo, redo } = await visitor.state();
  assert.deepEqual([(counts as { readonly edited: number }).edited, undo, redo], [0, 0, 2]);
  assert.equal((await visitor.ask('POST', '/undo', { version: 6 })).status, 400);
});

test('what is made again from the original and the log is what was there, whatever was done', async () => {
  const { id, visitor } = await inReview(bench);
  const { view } = await visitor.post('/views', { filter: 'errors', column: 'c3' });
  const edits = [
    { kind: 'add', cells: { c0: 'Eve', c1: 'cy@example.com' } },
    { kind: 'replace', find: 'ATLANTIS', with: 'Germany', view: String(view) },
    { kind: 'fix', column: 'c2', message: 'This is not a number', value: 'x', with: '1,5' },
    { kind: 'cells', cells: [{ row: 0, column: 'c0', text: '' }] },
    { kind: 'delete', view: String(view) },
    { kind: 'restore', rows: [1] },
    { kind: 'add', cells: {} },
  ];
  for (const edit of edits) assert.equal((await visitor.edit(edit)).status, 200, edit.kind);
  await visitor.post('/undo', { version: 7 });
  const before = await shown(visitor);
  await forget(id);
  assert.deepEqual(await shown(visitor), before);
});

test('the death of the process that owns the rows loses nothing', async () => {
  const before = new Set(owners());
  const { visitor } = await inReview(bench);
  await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c0', text: 'Dan' }] });
  for (const pid of owners().filter((one) => !before.has(one))) process.kill(pid, 'SIGKILL');
  const { status, body } = await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c2', text: '7' }] }, 1);
  assert.deepEqual([status, body['version'], body['undo']], [200, 2, 2]);
  assert.deepEqual(texts(await visitor.rows())[1], 'Dan|nobody|7|Atlantis|2');
});

test('a process that dies in the middle of edits makes none of them twice, and forgets none', async () => {
  const before = new Set(owners());
  const { id, visitor } = await inReview(bench);
  await visitor.state();
  const edits = Array.from({ length: 12 }, async (_, at) => {
    if (at % 4 === 1) for (const pid of owners().filter((one) => !before.has(one))) process.kill(pid, 'SIGKILL');
    return await visitor.edit({ kind: 'add', cells: { c0: `new ${at}` } }, 0);
  });
  const done = (await Promise.all(edits)).filter(({ status }) => status === 200).map(({ body }) => body['version']);
  const names = (await visitor.rows()).slice(4).map(({ cells }) => cells[0]?.v ?? '');
  assert.deepEqual([new Set(done).size, new Set(names).size], [done.length, names.length], 'none is there twice');
  const { version, undo, counts } = await visitor.state();
  assert.deepEqual([version, undo, (counts as { readonly rows: number }).rows], [names.length, names.length, names.length + 4]);
  assert.ok(done.length <= names.length, 'what was acknowledged is there');
  const all = await shown(visitor);
  await forget(id);
  assert.deepEqual(await shown(visitor), all);
});

test('two people change different cells, and neither loses one', async () => {
  const { visitor } = await inReview(bench);
  const other = guest(visitor.url);
  const edits = await Promise.all([
    visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c0', text: 'Dan' }] }, 0),
    other.edit({ kind: 'cells', cells: [{ row: 1, column: 'c2', text: '7' }] }, 0),
  ]);
  assert.deepEqual(
    edits.map(({ status }) => status),
    [200, 200],
  );
  assert.deepEqual(texts(await other.rows())[1], 'Dan|nobody|7|Atlantis|2');
  const news = await visitor.get('/changes?after=0');
  assert.deepEqual([news['version'], news['rows'], news['status']], [2, [1], 'review']);
});

test('who has not seen the last change of a cell does not change it', async () => {
  const { visitor } = await inReview(bench);
  await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c0', text: 'Dan' }] }, 0);
  const late = await visitor.edit({ kind: 'cells', cells: [{ row: 1, column: 'c0', text: 'Eve' }] }, 0);
  assert.deepEqual([late.status, late.body['code'], late.body['version']], [409, 'review.stale', 1]);
  assert.equal((late.body['row'] as Row).cells[0]?.v, 'Dan');
  const undone = await visitor.ask('POST', '/undo', { version: 0 });
  assert.equal(undone.status, 409);
  for (const { body } of [late, undone]) assert.match(String(body['request_id']), /^req_[0-9a-f]{32}$/);
  assert.equal((await visitor.edit({ kind: 'delete', rows: [1] }, 0)).status, 409);
  assert.equal((await visitor.state())['version'], 1);
});

test('what may not be changed is not', async () => {
  const settings = { ...blocking, reviewStep: { allowAddingRows: false, allowRemovingRows: false } };
  const { visitor } = await inReview(bench, dirty, { settings });
  const refused = [
    { kind: 'cells', cells: [{ row: 0, column: 'c4', text: '9' }] },
    { kind: 'cells', cells: [{ row: 0, column: 'c77', text: '9' }] },
    { kind: 'delete', rows: [0] },
    { kind: 'add', cells: {} },
    { kind: 'replace', find: '(?=a)', with: '', regex: true },
    { kind: 'fix', column: 'c0', message: 'x', by: 'magic' },
  ];
  for (const edit of refused) assert.equal((await visitor.edit(edit, 0)).status, 400, JSON.stringify(edit));
  await visitor.edit({ kind: 'replace', find: '1', with: '9', regex: false });
  assert.deepEqual(
    (await visitor.rows()).map(({ cells }) => cells[4]?.v),
    ['1', '2', '3', '4'],
  );
});

test('rows have the numbers that they have in the file, blank lines included', async () => {
  const { visitor } = await inReview(
    bench,
    '\nName,Mail,Age,Land,Id\nAnn,nobody,1,Germany,1\n\n"Bo\n\nb",nobody,2,France,2\nCy,nobody,3,France,3\n',
  );
  assert.deepEqual(
    (await visitor.rows()).map(({ n }) => n),
    [3, 5, 6],
  );
  const preview = await visitor.get('/preview');
  assert.deepEqual([preview['header'], preview['lines']], [0, [2, 3, 5, 6]]);
});
