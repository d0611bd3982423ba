import assert from 'node:assert/strict';
import type { Facts, Guarantee, Trial } from '../kit.ts';
import {
  chunks,
  contents,
  load,
  loadInto,
  newAttempt,
  openDestination,
  openWriter,
  pipeline,
  publish,
  rejectsWith,
  stage,
  targetOf,
  withRows,
} from '../loading.ts';
import { sameRows } from '../reading.ts';
import { people } from '../samples.ts';

const needs = 'destination';
const appends = ({ destination }: Facts): boolean => destination?.modes.includes('append') ?? false;
const merges = ({ destination }: Facts): boolean => destination?.modes.includes('merge') ?? false;
const replace = { table: people, policy: { mode: 'replace' } } as const;
const pets = { ...people, name: 'pets' };

/** Loads once, so that ledger and whatever else a destination keeps are there; answers what exists then. */
async function settled(trial: Trial): Promise<readonly string[]> {
  await load(trial, replace);
  return (await trial.place.inventory()).toSorted();
}

export const publishing: readonly Guarantee[] = [
  {
    name: 'nothing is visible before the publish, everything is after it',
    needs,
    run: async (trial) => {
      await trial.place.create(people);
      await using destination = await openDestination(trial);
      const { fence } = await destination.claim(pipeline);
      const attempt = newAttempt();
      const old = await stage(trial, destination, { ...replace, table: withRows(people, ['9', 'new', null]) }, { attempt });
      const fresh = await stage(trial, destination, { ...replace, table: pets }, { attempt });
      sameRows(await contents(trial, people), people.rows);
      assert.equal(await contents(trial, pets), undefined);
      await publish(destination, [old, fresh], { fence });
      sameRows(await contents(trial, people), [['9', 'new', null]]);
      sameRows(await contents(trial, pets), pets.rows);
    },
  },
  {
    name: 'a writer that is disposed before its flush leaves nothing, and disposing twice is fine',
    needs,
    run: async (trial) => {
      const before = await settled(trial);
      await using destination = await openDestination(trial);
      await destination.claim(pipeline);
      const target = await targetOf(trial, destination, replace);
      const untouched = await openWriter(destination, target);
      await untouched[Symbol.asyncDispose]();
      const written = await openWriter(destination, target);
      await written.write(chunks(people.rows));
      await written[Symbol.asyncDispose]();
      await written[Symbol.asyncDispose]();
      await destination.claim(pipeline);
      await destination[Symbol.asyncDispose]();
      assert.deepEqual((await trial.place.inventory()).toSorted(), before);
      sameRows(await contents(trial, people), people.rows);
    },
  },
  {
    name: 'a write that fails in the middle leaves nothing',
    needs,
    run: async (trial) => {
      const before = await settled(trial);
      await using destination = await openDestination(trial);
      await destination.claim(pipeline);
      const broken = async function* () {
        yield* chunks(people.rows);
        throw new Error('the source broke');
      };
      {
        await using writer = await openWriter(destination, await targetOf(trial, destination, replace));
        await assert.rejects(writer.write(broken()));
      }
      await destination.claim(pipeline);
      await destination[Symbol.asyncDispose]();
      assert.deepEqual((await trial.place.inventory()).toSorted(), before);
      sameRows(await contents(trial, people), people.rows);
    },
  },
  {
    name: 'what an attempt staged and never published is gone after the next claim',
    needs,
    run: async (trial) => {
      const before = await settled(trial);
      {
        await using destination = await openDestination(trial);
        await destination.claim(pipeline);
        await stage(trial, destination, replace);
      }
      {
        await using destination = await openDestination(trial);
        await destination.claim(pipeline);
      }
      assert.deepEqual((await trial.place.inventory()).toSorted(), before);
    },
  },
  {
    name: 'a publish leaves nothing staged',
    needs,
    run: async (trial) => {
      const before = await settled(trial);
      const modes = trial.place.connection.destination?.modes ?? [];
      for (const [index, mode] of modes.entries()) {
        await load(trial, { table: withRows(people, [`10${index}`, 'x', null]), policy: { mode } });
      }
      assert.deepEqual((await trial.place.inventory()).toSorted(), before);
    },
  },
  {
    name: 'a destination that was closed leaves nothing open, and closing twice is fine',
    needs,
    run: async (trial) => {
      const before = await trial.place.handles();
      const destination = await openDestination(trial);
      await loadInto(trial, destination, replace);
      await destination[Symbol.asyncDispose]();
      await destination[Symbol.asyncDispose]();
      assert.equal(await trial.place.handles(), before);
    },
  },
  {
    name: 'the same token publishes once, on the same connection and on a new one',
    needs,
    applies: appends,
    run: async (trial) => {
      const { key: _key, ...loose } = people;
      await using destination = await openDestination(trial);
      const { fence } = await destination.claim(pipeline);
      const staged = await stage(trial, destination, { table: loose, policy: { mode: 'append' } });
      const options = { token: 'once', fence, positions: { origin: 1 } };
      const first = await publish(destination, [staged], options);
      assert.equal(first.status, 'published');
      const second = await publish(destination, [staged], options);
      await using other = await openDestination(trial);
      const third = await publish(other, [staged], options);
      for (const replay of [second, third]) {
        assert.equal(replay.status, 'already');
        assert.deepEqual(replay.tables, first.tables, 'it answers what the first one did');
      }
      sameRows(await contents(trial, people), people.rows);
      assert.equal((await other.ledger(pipeline)).length, 1);
    },
  },
  {
    name: 'a publish without tables moves positions',
    needs,
    run: async (trial) => {
      await using destination = await openDestination(trial);
      const { fence } = await destination.claim(pipeline);
      assert.equal((await publish(destination, [], { fence, positions: { origin: { lsn: '0/2' } } })).status, 'published');
      assert.deepEqual((await destination.claim(pipeline)).last?.positions, { origin: { lsn: '0/2' } });
    },
  },
  {
    name: 'staged rows that vanished are publish.counts, and nothing is written',
    needs,
    applies: ({ place }) => place.lose !== undefined,
    run: async (trial) => {
      await trial.place.create(people);
      for (const mode of trial.place.connection.destination?.modes ?? []) {
        await using destination = await openDestination(trial);
        const { fence } = await destination.claim(pipeline);
        const staged = await stage(trial, destination, { table: withRows(people, ['7', 'x', null]), policy: { mode } });
        for (const part of staged.staged) await trial.place.lose?.(part);
        await rejectsWith(publish(destination, [staged], { fence }), 'publish.counts');
      }
      sameRows(await contents(trial, people), people.rows);
    },
  },
  {
    name: 'several tables of one publish are visible together or not at all',
    needs,
    applies: merges,
    run: async (trial) => {
      await trial.place.create(pets);
      await using destination = await openDestination(trial);
      const twice = { table: withRows(pets, ['7', 'a', null], ['7', 'b', null]), policy: { mode: 'merge' } } as const;
      await rejectsWith(loadInto(trial, destination, replace, twice), 'key.duplicate');
      assert.equal(await contents(trial, people), undefined);
      sameRows(await contents(trial, pets), pets.rows);
      assert.deepEqual(await destination.ledger(pipeline), []);
      await loadInto(trial, destination, replace, { ...twice, table: withRows(pets, ['7', 'a', null]) });
      sameRows(await contents(trial, people), people.rows);
      sameRows(await contents(trial, pets), [...pets.rows, ['7', 'a', null]]);
    },
  },
];
