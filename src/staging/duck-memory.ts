/** How much memory DuckDB may have. Pure. */
import { HeadgateError } from '../domain/error.ts';

const MiB = 1024 ** 2;
const usual = 1024 * MiB;

/**
 * What DuckDB takes beside its pool: readers' buffers that it counts late, what its allocator keeps. Without room for it a
 * process that was promised 256 MB for DuckDB had 380 MB after one million rows and 480 MB after ten; the pool was the limit. With 122 MiB of
 * them for the pool it has 309 MB after ten million rows, with 104 MiB 272-290 MB, in the same time; one million take 257-272 MB of either.
 */
const besides = 140 * MiB;
/** Of little memory a half, up to this. */
const least = 104 * MiB;

const units = { K: 10, M: 20, G: 30, T: 40 } as const;

/**
 * Bytes of the pool. `wanted` is for all that DuckDB takes: `512MB`, `2GiB`; absent or empty = a quarter of the machine's
 * memory, at most 1 GiB. Throws `usage.arguments`.
 */
export function poolOf(wanted: string | undefined, machine: number): number {
  const all = wanted ? bytesOf(wanted) : Math.min(usual, Math.floor(machine / 4));
  return Math.max(all - besides, Math.min(least, Math.floor(all / 2)));
}

/**
 * Bytes of the longest record that a reader of csv takes: 32 MiB, with which a wide JSON column passes, and less in a small pool. A buffer
 * has room for the longest one, and two readers hold three of them: at 32 MiB, a pool of 122 MiB overflowed in one of six loads of ten
 * million rows.
 */
export const longestRecord = (pool: number): number => Math.min(32 * MiB, Math.floor(pool / 8));

function bytesOf(text: string): number {
  const [, amount, unit = '', binary] = /^(\d{1,9}(?:\.\d{1,3})?)\s*([KMGT])(i?)B$/i.exec(text) ?? [];
  if (amount === undefined) {
    throw new HeadgateError(
      'usage.arguments',
      `reading HEADGATE_DUCKDB_MEMORY: ${JSON.stringify(text)} is not an amount like 512MB`,
    );
  }
  const power = units[unit.toUpperCase() as keyof typeof units]; // the pattern has no other
  return Math.floor(Number(amount) * (binary ? 2 ** power : 1000 ** (power / 10)));
}
