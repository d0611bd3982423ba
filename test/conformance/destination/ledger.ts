import assert from 'node:assert/strict';
import { canonicalJson, type Json } from '../../../src/domain/json.ts';
import type { Guarantee } from '../kit.ts';
import { contents, load, openDestination, pipeline, publish, rejectsWith, stage, withRows } from '../loading.ts';
import { sameRows } from '../reading.ts';
import { people } from '../samples.ts';

const needs = 'destination';
const replace = { table: people, policy: { mode: 'replace' } } as const;

/** More than any destination keeps. */
const publishes = 110;

export const ledger: readonly Guarantee[] = [
  {
    name: 'a claim raises the fence by one, or to what is asked for, and never lowers it',
    needs,
    run: async (trial) => {
      await using destination = await openDestination(trial);
      const first = await destination.claim(pipeline);
      assert.equal(first.last, undefined);
      const second = await destination.claim(pipeline);
      assert.equal(second.fence, first.fence + 1);
      assert.equal((await destination.claim(pipeline, 50)).fence, 50);
      await rejectsWith(destination.claim(pipeline, 49), 'publish.fenced');
      assert.equal((await destination.claim('another')).fence, first.fence, 'each pipeline has a fence of its own');
    },
  },
  {
    name: 'a newer claim fences off the older one: its publish is refused and writes nothing',
    needs,
    run: async (trial) => {
      await trial.place.create(people);
      await using stale = await openDestination(trial);
      const old = await stale.claim(pipeline);
      const staged = await stage(trial, stale, { ...replace, table: withRows(people, ['9', 'stale', null]) });
      await using fresh = await openDestination(trial);
      const claimed = await fresh.claim(pipeline);
      await rejectsWith(publish(stale, [staged], { fence: old.fence }), 'publish.fenced');
      await rejectsWith(publish(stale, [], { fence: old.fence, positions: { origin: 1 } }), 'publish.fenced');
      sameRows(await contents(trial, people), people.rows);
      const again = await stage(trial, fresh, { ...replace, table: withRows(people, ['8', 'fresh', null]) });
      assert.equal((await publish(fresh, [again], { fence: claimed.fence })).status, 'published');
      sameRows(await contents(trial, people), [['8', 'fresh', null]]);
    },
  },
  {
    name: 'the ledger keeps tokens, positions, counts and checksums as they were, newest first',
    needs,
    run: async (trial) => {
      const position: Json = { kind: 'cursor', value: '9007199254740993', nested: [1, null, { é: 'ß "q"' }], empty: '' };
      {
        await using destination = await openDestination(trial);
        const { fence } = await destination.claim(pipeline);
        const staged = await stage(trial, destination, replace);
        await publish(destination, [staged], { token: 'first', fence, positions: { 'public.people': position } });
        await publish(destination, [], { token: 'second', fence, positions: { 'public.people': position, other: null } });
      }
      await using destination = await openDestination(trial);
      const [second, first, ...more] = await destination.ledger(pipeline);
      assert.deepEqual(more, []);
      assert.deepEqual([second?.token, first?.token], ['second', 'first']);
      assert.equal(canonicalJson(first?.positions ?? null), canonicalJson({ 'public.people': position }));
      assert.deepEqual(second?.positions, { 'public.people': position, other: null });
      assert.deepEqual([first?.pipeline, first?.run, first?.checksums], [pipeline, 'first', ['crc32:00000000']]);
      assert.equal(first?.tables[0]?.added, 3);
      const { last } = await destination.claim(pipeline);
      assert.deepEqual(last, second);
    },
  },
  {
    name: 'reading the ledger writes nothing, and an absent one is empty',
    needs,
    run: async (trial) => {
      const before = await trial.place.inventory();
      {
        await using destination = await openDestination(trial);
        assert.deepEqual(await destination.ledger(pipeline), []);
      }
      assert.deepEqual(await trial.place.inventory(), before);
    },
  },
  {
    name: 'old publishes are forgotten, but never the last one of a pipeline',
    needs,
    run: async (trial) => {
      await using destination = await openDestination(trial);
      const quiet = await destination.claim('quiet');
      await publish(destination, [], { of: 'quiet', token: 'quiet', fence: quiet.fence, positions: { origin: 7 } });
      const { fence } = await destination.claim(pipeline);
      for (let index = 1; index <= publishes; index++) {
        await publish(destination, [], { token: `t${index}`, fence, positions: { origin: index } });
      }
      const kept = await destination.ledger(pipeline);
      assert.ok(kept.length < publishes, 'some are forgotten');
      assert.deepEqual(kept[0]?.positions, { origin: publishes });
      assert.deepEqual((await destination.ledger('quiet'))[0]?.positions, { origin: 7 });
    },
  },
  {
    name: 'a ledger that a newer version wrote is ledger.newer, and nothing is written',
    needs,
    applies: ({ place }) => place.renewLedger !== undefined,
    run: async (trial) => {
      await load(trial, replace);
      await trial.place.renewLedger?.();
      await using destination = await openDestination(trial);
      await rejectsWith(destination.ledger(pipeline), 'ledger.newer');
      await rejectsWith(destination.claim(pipeline), 'ledger.newer');
      sameRows(await contents(trial, people), people.rows);
    },
  },
];
