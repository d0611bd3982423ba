/** What happens behind "Finish": hooks of the end, and rows on their way to a table. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open, type Bench, type Fields } from './harness.ts';
import { blocking, inReview, type Guest } from './review-harness.ts';

/** Each run of this kind is carried out twice, as when a worker dies behind its last commit. */
let twice = '';
let bench: Bench;
before(async () => {
  bench = await open(0, {}, async (run, carry) => {
    const end = await carry();
    return run.task?.kind === twice ? await carry() : end;
  });
});
after(async () => await bench.close());

const csv = 'Name,Age\nAnn,30\n,x\nBob,40\n';
const fields = [
  { label: 'Name', key: 'name' },
  { label: 'Age', key: 'age', type: 'number' },
];
const mend = { kind: 'cells', cells: [{ row: 1, column: 'c1', text: '7' }] };
const version = async (visitor: Guest): Promise<number> => Number((await visitor.state())['version']);
const finish = async (visitor: Guest): Promise<Fields> =>
  (await visitor.ask('POST', '/finish', { version: await version(visitor) })).body;

test('the hooks of the step before the end and the last one change rows, fields and messages as in an import without a review', async () => {
  const hooks = {
    stepHooks: [
      {
        type: 'REVIEW_STEP_PRE_SUBMIT',
        callback: `async (instance, { fields, headerMapping }) => {
          await instance.addField({ label: 'Kind', key: 'kind' }, { before: 'age' });
          await instance.addRows([{ index: 0, row: { name: Object.keys(fields).join('+'), kind: headerMapping.Age, age: '1' } }]);
        }`,
      },
    ],
    beforeFinishCallback: `async (data, metadata, instance) => {
      await instance.removeRows(['row-1']);
      await instance.setUser({ id: 'u' + data.length + metadata.rowsWithError.length });
    }`,
  };
  const { id, visitor } = await inReview(bench, csv, { fields, hooks });
  await visitor.edit(mend);
  assert.equal((await finish(visitor))['status'], 'done');
  const expected = [
    { name: 'name+age', kind: 'age', age: 1 },
    { name: '', kind: '', age: 7 },
    { name: 'Bob', kind: '', age: 40 },
  ];
  assert.deepEqual(await bench.rowsOf(id), expected);
  const straight = await bench.imported({ fields, hooks, settings: blocking }, csv.replace(',x', ',7'));
  assert.deepEqual(await bench.rowsOf(straight['id']), expected);
  const [one, other] = [(await bench.settled(id))['result_metadata'], straight['result_metadata']] as Fields[];
  assert.deepEqual({ ...one, id: '' }, { ...other, id: '' });
  assert.deepEqual(one?.['user'], { id: 'u40' });
});

test('a hook that says no leaves its messages with the cells, for the one that puts them right', async () => {
  const hooks = {
    beforeFinishCallback: `async (data, metadata, instance) => {
      const rows = data.flatMap(({ age }, rowIndex) => (age > 35 ? [rowIndex] : []));
      await instance.updateInfoMessages(rows.map((rowIndex) => ({ rowIndex, fieldKey: 'age', messages: [{ message: 'too old' }] })));
      if (rows.length > 0) return { cancel: true, message: 'look again' };
    }`,
  };
  const { id, visitor } = await inReview(bench, csv, { fields, hooks });
  await visitor.edit(mend);
  const held = await finish(visitor);
  assert.deepEqual([held['status'], held['undo']], ['review', 1]);
  assert.deepEqual(held['reasons'], [
    { code: 'INVALID_DATA', message: '1 row has errors' },
    { code: 'FINISH_CANCELLED', message: 'look again' },
    { code: 'INVALID_DATA', message: '1 row has errors' },
  ]);
  const told = { level: 'error', message: 'too old' };
  assert.deepEqual(
    (await visitor.rows({ filter: 'errors' })).map((row) => [row.n, row.cells[1]?.m]),
    [[4, [told]]],
  );
  await bench.state.ports.reviews?.close(`1/${id}`);
  assert.equal((await visitor.rows({ filter: 'errors' })).length, 1, 'it stands in the log');
  await visitor.edit({ kind: 'cells', cells: [{ row: 2, column: 'c1', text: '20' }] });
  assert.deepEqual(await visitor.rows({ filter: 'errors' }), []);
  assert.equal((await finish(visitor))['status'], 'done');
  assert.deepEqual(
    ((await bench.rowsOf(id)) as Fields[]).map(({ age }) => age),
    [30, 7, 20],
  ); // a list
});

test('a hook that throws lets nothing end', async () => {
  const { visitor } = await inReview(bench, csv, { fields, hooks: { beforeFinishCallback: '() => { throw new Error("no") }' } });
  await visitor.edit(mend);
  const { status, body } = await visitor.ask('POST', '/finish', { version: 1 });
  assert.deepEqual([status, body['code'], (await visitor.state())['status']], [422, 'hook.failed', 'review']);
});

test('rows go into the table of the import, once, however often the work is done; then it is over', async () => {
  twice = 'deliver';
  const destination = { connection: 'warehouse', table: 'reviewed' };
  const { id, visitor } = await inReview(bench, csv.replace('Bob', '"Bo\u2028b, ]"'), { fields, destination });
  const counted = async (): Promise<unknown> =>
    ((await bench.native('POST', '/warehouse/query', { sql: 'select name, age from reviewed order by age' })) as Fields)['rows'];
  await visitor.edit(mend);
  const ended = await finish(visitor);
  assert.ok(['finishing', 'done'].includes(String(ended['status'])));
  const done = await bench.settled(id);
  assert.equal(done['status'], 'SUCCESSFUL', JSON.stringify(done));
  assert.deepEqual(await counted(), [
    ['', '7'],
    ['Ann', '30'],
    ['Bo\u2028b, ]', '40'],
  ]);
  const { receipts } = done['destination'] as { readonly receipts: readonly Fields[] };
  assert.deepEqual(
    receipts.map(({ state, written }) => [state, written]),
    [['succeeded', 3]],
  );
  assert.deepEqual(await bench.rowsOf(id), [
    { name: 'Ann', age: 30 },
    { name: '', age: 7 },
    { name: 'Bo\u2028b, ]', age: 40 },
  ]);
  assert.equal((await finish(visitor))['status'], 'done', 'and once more');
  const told = await bench.state.db.query<{ kind: string }>(
    "select kind from headgate.events where kind like 'import.%' and body::text like $1 order by id",
    [`%${id}%`],
  );
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['import.needs_review', 'import.completed'],
  );
});

test('a table that cannot be written fails the import', async () => {
  twice = '';
  const destination = { connection: 'warehouse', table: 'clash', write: 'merge', key: ['nothing'] };
  const { id, visitor } = await inReview(bench, csv, { fields, destination });
  await visitor.edit(mend);
  await finish(visitor);
  assert.equal((await bench.settled(id))['status'], 'FAILED');
  assert.equal((await visitor.state())['status'], 'failed');
  const { results } = (await bench.ask('GET', '/api/v1/headless/imports/')).body as { readonly results: readonly Fields[] }; // as documented
  const { total_num_uploads: ended } = (await bench.ask('GET', '/api/v1/uploads/')).body as Fields; // an object
  assert.equal(ended, results.filter(({ status }) => status === 'SUCCESSFUL').length, 'what did not arrive is no upload');
});
