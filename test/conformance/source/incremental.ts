import assert from 'node:assert/strict';
import { HeadgateError } from '../../../src/domain/error.ts';
import { canonicalJson } from '../../../src/domain/json.ts';
import type { CursorPolicy } from '../../../src/domain/policy.ts';
import type { Facts, Guarantee, Row, Table, Trial } from '../kit.ts';
import { cursorOn, runs, sameRows, type Asked } from '../reading.ts';
import { bigint, instant, text } from '../samples.ts';

const needs = 'source';
const applies = ({ source, holds }: Facts): boolean => (source?.modes.includes('incremental') ?? false) && holds(instant);

/** Stamps lie far behind the clock, so that no source has a reason to hold its position back. */
const at = (day: number): string => `2020-01-${String(day).padStart(2, '0')} 10:00:00.000001+00`;
const row = (id: number, stamp: string | null, note = 'n'): Row => [String(id), stamp, note];

const log: Table = {
  name: 'log',
  fields: [
    { name: 'id', type: bigint },
    { name: 'stamp', type: instant },
    { name: 'note', type: text },
  ],
  key: ['id'],
  rows: [1, 2, 3, 4, 5].map((day) => row(day, at(day))),
};

const insert = (trial: Trial, ...rows: readonly Row[]) => trial.place.insert(log, log.fields, rows);
const follow = (cursor: CursorPolicy = cursorOn('stamp')): Asked => ({ mode: 'incremental', cursor });

export const incremental: readonly Guarantee[] = [
  {
    name: 'the first incremental read is everything, the next one at most what ties with the newest row',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const first = await reader.read(follow());
      sameRows(first.rows, log.rows);
      const second = await reader.read({ ...follow(), from: first.position });
      assert.ok(
        second.rows.every((again) => again[1] === at(5)),
        'only rows with the greatest cursor are read again',
      );
    },
  },
  {
    name: 'a read that finds nothing answers the position it was given, byte for byte, and says why',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const first = await reader.read(follow());
      const after = cursorOn('stamp', { window: { fromInclusive: false } });
      const second = await reader.read({ ...follow(after), from: first.position });
      assert.deepEqual(second.rows, []);
      assert.equal(JSON.stringify(second.position), JSON.stringify(first.position));
      assert.notEqual(second.proof.evidence, '');
    },
  },
  {
    name: 'rows that came since are read once each, ties at the boundary included',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const first = await reader.read(follow());
      const fresh = [row(6, at(5)), row(7, at(6)), row(8, at(7))];
      await insert(trial, ...fresh);
      const second = await reader.read({ ...follow(), from: first.position });
      sameRows(
        second.rows.filter(([id]) => Number(id) > 5),
        fresh,
      );
      assert.ok(
        second.rows.every(([, stamp]) => (stamp ?? '') >= at(5)),
        'nothing before the boundary is read again',
      );
    },
  },
  {
    name: 'a position survives being stored as JSON',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const { position } = await reader.read(follow());
      await insert(trial, row(9, at(9)));
      const stored = JSON.parse(canonicalJson(position)) as typeof position; // JSON by type
      const { rows } = await reader.read({ ...follow(), from: stored });
      assert.ok(rows.some(([id]) => id === '9'));
      assert.ok(!rows.some(([id]) => id === '1'));
    },
  },
  {
    name: 'a read whose first rows come later starts from the beginning',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create({ ...log, rows: [] }));
      const empty = await reader.read(follow());
      assert.deepEqual(empty.rows, []);
      await insert(trial, ...log.rows);
      sameRows((await reader.read({ ...follow(), from: empty.position })).rows, log.rows);
    },
  },
  {
    name: 'whole numbers beyond 2^53 are compared digit by digit',
    needs,
    applies,
    run: async (trial) => {
      const rows = [row(1, at(1)), ['9007199254740992', at(1), 'n'], ['9007199254740993', at(1), 'n']];
      const reader = runs(trial, await trial.place.create({ ...log, rows }));
      const { position } = await reader.read(follow(cursorOn('id')));
      await insert(trial, ['9007199254740994', at(1), 'new']);
      const second = await reader.read({ ...follow(cursorOn('id')), from: position });
      assert.ok(second.rows.some(([id]) => id === '9007199254740994'));
      assert.ok(!second.rows.some(([id]) => id === '1' || id === '9007199254740992'));
    },
  },
  {
    name: 'rows without a cursor are included every time, skipped, or a reason to stop',
    needs,
    applies,
    run: async (trial) => {
      const nameless = row(6, null);
      const reader = runs(trial, await trial.place.create({ ...log, rows: [...log.rows, nameless] }));
      const included = await reader.read(follow(cursorOn('stamp', { nulls: 'include' })));
      sameRows(included.rows, [...log.rows, nameless]);
      const again = await reader.read({ ...follow(cursorOn('stamp', { nulls: 'include' })), from: included.position });
      assert.ok(again.rows.some(([id]) => id === '6'));
      sameRows((await reader.read(follow(cursorOn('stamp', { nulls: 'skip' })))).rows, log.rows);
      await assert.rejects(
        reader.read(follow(cursorOn('stamp', { nulls: 'fail' }))),
        (error) => error instanceof HeadgateError && error.code === 'cursor.null',
      );
    },
  },
  {
    name: 'a position of another cursor means to start from the beginning, and says so',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const { position } = await reader.read(follow(cursorOn('id')));
      for (const from of [position, { kind: 'snapshot' }, 'garbage']) {
        const { rows, proof } = await reader.read({ ...follow(), from });
        sameRows(rows, log.rows);
        assert.notEqual(proof.warnings.length, 0);
      }
    },
  },
  {
    name: 'a cursor that is no field is cursor.missing',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      await assert.rejects(
        reader.read(follow(cursorOn('no_such_field'))),
        (error) => error instanceof HeadgateError && error.code === 'cursor.missing',
      );
    },
  },
];

