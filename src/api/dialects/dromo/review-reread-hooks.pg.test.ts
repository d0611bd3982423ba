/** A file is read anew and its hooks throw: what was said is refused, and the review is what it was before. */
import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { noChoices } from '../../../review/choices.ts';
import { Desk } from '../../../review/desk.ts';
import { insertEdit } from '../../../store/reviews.ts';
import { open } from './harness.ts';
import { inReview, shown, type Guest } from './review-harness.ts';

/** What happens while a file is read anew. */
let meanwhile: (() => Promise<void>) | undefined;

class Disturbed extends Desk {
  override async use<T>(...[key, keeping, work]: Parameters<typeof Desk.prototype.use<T>>): Promise<T> {
    return await super.use<T>(key, keeping, async (review, turn) => {
      const leave = async (): Promise<void> => {
        await turn.leave();
        await meanwhile?.();
      };
      return await work(review, { ...turn, leave });
    });
  }
}

const reviews = new Disturbed();
const bench = await open(0, { reviews });
after(async () => {
  await reviews[Symbol.asyncDispose]();
  await bench.close();
});

const fields = [
  { label: 'A', key: 'a' },
  { label: 'Q', key: 'q', requireMapping: true },
];
const hooks = { rowHooks: ["(r) => { if (r.row.q.value === '1') throw Error('q!'); }"] };
const first = { columns: { 0: 'a', 1: 'q' } };
const second = { columns: { 0: 'a', 2: 'q' } };
const third = { columns: { 1: 'a', 2: 'q' } };

const texts = async (visitor: Guest) => (await visitor.rows()).map(({ cells }) => cells.map(({ v }) => v).join('|'));
const log = async (id: string): Promise<readonly string[]> => {
  const sql = `select entry ->> 'kind' as kind from headgate.review_edits where review_id = $1 order by seq`;
  return (await bench.state.db.query<{ kind: string }>(sql, [id])).map(({ kind }) => kind);
};
const unmapped = async (own: object = hooks) => await inReview(bench, 'A,W,X\nx,1,2\n', { fields, hooks: own, settings: {} });
const logged = async (id: string, entry: object, seq: number): Promise<void> =>
  await insertEdit(bench.state.db, 1, id, { seq, entry, about: null, at: new Date() });

async function refuses(visitor: Guest, path: string, said: object, detail: RegExp, code = 'hook.failed'): Promise<void> {
  const { status, body } = await visitor.ask('PUT', path, said);
  assert.deepEqual([status, body['code']], [422, code]);
  assert.match(String(body['detail']), detail);
}

/** As on another machine: no process, no file. */
async function forget(id: string): Promise<void> {
  await reviews.close(`1/${id}`);
  const folder = join(bench.state.ports.dataDir, 'engine', '1', 'reviews');
  for (const name of await readdir(folder)) if (name.startsWith(id)) await rm(join(folder, name), { recursive: true });
}

test('a mapping under which a hook throws is refused, nothing of it is kept, and another one counts', async () => {
  const { id, visitor } = await unmapped();
  const looked = async (): Promise<unknown> => [await visitor.state(), await visitor.get('/preview')];
  const before = await looked();
  await refuses(visitor, '/mapping', first, /row hook 1 on row 0/);
  assert.deepEqual([await looked(), await log(id)], [before, []]);
  await forget(id);
  assert.deepEqual(await looked(), before);
  assert.equal((await visitor.ask('PUT', '/mapping', second)).status, 200);
  assert.deepEqual([await texts(visitor), await log(id)], [['x|2'], ['reread']]);
  assert.equal((await visitor.post('/finish', { version: 1 }))['status'], 'done');
});

test('edits, and what can be undone and redone, outlive what was refused', async () => {
  const { id, visitor } = await unmapped();
  await visitor.ask('PUT', '/mapping', second);
  for (const text of ['y', 'z']) await visitor.edit({ kind: 'cells', cells: [{ row: 0, column: 'c0', text }] });
  await visitor.post('/undo', { version: 3 });
  const before = await shown(visitor);
  await refuses(visitor, '/mapping', first, /row hook 1 on row 0/);
  assert.deepEqual(await shown(visitor), before);
  await forget(id);
  assert.deepEqual(await shown(visitor), before);
  await visitor.post('/redo', { version: 4 });
  assert.deepEqual(await texts(visitor), ['z|2']);
  for (const version of [5, 6]) await visitor.post('/undo', { version });
  assert.deepEqual(await texts(visitor), ['x|2']);
  // What was said of the file is no edit: nothing leads back behind it.
  assert.equal((await visitor.ask('POST', '/undo', { version: 7 })).status, 400);
});

test('so is whatever else is said of a file, by whichever hook, and one that takes too long', async () => {
  const step = { type: 'REVIEW_STEP', callback: "() => { throw Error('no'); }" };
  const stepped = await unmapped({ stepHooks: [step] });
  await refuses(stepped.visitor, '/mapping', second, /step hook 1/);
  const slow = await unmapped({ rowHooks: ["(r) => { while (r.row.q.value === '1'); }"] });
  await refuses(slow.visitor, '/mapping', first, /row hook 1/, 'hook.timeout');
  assert.equal((await slow.visitor.ask('PUT', '/mapping', second)).status, 200);
  const picky = "({ row }) => { if (['FR', 'France'].includes(row.land.value) || row.name.value === '2') throw Error('no'); }";
  const { id, visitor } = await inReview(bench, 'Name,Age,Land\nLand,Name,Age\nAnn,2,Atlantis\n', {
    hooks: { rowHooks: [picky] },
  });
  const before = await shown(visitor);
  await refuses(visitor, '/values', { field: 'land', map: { Atlantis: 'FR' } }, /row hook 1 on row 1/);
  await refuses(visitor, '/header', { row: 1 }, /row hook 1 on row 0/);
  assert.deepEqual([await shown(visitor), await log(id)], [before, []]);
});

test('two people at once: what can be read counts, and what both have said, whoever comes first', async () => {
  const { id, visitor } = await unmapped();
  const replies = await Promise.all([first, second, first].map(async (said) => await visitor.ask('PUT', '/mapping', said)));
  assert.deepEqual(
    replies.map(({ status }) => status),
    [422, 200, 422],
  );
  assert.deepEqual([await texts(visitor), await log(id)], [['x|2'], ['reread']]);
});

test('while the rows are being made whoever looks is told so; what other servers write meanwhile is not lost', async () => {
  const { id, visitor } = await unmapped();
  let status: unknown;
  meanwhile = async () => void (status = (await visitor.ask('GET', '/state')).body['status']);
  await visitor.ask('PUT', '/mapping', second);
  assert.equal(status, 'processing');
  // An edit: it goes, as all do that were made before.
  meanwhile = async () => await logged(id, { kind: 'cells', cells: [{ row: 0, column: 'c0', text: 'y' }] }, 2);
  assert.equal((await visitor.ask('PUT', '/mapping', third)).status, 200);
  assert.deepEqual([await texts(visitor), await log(id)], [['1|2'], ['reread', 'cells', 'reread']]);
  // Another word about the file: whoever has not seen it looks again.
  const other = { ...noChoices, mapping: second.columns };
  meanwhile = async () => await logged(id, { kind: 'reread', choices: other }, 4);
  const late = await visitor.ask('PUT', '/mapping', third);
  meanwhile = undefined;
  assert.deepEqual([late.status, late.body['code']], [409, 'object.conflict']);
  assert.deepEqual([await texts(visitor), (await visitor.state())['version']], [['x|2'], 4]);
});
