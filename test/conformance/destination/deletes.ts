import assert from 'node:assert/strict';
import { defaultBrake, type WriteMode } from '../../../src/domain/policy.ts';
import type { Facts, Guarantee, Row, Trial } from '../kit.ts';
import { contents, countsOf, load, withRows, type Load } from '../loading.ts';
import { sameRows } from '../reading.ts';
import { many, people, text } from '../samples.ts';

const needs = 'destination';
const mirrors = ({ destination }: Facts): boolean => destination?.modes.includes('mirror') ?? false;
const some = withRows(people, ...people.rows.slice(0, 2));
const deletedAt = [...people.fields, { name: '_deleted_at', type: text }];

/** id → is it marked as deleted? */
async function marks(trial: Trial): Promise<ReadonlyMap<string | null, boolean>> {
  const rows = (await trial.place.rows(people, deletedAt)) ?? [];
  return new Map(rows.map((row) => [row[0] ?? null, row[3] !== null]));
}

const held = (mode: WriteMode): Guarantee => ({
  name: `${mode} is held where it would delete too much, and nothing is written`,
  needs,
  applies: ({ destination }) => destination?.modes.includes(mode) ?? false,
  run: async (trial) => {
    const before: readonly Row[] = many(400, 5);
    await trial.place.create({ ...people, rows: before });
    const tries = [
      { rows: before.slice(0, 200), deleted: 200, incoming: 200 },
      { rows: [], deleted: 400, incoming: 0 },
    ];
    for (const { rows, deleted, incoming } of tries) {
      const result = await load(trial, { table: { ...people, rows }, policy: { mode }, brake: defaultBrake });
      assert.equal(result.status, 'held');
      assert.ok(result.held?.table.includes('people'));
      assert.deepEqual({ ...result.held, table: '' }, { table: '', before: 400, deleted, incoming });
      sameRows(await contents(trial, people), before);
    }
    const allowed = await load(trial, {
      table: { ...people, rows: before.slice(0, 350) },
      policy: { mode },
      brake: defaultBrake,
    });
    assert.equal(allowed.status, 'published');
    const meant = await load(trial, { table: withRows(people), policy: { mode } });
    assert.equal(meant.status, 'published', 'without a brake it goes through');
    sameRows(await contents(trial, people), []);
  },
});

export const deletes: readonly Guarantee[] = [
  held('mirror'),
  held('replace'),
  {
    name: 'a held publish leaves nothing staged and takes no token',
    needs,
    applies: mirrors,
    run: async (trial) => {
      await trial.place.create(people);
      const empty: Load = { table: withRows(people), policy: { mode: 'mirror' }, brake: defaultBrake };
      assert.equal((await load(trial, empty)).status, 'held');
      const before = await trial.place.inventory();
      assert.equal((await load(trial, empty)).status, 'held');
      assert.deepEqual((await trial.place.inventory()).toSorted(), before.toSorted());
    },
  },
  {
    name: 'deletes: ignore leaves rows that no longer come',
    needs,
    applies: mirrors,
    run: async (trial) => {
      await trial.place.create(people);
      const counts = countsOf(await load(trial, { table: some, policy: { mode: 'mirror', deletes: 'ignore' } }));
      assert.deepEqual(counts, { added: 0, changed: 0, deduplicated: 2, deleted: 0 });
      sameRows(await contents(trial, people), people.rows);
    },
  },
  {
    name: 'deletes: soft marks rows once, and clears the mark when they come back',
    needs,
    applies: mirrors,
    run: async (trial) => {
      await trial.place.create(people);
      const soft = { mode: 'mirror', deletes: 'soft' } as const;
      assert.equal(countsOf(await load(trial, { table: some, policy: soft })).deleted, 1);
      assert.deepEqual([...(await marks(trial))].toSorted(), [
        ['1', false],
        ['2', false],
        ['3', true],
      ]);
      assert.equal(countsOf(await load(trial, { table: some, policy: soft })).deleted, 0, 'a marked row does not go again');
      assert.equal(countsOf(await load(trial, { table: people, policy: soft })).changed, 1, 'it is back');
      assert.deepEqual([...(await marks(trial))].toSorted(), [
        ['1', false],
        ['2', false],
        ['3', false],
      ]);
      sameRows(await contents(trial, people), people.rows);
    },
  },
  {
    name: 'deletes: soft works from the first load on',
    needs,
    applies: mirrors,
    run: async (trial) => {
      const soft = { mode: 'mirror', deletes: 'soft' } as const;
      await load(trial, { table: people, policy: soft });
      await load(trial, { table: some, policy: soft });
      assert.deepEqual([...(await marks(trial))].toSorted(), [
        ['1', false],
        ['2', false],
        ['3', true],
      ]);
    },
  },
];
