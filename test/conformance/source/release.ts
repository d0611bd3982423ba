import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../../../src/domain/error.ts';
import type { Guarantee, Place, Trial } from '../kit.ts';
import { openReader, sourceOf } from '../reading.ts';
import { many, people } from '../samples.ts';

const needs = 'source';
const large = { ...people, rows: many(20_000, 200) };

/** A server may take a moment to see that a connection has ended. */
async function settles(place: Place, before: number): Promise<void> {
  for (let tries = 0; (await place.handles()) > before; tries++) {
    assert.ok(tries < 200, 'everything that was opened here is closed again');
    await wait(25);
  }
}

export const release: readonly Guarantee[] = [
  {
    name: 'a whole read leaves nothing open',
    needs,
    run: async (trial) => {
      const origin = await trial.place.create(people);
      const before = await trial.place.handles();
      {
        await using reader = await openReader(trial, origin);
        await reader.read();
      }
      await settles(trial.place, before);
    },
  },
  {
    name: 'a read that is left early leaves nothing open',
    needs,
    run: async (trial) => {
      const origin = await trial.place.create(large);
      const before = await trial.place.handles();
      {
        await using reader = await openReader(trial, origin);
        for await (const event of reader.source.read(reader.request())) if (event.type !== 'checkpoint') break;
      }
      await settles(trial.place, before);
    },
  },
  {
    name: 'a source can be read again after a read that was left early',
    needs,
    run: async (trial) => {
      await using reader = await openReader(trial, await trial.place.create(large));
      for await (const event of reader.source.read(reader.request())) if (event.type !== 'checkpoint') break;
      assert.equal((await reader.read()).rows.length, large.rows.length);
    },
  },
  {
    name: 'an aborted read ends with run.cancelled and leaves nothing open',
    needs,
    run: async (trial) => {
      const origin = await trial.place.create(large);
      const before = await trial.place.handles();
      await abortInTheMiddle(trial, origin);
      await settles(trial.place, before);
    },
  },
  {
    name: 'a source is not opened, or not read, once the signal is aborted',
    needs,
    run: async (trial) => {
      const origin = await trial.place.create(people);
      const { context, abort } = await trial.cancellable();
      abort();
      await assert.rejects(async () => {
        await using reader = await openReader({ context }, origin);
        await reader.read();
      }, cancelled);
    },
  },
  {
    name: 'a source can be disposed twice',
    needs,
    run: async (trial) => {
      const source = await sourceOf(await trial.place.create(people)).open(trial.context);
      await source[Symbol.asyncDispose]();
      await source[Symbol.asyncDispose]();
    },
  },
];

const cancelled = (error: unknown): boolean => error instanceof HeadgateError && error.code === 'run.cancelled';

/** A file that lies there whole has been handed over before anyone can abort; everything else must notice. */
async function abortInTheMiddle(trial: Trial, origin: Parameters<typeof openReader>[1]): Promise<void> {
  const { context, abort } = await trial.cancellable();
  await using reader = await openReader({ context }, origin);
  await assert.rejects(async () => {
    for await (const event of reader.source.read(reader.request())) {
      abort();
      assert.notEqual(event.type === 'checkpoint' && event.proof, true);
    }
  }, cancelled);
}
