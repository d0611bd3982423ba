/** The time of a server with a test clock: it outlives the process, so that a restart never goes back. */
import type { Db } from './db.ts';

/** The later one of the stored time and `start`. */
export async function openTestClock(db: Db, start: Date): Promise<Date> {
  const [row] = await db.query<{ now: Date }>(
    `insert into headgate.test_clock (now) values ($1)
     on conflict (single) do update set now = greatest(headgate.test_clock.now, excluded.now) returning now`,
    [start],
  );
  return row?.now ?? start;
}

export async function setTestClock(db: Db, now: Date): Promise<void> {
  await db.query('update headgate.test_clock set now = $1', [now]);
}
