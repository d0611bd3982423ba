/** The arithmetic of a comparison: which order, which ratio, what may be said about it. Pure. */
import type { Cost } from './measure.ts';

/** A second limit is called `limit text`, another tool that does the same work `peer sling`. */
export type OtherLimit = `limit ${string}`;
export type Side = 'limit' | 'ours' | OtherLimit | `peer ${string}`;

export interface Trial extends Cost {
  readonly side: Side;
}

/** Limits and ours enclose each other, and the next round starts with the other one. */
export function order(round: number, others: readonly Side[] = []): readonly Side[] {
  const back = [...others].reverse();
  return round % 2 === 0
    ? ['limit', ...others, 'ours', 'ours', ...back, 'limit']
    : ['ours', ...others, 'limit', 'limit', ...back, 'ours'];
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

export const ofSide = (trials: readonly Trial[], side: Side): readonly Trial[] => trials.filter((trial) => trial.side === side);

const wallOf = (trials: readonly Trial[], side: Side): number => ofSide(trials, side).reduce((sum, { wall }) => sum + wall, 0);

/** Speed of ours against a limit's: 1 = as fast. */
export const ratio = (round: readonly Trial[], against: Side = 'limit'): number => wallOf(round, against) / wallOf(round, 'ours');

/**
 * More than this and the figure says more about the machine than about us (cores; share of the median). Times of a limit that is no more
 * than the start of a process always differ by a share, so they must differ by seconds as well.
 */
const bounds = { load: 0.3, limitSpread: 0.15, limitSeconds: 0.03 };

/** Why a result may not be published; empty = it may. */
export function noise(loadBefore: number, rounds: readonly (readonly Trial[])[]): readonly string[] {
  const trials = rounds.flat();
  const limit = spread(ofSide(trials, 'limit').map(({ wall }) => wall));
  const limitSpread = (limit.max - limit.min) / limit.median;
  const foreign = spread(trials.map((trial) => trial.foreign)).median;
  return [
    ...(loadBefore > bounds.load ? [`${loadBefore.toFixed(2)} cores were busy before the run`] : []),
    ...(foreign > bounds.load ? [`${foreign.toFixed(2)} cores were busy with something else during it`] : []),
    ...(limitSpread > bounds.limitSpread && limit.max - limit.min > bounds.limitSeconds
      ? [`the limit's own times differ by ${Math.round(limitSpread * 100)} %`]
      : []),
  ];
}