export const windows: readonly Guarantee[] = [
  {
    name: 'a window reads from and to its bounds, each inside or outside',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const days = async (window: Partial<CursorPolicy['window']>): Promise<readonly number[]> => {
        const { rows } = await reader.read(follow(cursorOn('stamp', { window })));
        return rows.map(([id]) => Number(id)).toSorted();
      };
      assert.deepEqual(await days({ from: at(2), to: at(4) }), [2, 3, 4]);
      assert.deepEqual(await days({ from: at(2), to: at(4), fromInclusive: false }), [3, 4]);
      assert.deepEqual(await days({ from: at(2), to: at(4), toInclusive: false }), [2, 3]);
      assert.deepEqual(await days({ to: at(1) }), [1]);
    },
  },
  {
    name: 'a window without rows gives none, and rows without a cursor are in no bounded window when skipped',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create({ ...log, rows: [...log.rows, row(6, null)] }));
      const window = { from: at(20), to: at(21) };
      const { rows, proof } = await reader.read(follow(cursorOn('stamp', { window, nulls: 'skip' })));
      assert.deepEqual(rows, []);
      assert.notEqual(proof.evidence, '');
    },
  },
  {
    name: 'a read that stops at an upper bound is continued there',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const half = await reader.read(follow(cursorOn('stamp', { window: { to: at(3) } })));
      sameRows(half.rows, log.rows.slice(0, 3));
      const rest = await reader.read({ ...follow(), from: half.position });
      sameRows(
        rest.rows.filter(([id]) => Number(id) > 3),
        log.rows.slice(3),
      );
      assert.ok(!rest.rows.some(([id]) => Number(id) < 3));
    },
  },
  {
    name: 'a lookback reads further back and leaves the position where it was',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const first = await reader.read(follow());
      const back = await reader.read({ ...follow(cursorOn('stamp', { window: { lookback: '2 days' } })), from: first.position });
      assert.deepEqual(back.rows.map(([id]) => Number(id)).toSorted(), [3, 4, 5]);
      const after = await reader.read({ ...follow(), from: back.position });
      assert.ok(after.rows.every(([id]) => id === '5'));
    },
  },
  {
    name: 'a position never goes backwards',
    needs,
    applies,
    run: async (trial) => {
      const reader = runs(trial, await trial.place.create(log));
      const first = await reader.read(follow());
      const lookback = cursorOn('stamp', { window: { lookback: '3 days', to: at(3) } });
      const earlier = await reader.read({ ...follow(lookback), from: first.position });
      const next = await reader.read({ ...follow(), from: earlier.position });
      assert.ok(
        next.rows.every(([, stamp]) => stamp === at(5)),
        'rows that were read before are not read again',
      );
    },
  },
];
