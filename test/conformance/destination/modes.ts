import assert from 'node:assert/strict';
import type { WriteMode } from '../../../src/domain/policy.ts';
import type { Facts, Guarantee, Row, Table } from '../kit.ts';
import { contents, countsOf, load, rejectsWith, withRows, type Load } from '../loading.ts';
import { cursorOn, sameRows } from '../reading.ts';
import { bigint, people, text } from '../samples.ts';

const needs = 'destination';

const writes =
  (mode: WriteMode) =>
  ({ destination }: Facts): boolean =>
    destination?.modes.includes(mode) ?? false;

/** 2 changes, 3 is the same, 4 is new, 1 does not come. */
const update: readonly Row[] = [
  ['2', 'Grace', 'New York'],
  ['3', 'Tim', 'Paris'],
  ['4', 'Zoë', null],
];
const updated = withRows(people, ...update);
const gone = people.rows.slice(0, 1);

const created: readonly Guarantee[] = (['append', 'replace', 'merge', 'mirror'] as const).map((mode) => ({
  name: `${mode} makes the table where there is none`,
  needs,
  applies: writes(mode),
  run: async (trial) => {
    const counts = countsOf(await load(trial, { table: people, policy: { mode } }));
    assert.deepEqual(counts, { added: 3, changed: 0, deduplicated: 0, deleted: 0 });
    sameRows(await contents(trial, people), people.rows);
  },
}));

const empty: readonly Guarantee[] = (['append', 'replace', 'merge', 'mirror'] as const).map((mode) => ({
  name: `${mode} of zero rows makes an empty table`,
  needs,
  applies: writes(mode),
  run: async (trial) => {
    const counts = countsOf(await load(trial, { table: withRows(people), policy: { mode } }));
    assert.deepEqual(counts, { added: 0, changed: 0, deduplicated: 0, deleted: 0 });
    sameRows(await contents(trial, people), []);
  },
}));

const composite: Table = {
  name: 'lines',
  fields: [
    { name: 'order', type: bigint },
    { name: 'line', type: text },
    { name: 'note', type: text },
  ],
  key: ['order', 'line'],
  rows: [
    ['1', 'a', 'x'],
    ['1', 'b', 'y'],
    ['2', 'a', 'z'],
  ],
};

/** Keeps the rows and runs the same load again: nothing may change. */
const again = (of: Load): Load => ({ ...of, table: updated });

