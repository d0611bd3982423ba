import { createHash } from 'node:crypto';

/** Draws that depend on nothing but the seed, so that a failing point can be drawn again. */
export interface Chance {
  /** In [0, 1). */
  share(): number;
  /** A whole number in [from, to]. */
  between(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
}

export function chanceOf(seed: string): Chance {
  let drawn = 0;
  const share = (): number =>
    createHash('sha256')
      .update(`${seed}:${(drawn += 1)}`)
      .digest()
      .readUInt32BE(0) /
    2 ** 32;
  const between = (from: number, to: number): number => from + Math.floor(share() * (to - from + 1));
  return {
    share,
    between,
    pick: <T>(items: readonly T[]): T => {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new Error('drawing from an empty list');
      return item;
    },
  };
}
