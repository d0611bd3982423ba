import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Spreading } from '../domain/partition.ts';
import { cutOf, type CutFacts } from './cut.ts';
import type { Batch } from './deliver.ts';
import type { Flow } from './flow.ts';
import { joinBatches, type PartitionJob } from './partitions.ts';

const gib = 2 ** 30;
const spreading: Spreading<PartitionJob, Batch> = {
  fromBytes: 4 * gib,
  readers: 8,
  open: () => Promise.reject(new Error('nobody asks')),
};
const session: CutFacts = {
  parallel: 2,
  partitionBytes: gib / 4,
  spreading,
  destination: { destination: { parallelWriters: true } },
};
const { spreading: _none, ...alone } = session;

const flow = (estimatedBytes: number | undefined, more: Partial<Flow> = {}): Flow => ({
  stream: {
    stream: { name: 't' },
    kind: 'table',
    schema: { fields: [] },
    cursors: [],
    ...(estimatedBytes !== undefined && { estimatedBytes }),
  },
  into: { name: 't' },
  mode: 'snapshot',
  policy: { mode: 'append', nulls: 'write', deletes: 'ignore', existing: 'any', evolution: 'evolve' },
  shape: { rename: {}, cast: {}, mask: {} },
  rejects: { limit: 0, unit: 'rows' },
  ...more,
});

const sliced = (estimatedBytes: number, sliceRows: number, estimatedRows: number): Flow => {
  const { stream, ...rest } = flow(estimatedBytes, { sliceRows });
  return { ...rest, stream: { ...stream, estimatedRows } };
};

const conversion = { columns: [], output: { fields: [] } };

for (const { what, of, plan = {}, facts = session, cut } of [
  { what: 'a small table is read as a whole', of: flow(gib / 8), cut: { target: 1, places: 2 } },
  { what: 'one of unknown size too', of: flow(undefined), cut: { target: 1, places: 2 } },
  { what: 'a larger one in this process', of: flow(gib), cut: { target: 4, places: 2 } },
  {
    what: 'a small one in slices of so many rows, where somebody wants that',
    of: sliced(gib / 8, 300, 1000),
    cut: { target: 4, places: 2 },
  },
  { what: 'larger ones than are read best are not made', of: sliced(gib, 1000, 1000), cut: { target: 4, places: 2 } },
  { what: 'there are never too many', of: sliced(gib, 1, 1_000_000), cut: { target: 256, places: 2 } },
  { what: 'a single reader cuts nothing', of: flow(gib), facts: { ...session, parallel: 1 }, cut: { target: 1, places: 1 } },
  { what: 'a large one by all workers', of: flow(4 * gib), cut: { target: 16, places: 2, spreading } },
  {
    what: 'also where each has one reader',
    of: flow(4 * gib),
    facts: { ...session, parallel: 1 },
    cut: { target: 16, places: 1, spreading },
  },
  { what: 'a very large one in more partitions', of: flow(16 * gib), cut: { target: 64, places: 2, spreading } },
  { what: 'up to a limit', of: flow(4096 * gib), cut: { target: 256, places: 2, spreading } },
  {
    what: 'where the connections bear one reader, this process holds no more',
    of: flow(4 * gib),
    facts: { ...session, spreading: { ...spreading, readers: 1 } },
    cut: { target: 16, places: 1, spreading: { ...spreading, readers: 1 } },
  },
  { what: 'nobody else is there', of: flow(4 * gib), facts: alone, cut: { target: 4, places: 2 } },
  { what: 'DuckDB shapes the rows here', of: flow(4 * gib), plan: { conversion }, cut: { target: 4, places: 2 } },
  {
    what: 'rejects are counted together',
    of: flow(4 * gib, { rejects: { limit: 1, unit: 'rows' } }),
    cut: { target: 1, places: 2 },
  },
  {
    what: 'the destination has one writer per table',
    of: flow(4 * gib),
    facts: { ...session, destination: { destination: { parallelWriters: false } } },
    cut: { target: 1, places: 2 },
  },
]) {
  test(`the cut: ${what}`, () => assert.deepEqual(cutOf(of, plan, facts), cut));
}

const batch = (rows: number): Batch => ({
  position: { at: 'now' },
  delivered: [
    { stream: 't', staged: { table: { name: 't' }, ref: 's', rows, bytes: rows }, checksum: `c${rows}`, rejected: 0, warned: [] },
  ],
  proof: { rows: { t: rows }, evidence: '', guarantee: 'one moment', warnings: ['odd'] },
});

test('partitions are joined to one proof, which says how many workers there were', () => {
  const joined = joinBatches('t', [batch(3), batch(4)], 2);
  assert.deepEqual(joined.proof, {
    rows: { t: 7 },
    evidence: '7 rows in 2 partitions of one snapshot, staged by 2 workers',
    guarantee: 'one moment',
    warnings: ['odd'],
  });
  assert.deepEqual([joined.position, joined.delivered.map(({ checksum }) => checksum)], [{ at: 'now' }, ['c3', 'c4']]);
  assert.equal(joinBatches('t', [batch(3)], 1).proof?.evidence, '3 rows in 1 partitions of one snapshot');
});
