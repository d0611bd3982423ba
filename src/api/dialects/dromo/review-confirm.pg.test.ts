/** A hook of the step before the end may want somebody to confirm it: then it ends with the second word only. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { open, type Fields } from './harness.ts';
import { blocking, inReview, type Answered, type Guest } from './review-harness.ts';

const bench = await open();
after(async () => await bench.close());

const fields = [
  { label: 'Name', key: 'name' },
  { label: 'Age', key: 'age', type: 'number' },
];
/** It does something else each time that it runs. */
const callback = `async (it) => {
  const mark = String(Math.random());
  await it.addRows([{ row: { name: mark, age: '1' } }]);
  await it.updateInfoMessages([{ rowIndex: 0, fieldKey: 'name', messages: [{ message: 'Look', level: 'warning' }] }]);
  await it.setConfirmationMessage('Send <b>' + mark + '</b>?', { submitButtonText: 'Do send', cancelButtonText: 'Not yet' });
}`;
const hooks = { stepHooks: [{ type: 'REVIEW_STEP_PRE_SUBMIT', callback }] };
const csv = 'Name,Age\nAnn,x\nBob,2\n';
const age = (text: string): object => ({ kind: 'cells', cells: [{ row: 0, column: 'c1', text }] });
const version = async (visitor: Guest): Promise<number> => Number((await visitor.state())['version']);
const finish = async (visitor: Guest, at: number, confirmed?: true): Promise<Answered> =>
  await visitor.ask('POST', '/finish', { version: at, ...(confirmed && { confirmed }) });
const markOf = ({ body }: Answered): string => /<b>(.*)<\/b>/.exec(String((body['confirmation'] as Fields)['text']))?.[1] ?? ''; // an object

test('the first word is answered with the message, the second one ends it, and the hook has run once', async () => {
  const { id, visitor } = await inReview(bench, csv, { fields, hooks });
  await visitor.edit(age('1'));
  const at = await version(visitor);
  const first = await finish(visitor, at);
  const mark = markOf(first);
  assert.deepEqual([first.status, first.body['status']], [200, 'review']);
  assert.deepEqual(first.body['confirmation'], { text: `Send <b>${mark}</b>?`, submit: 'Do send', cancel: 'Not yet' });
  // Nothing was changed but what is said of cells, and whoever asks again is told the same.
  const state = await visitor.state();
  assert.deepEqual([(state['counts'] as Fields)['rows'], state['confirmation'], state['undo']], [2, undefined, 1]);
  assert.deepEqual((await visitor.rows())[0]?.cells[0]?.m, [{ level: 'warning', message: 'Look' }]);
  await bench.state.ports.reviews?.close(`1/${id}`);
  assert.equal(markOf(await finish(visitor, at)), mark);
  const last = await finish(visitor, at, true);
  assert.deepEqual([last.status, last.body['status']], [200, 'done']);
  await bench.settled(id);
  assert.deepEqual(await bench.rowsOf(id), [
    { name: 'Ann', age: 1 },
    { name: 'Bob', age: 2 },
    { name: mark, age: 1 },
  ]);
});

test('what is confirmed is what was seen: rows that were changed since are asked about anew', async () => {
  const { visitor } = await inReview(bench, csv, { fields, hooks });
  await visitor.edit(age('1'));
  const before = await version(visitor);
  const mark = markOf(await finish(visitor, before));
  await visitor.edit(age('5'));
  const stale = await finish(visitor, before, true);
  assert.deepEqual([stale.status, stale.body['code']], [409, 'review.stale']);
  const again = await finish(visitor, await version(visitor), true);
  assert.equal(again.body['status'], 'review');
  assert.notEqual(markOf(again), mark);
  assert.equal((await finish(visitor, await version(visitor), true)).body['status'], 'done');
});

test('where nobody is there, and where other steps say it, nobody is asked', async () => {
  const made = await bench.imported({ fields, hooks, settings: blocking }, csv.replace('x', '1'));
  assert.equal(made['status'], 'SUCCESSFUL');
  const early = { stepHooks: [{ type: 'REVIEW_STEP', callback: 'async (it) => { await it.setConfirmationMessage("Sure?"); }' }] };
  const { visitor } = await inReview(bench, csv, { fields, hooks: early });
  await visitor.edit(age('1'));
  assert.equal((await finish(visitor, await version(visitor))).body['status'], 'done');
});
