import assert from 'node:assert/strict';
import type { Facts, Guarantee, Row, Trial } from '../kit.ts';
import { contents, load, withRows } from '../loading.ts';
import { sameRows } from '../reading.ts';
import { people } from '../samples.ts';

const needs = 'destination';
const applies = ({ destination }: Facts): boolean => destination?.modes.includes('merge') ?? false;

/** Applies change records (_op, _seq, _unchanged, id, name, city) to the table as it is. */
async function apply(trial: Trial, records: readonly Row[], deletes: 'hard' | 'soft' | 'ignore' = 'hard') {
  const result = await load(trial, { table: withRows(people, ...records), policy: { mode: 'merge', deletes }, mode: 'changes' });
  assert.equal(result.status, 'published');
  return result.tables[0];
}

export const changes: readonly Guarantee[] = [
  {
    name: 'changes insert, update and delete by key',
    needs,
    applies,
    run: async (trial) => {
      await trial.place.create(people);
      const counts = await apply(trial, [
        ['i', '1', null, '4', 'Zoë', 'Rome'],
        ['u', '2', null, '1', 'Ada', 'Paris'],
        ['d', '3', null, '3', null, null],
        ['d', '4', null, '99', null, null],
      ]);
      assert.deepEqual([counts?.added, counts?.changed, counts?.deleted], [1, 1, 1]);
      sameRows(await contents(trial, people), [
        ['1', 'Ada', 'Paris'],
        ['2', 'Grace', null],
        ['4', 'Zoë', 'Rome'],
      ]);
    },
  },
  {
    name: 'changes make the table where there is none',
    needs,
    applies,
    run: async (trial) => {
      await apply(trial, [
        ['i', '1', null, '1', 'Ada', ''],
        ['i', '2', null, '2', 'Tim', null],
        ['d', '3', null, '2', null, null],
      ]);
      sameRows(await contents(trial, people), [['1', 'Ada', '']]);
    },
  },
  {
    name: 'a value that was not sent is not NULL: the stored one stays',
    needs,
    applies,
    run: async (trial) => {
      await trial.place.create(people);
      await apply(trial, [
        ['u', '1', '["name"]', '1', null, 'Paris'],
        ['u', '2', null, '3', null, 'Paris'],
      ]);
      sameRows(await contents(trial, people), [
        ['1', 'Ada', 'Paris'],
        ['2', 'Grace', null],
        ['3', null, 'Paris'],
      ]);
    },
  },
  {
    name: 'several changes of one key become one: each column takes its newest sent value',
    needs,
    applies,
    run: async (trial) => {
      await trial.place.create(people);
      // Sequence numbers are compared as numbers and come in any order.
      await apply(trial, [
        ['u', '10', '["city"]', '1', 'newest name', null],
        ['u', '9', null, '1', 'older name', 'newest city'],
        ['u', '2', null, '1', 'oldest name', 'oldest city'],
        ['i', '11', null, '7', 'inserted', 'here'],
        ['u', '12', '["name"]', '7', null, 'there'],
      ]);
      sameRows(await contents(trial, people), [
        ['1', 'newest name', 'newest city'],
        ['2', 'Grace', null],
        ['3', 'Tim', 'Paris'],
        ['7', 'inserted', 'there'],
      ]);
    },
  },
  {
    name: 'a key that is inserted and deleted in one batch leaves no row, one that is deleted and inserted is the new one',
    needs,
    applies,
    run: async (trial) => {
      await trial.place.create(people);
      await apply(trial, [
        ['i', '1', null, '7', 'short', 'lived'],
        ['d', '2', null, '7', null, null],
        ['d', '3', null, '1', null, null],
        ['i', '4', '["city"]', '1', 'reborn', null],
      ]);
      // What the new row did not send is unknown, not what the old row had.
      sameRows(await contents(trial, people), [
        ['1', 'reborn', null],
        ['2', 'Grace', null],
        ['3', 'Tim', 'Paris'],
      ]);
    },
  },
  {
    name: 'truncate empties the table before what follows it, and not after',
    needs,
    applies,
    run: async (trial) => {
      await trial.place.create(people);
      await apply(trial, [
        ['i', '1', null, '8', 'before', null],
        ['t', '2', null, null, null, null],
        ['i', '3', null, '1', 'after', null],
      ]);
      sameRows(await contents(trial, people), [['1', 'after', null]]);
    },
  },
  {
    name: 'deletes of changes can be ignored',
    needs,
    applies,
    run: async (trial) => {
      await trial.place.create(people);
      await apply(trial, [['d', '1', null, '1', null, null]], 'ignore');
      sameRows(await contents(trial, people), people.rows);
    },
  },
  {
    name: 'the same changes applied again leave the table as it is',
    needs,
    applies,
    run: async (trial) => {
      await trial.place.create(people);
      const records = [
        ['i', '1', null, '4', 'Zoë', 'Rome'],
        ['u', '2', null, '1', 'Ada', 'Paris'],
        ['d', '3', null, '3', null, null],
      ];
      await apply(trial, records);
      const once = await contents(trial, people);
      await apply(trial, records);
      sameRows(await contents(trial, people), once ?? []);
    },
  },
];
