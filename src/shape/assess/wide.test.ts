/** Files of many columns: what each column costs must not multiply. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openBench } from './harness.ts';

const bench = await openBench();
after(() => bench[Symbol.asyncDispose]());

/** In seconds; on a machine that does much else, in some more of them. */
const timeout = 120_000;

const kinds = [
  ['checkbox', 'off', 'x', 'NO'],
  ['country', 'de', 'DE', 'XX'],
  ['us-state-territory', 'US-ny', 'pr', 'XX'],
] as const;

for (const [kind, ...texts] of kinds) {
  test(`500 columns of ${kind}`, { timeout }, async () => {
    const names = Array.from({ length: 500 }, (_, at) => `f${at}`);
    const lines = [names, ...texts.map((text) => names.map(() => text))].map((row) => row.join(','));
    const { counts } = await bench.look(`${lines.join('\n')}\n`, { fields: names.map((name) => ({ name, means: kind })) });
    assert.deepEqual([counts.rows, counts.invalid], kind === 'checkbox' ? [3, 0] : [3, 1]);
  });
}
