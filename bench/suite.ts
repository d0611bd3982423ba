/** One job from its data to its result: rounds of limit and ours, every result compared, one corruption that must be noticed. */
import type { Bench, Job, Prepared } from './job.ts';
import { load, measure } from './measure.ts';
import { order, type Side, type Trial } from './rounds.ts';

export interface SuiteResult {
  readonly job: Job;
  readonly bench: Bench;
  readonly moved: number;
  readonly durability: string;
  readonly loadBefore: number;
  /** Without the first round, which warms the caches. */
  readonly rounds: readonly (readonly Trial[])[];
}

async function trial(prepared: Prepared, side: Side, bench: Bench): Promise<Trial> {
  await prepared.reset(side);
  const cost = await measure(prepared[side], bench.server);
  if ((await prepared.digest(side)) !== prepared.expected) throw new Error(`the result of ${side} is not the source's content`);
  return { ...cost, side };
}

/** Throws where a command fails, a result is wrong, or a wrong result is not noticed. */
export async function runSuite(job: Job, bench: Bench, count: number, note: (text: string) => void): Promise<SuiteResult> {
  note(`${job.name}: making ${bench.rows} rows (${bench.shape.name})`);
  const prepared = await job.prepare(bench);
  const loadBefore = await load();
  const rounds: Trial[][] = [];
  for (let round = 0; round < count; round++) {
    const trials: Trial[] = [];
    for (const side of order(round)) trials.push(await trial(prepared, side, bench));
    rounds.push(trials);
    note(
      `${job.name}: round ${round + 1} of ${count}: ${trials.map(({ side, wall }) => `${side} ${wall.toFixed(2)} s`).join(', ')}`,
    );
  }
  const last = order(count - 1).at(-1) ?? 'ours';
  await prepared.corrupt(last);
  if ((await prepared.digest(last)) === prepared.expected)
    throw new Error('a changed value was not noticed: the comparison proves nothing');
  const { moved, durability } = prepared;
  return { job, bench, moved, durability, loadBefore, rounds: rounds.slice(Math.min(1, count - 1)) };
}
