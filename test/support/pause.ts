import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { launch, type RunResult } from './run.ts';
import type { Site } from './site.ts';

/** A run that stands still at a failpoint. */
export interface Paused {
  /** Lets it go on; resolves when it has ended. */
  resume(): Promise<RunResult>;
}

let pauses = 0;

/** `headgate ARGS --json` until it reaches the failpoint (`name[:hit]`). Throws where it ends before. */
export async function pauseAt(site: Site, failpoint: string, args: readonly string[]): Promise<Paused> {
  const pause = site.path(`pause-${(pauses += 1)}`);
  const env = { HEADGATE_FAILPOINT: failpoint, HEADGATE_FAILPOINT_PAUSE: pause };
  const { done } = launch([...args, '--json'], { env, stateDir: site.stateDir });
  let ended: RunResult | undefined;
  void done.then((result) => (ended = result));
  while (!existsSync(pause)) {
    assert.equal(ended, undefined, `the run ended before it reached ${failpoint}: ${ended?.stdout}${ended?.stderr}`);
    await wait(10);
  }
  const resume = (): Promise<RunResult> => {
    rmSync(pause);
    return done;
  };
  return { resume };
}
