/** What an edit leaves is what a look at the whole would find: the same messages, whatever was changed in whatever order. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openBench } from './review-harness.ts';
import type { Edit } from './edit.ts';
import type { OpenReview } from './open-review.ts';

const bench = await openBench();
after(async () => await bench[Symbol.asyncDispose]());

const definition = {
  fields: [
    {
      name: 'a',
      rules: [
        { rule: 'unique', ignoreCase: true },
        { rule: 'pattern', pattern: '(?=x)', level: 'warning' },
      ],
    },
    { name: 'b', means: 'number', rules: ['required'] },
    { name: 'c', means: { is: 'select', options: [{ label: 'Red', value: 'r' }] } },
    { name: 'd', rules: [{ rule: 'length', max: 1 }] },
  ],
  rules: [
    { rule: 'unique', fields: ['b', 'c'] },
    { rule: 'requiredIf', field: 'd', when: { field: 'b', is: 'present' } },
  ],
};
const more = { many: ['d'] };

const texts = ['', 'x', 'X', '1', '1.0', 'y', 'Red', 'r', 'zz'];
const text = fc.constantFrom(...texts);
const id = fc.nat(4);
const column = fc.constantFrom('c0', 'c1', 'c2', 'c3', 'c4');
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant('cells' as const),
    cells: fc.array(fc.record({ row: id, column, text }), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constantFrom('delete' as const, 'restore' as const),
    rows: fc.array(
      id.map((one): [number, number] => [one, one]),
      { maxLength: 2 },
    ),
  }),
  fc.record({ kind: fc.constant('add' as const), cells: fc.dictionary(column, text, { maxKeys: 3 }) }),
  fc.record({
    kind: fc.constant('replace' as const),
    find: fc.constantFrom('x', '1', 'r'),
    with: text,
    caseSensitive: fc.boolean(),
    whole: fc.boolean(),
    regex: fc.boolean(),
  }),
);

async function found(review: OpenReview): Promise<readonly unknown[]> {
  const { view, total } = await review.view({ filter: 'all' });
  const rows = await review.rows(await review.idsOf(view, 0, Math.max(1, total)));
  return rows.map(({ cells }) => cells.map(({ v, m }) => ({ v, m: m ?? [] })));
}

/** The rows as they are now, as a file that nobody has edited. */
async function anew(review: OpenReview): Promise<OpenReview> {
  const rows = await review.duck.rows(`select c0, c1, c2, c3, c4 from rows where state = 0 order by id`);
  // A row of blanks would not be one of the file.
  const lines = rows.map((row) => row.map((cell) => `"${cell ?? ''}"`).join(','));
  return await bench.open(['a,b,c,d,d', ...lines, ''].join('\n'), definition, more);
}

test('judging again only what was touched finds what judging all of it finds', async () => {
  const start = ['a,b,c,d,d', 'x,1,Red,,y', 'X,1.0,r,zz,', ',,q,,', 'y,x,,1,1', 'x,2,Red,,'].join('\n');
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 5 }), async (edits) => {
      await using review = await bench.open(`${start}\n`, definition, more);
      const states = [await found(review)];
      for (const [at, entry] of edits.entries()) {
        await (await review.begin({ seq: at + 1, entry })).commit();
        states.push(await found(review));
      }
      const counts = await review.counts();
      const blank = await review.duck.rows(
        `select 1 from rows where state = 0 and coalesce(trim(concat(c0, c1, c2, c3, c4)), '') = ''`,
      );
      if (counts.rows > 0 && blank.length === 0) {
        await using whole = await anew(review);
        assert.deepEqual(await found(review), await found(whole));
        const { rows, invalid, warned, byColumn } = await whole.counts();
        assert.deepEqual(counts, { ...counts, rows, invalid, warned, byColumn });
      }
      for (let at = edits.length; at > 0; at -= 1) {
        await (await review.begin({ seq: 2 * edits.length - at + 1, entry: { kind: 'undo', of: at } })).commit();
        assert.deepEqual(await found(review), states[at - 1], 'undone');
      }
    }),
    { numRuns: 6 },
  );
});
