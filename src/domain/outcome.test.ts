import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomeOf } from './outcome.ts';
import type { Receipt } from './receipt.ts';

function receipt(read: number, more: Partial<Receipt> = {}): Receipt {
  return {
    run: 'run_1',
    attempt: 1,
    pipeline: 'p',
    stream: 's',
    table: 't',
    mode: 'snapshot × replace',
    lane: 'direct',
    state: 'succeeded',
    read,
    written: read,
    added: read,
    changed: 0,
    deduplicated: 0,
    rejected: 0,
    deleted: 0,
    bytes: 0,
    checksums: [],
    from: null,
    to: null,
    token: null,
    guarantee: '',
    evidence: '',
    warnings: [],
    columns: [],
    seconds: 0,
    ...more,
  };
}
const runs = (...reads: number[]): readonly (readonly Receipt[])[] => reads.map((read) => [receipt(read)]);
const incremental = { mode: 'incremental × merge' } as const;

for (const [says, now, before, outcome] of [
  ['the first run', [receipt(10)], [], 'changed'],
  ['nothing was read', [receipt(0)], [], 'nothing_new'],
  ['all of it was known', [receipt(10, { written: 0 })], runs(10, 10, 10), 'nothing_new'],
  ['rows went away', [receipt(0, { deleted: 3 })], [], 'changed'],
  ['rows were refused', [receipt(10, { rejected: 1, written: 9 })], [], 'with_rejects'],
  ['half of the usual is still usual', [receipt(500)], runs(1000, 1100, 1200), 'changed'],
  ['less than half', [receipt(499)], runs(1000, 1100, 1200), 'suspicious'],
  ['with rejects, and far too few: the worse counts', [receipt(9, { rejected: 1 })], runs(90, 90, 90), 'suspicious'],
  ['two runs are no custom', [receipt(1)], runs(1000, 1000), 'changed'],
  ['small tables shrink', [receipt(0)], runs(19, 19, 19), 'nothing_new'],
  ['a table that was small once', [receipt(5)], runs(1000, 1000, 5), 'changed'],
  ['what is long ago does not count', [receipt(200)], [...runs(...Array<number>(10).fill(300)), ...runs(10_000)], 'changed'],
  [
    'incremental reads go up and down',
    [receipt(1, incremental)],
    [900, 800, 700].map((read) => [receipt(read, incremental)]),
    'changed',
  ],
  [
    'but all at once nothing',
    [receipt(0, incremental)],
    [900, 800, 700].map((read) => [receipt(read, incremental)]),
    'suspicious',
  ],
  ['another mode is no measure', [receipt(1)], [900, 800, 700].map((read) => [receipt(read, incremental)]), 'changed'],
  ['another flow is no measure', [receipt(1, { pipeline: 'other' })], runs(900, 800, 700), 'changed'],
  [
    'one flow of several',
    [receipt(900), receipt(0, { pipeline: 'q' })],
    runs(900, 900, 900).map((run) => [...run, receipt(50, { pipeline: 'q' })]),
    'suspicious',
  ],
] as const) {
  test(`${says}: ${outcome}`, () => assert.equal(outcomeOf(now, before), outcome));
}