export const modes: readonly Guarantee[] = [
  ...created,
  ...empty,
  {
    name: 'append adds to what is there, equal rows included',
    needs,
    applies: writes('append'),
    run: async (trial) => {
      // Without a key of its own: a table's unique index may refuse equal rows.
      const { key: _key, ...loose } = people;
      await trial.place.create(loose);
      const counts = countsOf(await load(trial, { table: loose, policy: { mode: 'append' } }));
      assert.deepEqual(counts, { added: 3, changed: 0, deduplicated: 0, deleted: 0 });
      sameRows(await contents(trial, people), [...people.rows, ...people.rows]);
    },
  },
  {
    name: 'replace leaves exactly the rows that came',
    needs,
    applies: writes('replace'),
    run: async (trial) => {
      await trial.place.create(people);
      await load(trial, { table: updated, policy: { mode: 'replace' } });
      sameRows(await contents(trial, people), update);
      await load(trial, { table: withRows(people), policy: { mode: 'replace' } });
      sameRows(await contents(trial, people), []);
    },
  },
  {
    name: 'merge adds what is new, changes what differs, leaves the rest alone',
    needs,
    applies: writes('merge'),
    run: async (trial) => {
      await trial.place.create(people);
      const merge: Load = { table: updated, policy: { mode: 'merge' } };
      assert.deepEqual(countsOf(await load(trial, merge)), { added: 1, changed: 1, deduplicated: 1, deleted: 0 });
      sameRows(await contents(trial, people), [...gone, ...update]);
      assert.deepEqual(countsOf(await load(trial, again(merge))), { added: 0, changed: 0, deduplicated: 3, deleted: 0 });
    },
  },
  {
    name: 'merge into a table without a unique index works by the key as well',
    needs,
    applies: writes('merge'),
    run: async (trial) => {
      const { key: _key, ...loose } = people;
      await trial.place.create(loose);
      const counts = countsOf(await load(trial, { table: updated, policy: { mode: 'merge' } }));
      assert.deepEqual(counts, { added: 1, changed: 1, deduplicated: 1, deleted: 0 });
      sameRows(await contents(trial, people), [...gone, ...update]);
    },
  },
  {
    name: 'mirror makes the table equal, and says how many rows went',
    needs,
    applies: writes('mirror'),
    run: async (trial) => {
      await trial.place.create(people);
      const mirror: Load = { table: updated, policy: { mode: 'mirror' } };
      assert.deepEqual(countsOf(await load(trial, mirror)), { added: 1, changed: 1, deduplicated: 1, deleted: 1 });
      sameRows(await contents(trial, people), update);
      assert.deepEqual(countsOf(await load(trial, again(mirror))), { added: 0, changed: 0, deduplicated: 3, deleted: 0 });
    },
  },
  {
    name: 'a key of several columns identifies a row by all of them',
    needs,
    applies: writes('merge'),
    run: async (trial) => {
      await load(trial, { table: composite, policy: { mode: 'merge' } });
      const incoming = withRows(composite, ['1', 'b', 'changed'], ['2', 'b', 'new']);
      const counts = countsOf(await load(trial, { table: incoming, policy: { mode: 'merge' } }));
      assert.deepEqual(counts, { added: 1, changed: 1, deduplicated: 0, deleted: 0 });
      sameRows(await contents(trial, composite), [
        ['1', 'a', 'x'],
        ['1', 'b', 'changed'],
        ['2', 'a', 'z'],
        ['2', 'b', 'new'],
      ]);
    },
  },
  {
    name: 'the version picks the newest of several rows with one key',
    needs,
    applies: writes('merge'),
    run: async (trial) => {
      const rows = [
        ['1', 'old', '9'],
        ['1', 'newest', '11'],
        ['1', 'older', '10'],
        ['2', 'only', '1'],
      ];
      const fields = [
        { name: 'id', type: bigint },
        { name: 'name', type: text },
        { name: 'seen', type: bigint },
      ];
      const table: Table = { name: 'versions', fields, key: ['id'], rows };
      const counts = countsOf(await load(trial, { table, policy: { mode: 'merge', version: ['seen'] } }));
      assert.deepEqual(counts, { added: 2, changed: 0, deduplicated: 2, deleted: 0 });
      sameRows(await contents(trial, table), [
        ['1', 'newest', '11'],
        ['2', 'only', '1'],
      ]);
    },
  },
  {
    name: 'of several versions the first that differs decides, and what is stored stays where it is newer; NULL is older than all',
    needs,
    applies: writes('merge'),
    run: async (trial) => {
      const fields = [
        { name: 'id', type: bigint },
        { name: 'name', type: text },
        { name: 'day', type: bigint },
        { name: 'hour', type: bigint },
      ];
      const stored = [1, 2, 3, 4].map((id) => [String(id), 'stored', '5', '5']);
      const table: Table = { name: 'tuples', fields, key: ['id'], rows: [...stored, ['5', 'stored', null, '5']] };
      await trial.place.create(table);
      const incoming = withRows(
        table,
        ['1', 'later day', '6', '1'],
        ['2', 'earlier hour', '5', '4'],
        ['3', 'equal', '5', '5'],
        ['4', 'no hour', '5', null],
        ['5', 'no day', null, '6'],
        ['6', 'first', '1', '9'],
        ['6', 'second', '2', '1'],
      );
      await load(trial, { table: incoming, policy: { mode: 'merge', version: ['day', 'hour'], stale: 'skip' } });
      sameRows(await contents(trial, table), [
        ['1', 'later day', '6', '1'],
        ['2', 'stored', '5', '5'],
        ['3', 'equal', '5', '5'],
        ['4', 'stored', '5', '5'],
        ['5', 'no day', null, '6'],
        ['6', 'second', '2', '1'],
      ]);
    },
  },
  {
    name: 'nulls: keep leaves stored values in place of incoming NULLs',
    needs,
    applies: writes('merge'),
    run: async (trial) => {
      await trial.place.create(people);
      const incoming = withRows(people, ['1', null, 'Paris'], ['2', null, null], ['4', null, 'Rome']);
      const counts = countsOf(await load(trial, { table: incoming, policy: { mode: 'merge', nulls: 'keep' } }));
      assert.deepEqual(counts, { added: 1, changed: 1, deduplicated: 1, deleted: 0 });
      sameRows(await contents(trial, people), [
        ['1', 'Ada', 'Paris'],
        ['2', 'Grace', null],
        ['3', 'Tim', 'Paris'],
        ['4', null, 'Rome'],
      ]);
    },
  },
  {
    name: 'keys that come twice are key.duplicate, keys that are NULL are key.null, and nothing is written',
    needs,
    applies: writes('merge'),
    run: async (trial) => {
      await trial.place.create(people);
      for (const mode of ['merge', 'mirror'] as const) {
        const twice = withRows(people, ['7', 'Zebra', null], ['7', 'Yak', null]);
        const failure = await rejectsWith(load(trial, { table: twice, policy: { mode } }), 'key.duplicate');
        assert.doesNotMatch(failure.message, /Zebra|Yak|\b7\b/);
        await rejectsWith(load(trial, { table: withRows(people, [null, 'x', null]), policy: { mode } }), 'key.null');
      }
      sameRows(await contents(trial, people), people.rows);
    },
  },
  {
    name: 'keys of a new table are checked as well',
    needs,
    applies: writes('merge'),
    run: async (trial) => {
      await rejectsWith(
        load(trial, { table: withRows(people, ['7', 'a', null], ['7', 'b', null]), policy: { mode: 'merge' } }),
        'key.duplicate',
      );
      await rejectsWith(load(trial, { table: withRows(people, [null, 'x', null]), policy: { mode: 'merge' } }), 'key.null');
      assert.equal(await contents(trial, people), undefined);
    },
  },
  {
    name: 'an incremental append removes rows read again, by key and cursor',
    needs,
    applies: writes('append'),
    run: async (trial) => {
      const { key: _key, ...loose } = people;
      await trial.place.create(loose);
      const table = withRows(people, ['3', 'read again', 'Paris'], ['3', 'Tim', 'Rome'], ['4', 'Zoë', 'Rome']);
      const of: Load = { table, policy: { mode: 'append', key: ['id'] }, mode: 'incremental', cursor: cursorOn('city') };
      assert.deepEqual(countsOf(await load(trial, of)), { added: 2, changed: 0, deduplicated: 1, deleted: 0 });
      sameRows(await contents(trial, people), [...people.rows, ['3', 'Tim', 'Rome'], ['4', 'Zoë', 'Rome']]);
    },
  },
  {
    name: 'an incremental append without a key removes whole rows read again, and keeps true duplicates',
    needs,
    applies: writes('append'),
    run: async (trial) => {
      const { key: _key, ...loose } = withRows(people, ['1', 'a', null], ['2', 'b', null], ['2', 'b', null]);
      await trial.place.create(loose);
      // Of the three that come, two are there; 2, c differs.
      const rows = [
        ['2', 'b', null],
        ['2', 'b', null],
        ['2', 'b', null],
        ['2', 'c', null],
        ['3', null, null],
      ];
      const of: Load = { table: { ...loose, rows }, policy: { mode: 'append' }, mode: 'incremental', cursor: cursorOn('id') };
      assert.deepEqual(countsOf(await load(trial, of)), { added: 3, changed: 0, deduplicated: 2, deleted: 0 });
      sameRows(await contents(trial, people), [['1', 'a', null], ...rows]);
    },
  },
];
