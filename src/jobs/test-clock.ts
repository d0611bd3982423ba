/** A time that stands still until it is moved, and then brings everything that falls due on the way to its end. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../domain/clock.ts';
import { HeadgateError } from '../domain/error.ts';
import type { OpenDb } from '../store/db.ts';
import { isQuiet, nextEvent } from '../store/due.ts';
import { openTestClock, setTestClock } from '../store/test-clock.ts';
import { pass, type Scheduler } from './scheduler.ts';

const lookMs = 10;

export class TestClock implements Clock {
  readonly #db: OpenDb;
  #now: Date;

  private constructor(db: OpenDb, now: Date) {
    this.#db = db;
    this.#now = now;
  }

  /** Starts at `start`, or where an earlier process left it, if that is later. */
  static async open(db: OpenDb, start: Date): Promise<TestClock> {
    return new TestClock(db, await openTestClock(db, start));
  }

  now(): Date {
    return new Date(this.#now);
  }

  /**
   * Every tick and retry on the way happens at its own instant, and its runs are awaited. Resolves to the number of ticks that
   * became runs. Throws `request.invalid` for a time that has passed; an aborted wait leaves the clock where it is.
   */
  async advance(to: Date, scheduler: Scheduler, signal: AbortSignal): Promise<number> {
    return await scheduler.exclusively(async () => {
      if (to < this.#now)
        throw new HeadgateError('request.invalid', `moving the clock: it already shows ${this.#now.toISOString()}`);
      let dispatched = 0;
      for (;;) {
        const made = await pass(this.#db, this.#now);
        dispatched += made;
        await this.#quiet(signal);
        if (made > 0) continue;
        const next = await nextEvent(this.#db, this.#now);
        if (this.#now.getTime() === to.getTime()) return dispatched;
        await this.#set(next && next < to ? next : to);
      }
    });
  }

  async #set(now: Date): Promise<void> {
    await setTestClock(this.#db, now);
    this.#now = now;
  }

  async #quiet(signal: AbortSignal): Promise<void> {
    while (!(await isQuiet(this.#db, this.#now))) await wait(lookMs, undefined, { signal });
  }
}
