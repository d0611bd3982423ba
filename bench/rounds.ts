/** The arithmetic of a comparison: which order, which ratio, what may be said about it. Pure. */
import type { Cost } from './measure.ts';

export type Side = 'limit' | 'ours';

export interface Trial extends Cost {
  readonly side: Side;
}

/** Limit and ours enclose each other, and the next round starts with the other one. */
export function order(round: number): readonly Side[] {
  return round % 2 === 0 ? ['limit', 'ours', 'ours', 'limit'] : ['ours', 'limit', 'limit', 'ours'];
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return { median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2, min: at(0), max: at(sorted.length - 1) };
}

const total = (trials: readonly Trial[], side: Side, of: 'wall' | 'client'): number =>
  trials.filter((trial) => trial.side === side).reduce((sum, trial) => sum + trial[of], 0);

/** Speed of ours against the limit's: 1 = as fast. */
export const ratio = (round: readonly Trial[]): number => total(round, 'limit', 'wall') / total(round, 'ours', 'wall');

/** More than this and the figure says more about the machine than about us (cores; share of the median). */
const bounds = { load: 0.3, limitSpread: 0.15 };

/** Why a result may not be published; empty = it may. */
export function noise(loadBefore: number, rounds: readonly (readonly Trial[])[]): readonly string[] {
  const trials = rounds.flat();
  const limit = spread(trials.filter(({ side }) => side === 'limit').map(({ wall }) => wall));
  const limitSpread = (limit.max - limit.min) / limit.median;
  const foreign = spread(trials.map((trial) => trial.foreign)).median;
  return [
    ...(loadBefore > bounds.load ? [`${loadBefore.toFixed(2)} cores were busy before the run`] : []),
    ...(foreign > bounds.load ? [`${foreign.toFixed(2)} cores were busy with something else during it`] : []),
    ...(limitSpread > bounds.limitSpread ? [`the limit's own times differ by ${Math.round(limitSpread * 100)} %`] : []),
  ];
}
