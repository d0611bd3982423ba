/** Waiting for timers of hooks, and for the network beside them. */

const beatMs = 250;
/** The longest single wait. */
const mostMs = 60_000;

export class Pause {
  readonly #beat: () => void;
  /** What was waited for timers alone, as the clock goes: it counts as if it had been worked. */
  ms = 0;

  /** `beat` is called several times a second: whoever watches us hears that we are well. */
  constructor(beat: () => void) {
    this.#beat = beat;
  }

  /** Until a timer is due in `ms` (-1: there is none), or the answers are there, which come back. */
  async until(ms: number, answers: Promise<readonly string[]> | undefined): Promise<readonly string[] | undefined> {
    const begun = performance.now();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = ms < 0 ? undefined : setTimeout(() => resolve(undefined), Math.min(ms, mostMs));
    const beats = setInterval(this.#beat, beatMs);
    try {
      return await (answers ? Promise.race([answers, promise]) : promise);
    } finally {
      clearTimeout(timer);
      clearInterval(beats);
      if (!answers) this.ms += performance.now() - begun;
      // What runs now may give no sign for a while.
      this.#beat();
    }
  }
}
