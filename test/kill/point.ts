/** One point from an empty destination to the last check. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { check, differenceNow, type Findings } from './check.ts';
import { failureOf, repeat, start } from './command.ts';
import { isEmpty, type Row } from './model.ts';
import { openBench, type Bench, type Lane } from './rig.ts';
import type { Scenario } from './scenario.ts';
import { strike, type CleanRun } from './strike.ts';
import { watch, type Watched } from './watch.ts';

/** A blow that misses its run is tried on the next one, earlier. */
const blows = 6;

export async function playPoint(lane: Lane, scenario: Scenario, id: string, usual: CleanRun): Promise<Findings> {
  await using bench = await openBench(lane, scenario, id);
  const { source, place } = bench;
  const history: (readonly Row[])[] = [];
  let clean = usual;
  if (scenario.phase === 'later') {
    history.push(await source.rows());
    clean = await cleanRun(bench);
    if (scenario.dependents) await place.addDependents();
  }
  // What others commit now is newer than what the open transactions have written: a high-water mark would jump over that.
  await source.openLate();
  await source.edit();
  await using watched = isWatched(scenario) ? await watch(place) : undefined;
  const halves = await struckRuns(bench, clean, history);
  const seen = await watched?.stop();
  // Now, because the next run of most modes would heal what this one lost.
  const settled = await differenceNow(bench, history);
  await source.commitLate();
  history.push(await source.rows());
  await cleanRun(bench);
  const { difference, others } = await check(bench, history);
  return {
    difference: { lost: [...settled.lost, ...difference.lost], doubled: [...settled.doubled, ...difference.doubled] },
    others: [...halves, ...others, ...(seen ? holesOf(seen) : [])],
  };
}

function holesOf({ before, smallest, looks }: Watched): readonly string[] {
  if (looks === 0) return ['nobody looked at the table while it was written to'];
  return smallest < before ? [`a reader saw ${smallest} rows where ${before} had been`] : [];
}

/** A run that nobody disturbs must succeed at once. */
export async function cleanRun(bench: Bench): Promise<CleanRun> {
  void bench.proxy?.arm(undefined);
  const started = performance.now();
  const failure = failureOf(await start(bench, 'sync').ended);
  if (failure !== undefined) throw new Error(`an undisturbed run failed with ${failure}`);
  return { ms: performance.now() - started, moved: bench.proxy?.moved ?? { 'to-server': 0, 'to-client': 0 } };
}

/**
 * Runs until a blow has landed and the command has ended with 0. Adds to the history what each logical run saw. Resolves
 * to what was seen of unfinished work right after a blow.
 */
async function struckRuns(bench: Bench, clean: CleanRun, history: (readonly Row[])[]): Promise<readonly string[]> {
  const halves: string[] = [];
  for (let attempt = 0; attempt < blows; attempt++) {
    if (attempt > 0) await bench.source.edit();
    const rows = await bench.source.rows();
    const published = (await bench.place.ledger()).length;
    const { landed, succeeded } = await strike(bench, clean, attempt);
    if (!isEmpty(await differenceNow(bench, history)) && !isEmpty(await differenceNow(bench, [...history, rows]))) {
      halves.push('right after the blow the table was neither the old one nor the new one');
    }
    history.push(rows);
    if (!succeeded) {
      // Killed after its end, in the moments before the process was gone: what comes now is the next run.
      if (hasEnded(bench) && (await bench.place.ledger()).length > published) history.push(rows);
      await repeat(bench);
    }
    if (landed) return halves;
  }
  throw new Error(`the blow missed ${blows} runs`);
}

/** The journal of a run goes when nothing about it is in doubt. */
function hasEnded({ stateDir }: Bench): boolean {
  const runs = join(stateDir, 'runs');
  return !existsSync(runs) || readdirSync(runs).length === 0;
}

/** A reader of a replaced table, on destinations that are still there to be read while the run is struck. */
function isWatched({ mode, destination, phase, victim }: Scenario): boolean {
  return mode === 'snapshot × replace' && destination !== 'duckdb' && phase === 'later' && victim.kind !== 'server';
}
