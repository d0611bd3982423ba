/** Evaluated in the interpreter (see pieces.ts): what is done later. Our other half waits, and then rings. */

/** The time in ms. */
declare const now: () => number;
/** By number, and by the time when they are due, those of the same time as they were set. */
declare const timerOf: Map<unknown, Timer>;
declare const line: Timer[];
declare const last: { number: number };

interface Timer {
  readonly number: number;
  readonly due: number;
  readonly run: () => void;
}

export function startTimer(call: unknown, ms: unknown, ...given: unknown[]): number {
  if (typeof call !== 'function') throw new TypeError('The "callback" argument must be of type function.');
  if (timerOf.size >= 10_000) throw new RangeError('a hook has at most 10,000 timers at a time');
  const wanted = Number(ms);
  const wait = wanted >= 1 && wanted < 2 ** 31 ? Math.trunc(wanted) : 1;
  last.number += 1;
  const timer = { number: last.number, due: now() + wait, run: () => call(...given) as undefined }; // whatever it gives
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((line[middle]?.due ?? 0) <= timer.due) from = middle + 1;
    else to = middle;
  }
  line.splice(from, 0, timer);
  timerOf.set(timer.number, timer);
  return timer.number;
}

export function stopTimer(number: unknown): void {
  const timer = timerOf.get(number);
  if (!timer) return;
  timerOf.delete(number);
  line.splice(line.indexOf(timer), 1);
}

/** One at a time: what it promised comes before the next. */
export function ringTimer(): number {
  const next = line[0];
  if (!next) return -1;
  const wait = next.due - now();
  if (wait > 0) return wait;
  stopTimer(next.number);
  next.run();
  return 0;
}

/** What it throws is thrown by a timer, where it ends the hook. */
export function soon(call: unknown): void {
  if (typeof call !== 'function') throw new TypeError('The "callback" argument must be of type function.');
  void Promise.resolve().then(() => {
    try {
      call();
    } catch (thrown) {
      startTimer(() => {
        throw thrown;
      }, 0);
    }
  });
}

export const timersPiece = `(tools) => {
'use strict';
const { timers } = tools;
const { now } = Date;
const timerOf = new Map();
const line = [];
const last = { number: 0 };
${[startTimer, stopTimer, ringTimer, soon].map(String).join('\n')}
timers.ring = ringTimer;
return { setTimeout: startTimer, clearTimeout: stopTimer, queueMicrotask: soon };
}`;
