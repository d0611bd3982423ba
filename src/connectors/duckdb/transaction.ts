import type { Duck } from '../../sdk/index.ts';

let turn: Promise<unknown> = Promise.resolve();

/**
 * All of `work`, or nothing of it. One at a time in this process: DuckDB is optimistic, and of two transactions that touch
 * the same rows or the catalog, the second fails (measured: 7 of 8). What takes long, loading into a stage, is done outside.
 */
export async function transaction<T>(duck: Duck, work: () => Promise<T>): Promise<T> {
  const mine = turn.then(async () => await alone(duck, work));
  turn = mine.catch(() => undefined);
  return await mine;
}

async function alone<T>(duck: Duck, work: () => Promise<T>): Promise<T> {
  await duck.run('begin transaction');
  let result: T;
  try {
    result = await work();
    await duck.run('commit');
  } catch (error) {
    // The first error is the one to tell: a failed commit, or an interrupt, may already have rolled back.
    await duck.run('rollback').catch(() => undefined);
    throw error;
  }
  return result;
}

/** The single number that a query answers. */
export async function count(duck: Duck, sql: string): Promise<number> {
  return Number((await duck.rows(sql))[0]?.[0] ?? 0);
}
