/** One point from an empty destination to the last check. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { check, differenceNow, type Findings } from './check.ts';
import { failureOf, repeat, start } from './command.ts';
import { isEmpty, type Row } from './model.ts';
import { openRig, type Rig, type Lane } from './rig.ts';
import type { Scenario } from './scenario.ts';
import { strike, type CleanRun } from './strike.ts';
import { watch, type Watched } from './watch.ts';

/** A blow that misses its run is tried on the next one, earlier. */
const blows = 6;

export async function playPoint(lane: Lane, scenario: Scenario, id: string, usual: CleanRun): Promise<Findings> {
  await using rig = await openRig(lane, scenario, id);
  const { source, place } = rig;
  const history: (readonly Row[])[] = [];
  let clean = usual;
  if (scenario.phase === 'later') {
    history.push(await source.rows());
    clean = await cleanRun(rig);
    if (scenario.dependents) await place.addDependents();
  }
  // What others commit now is newer than what the open transactions have written: a high-water mark would jump over that.
  await source.openLate();
  await source.edit();
  await using watched = isWatched(scenario) ? await watch(place) : undefined;
  const halves = await struckRuns(rig, clean, history);
  const seen = await watched?.stop();
  // Now, because the next run of most modes would heal what this one lost.
  const settled = await differenceNow(rig, history);
  await source.commitLate();
  history.push(await source.rows());
  await cleanRun(rig);
  const { difference, others } = await check(rig, history);
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
export async function cleanRun(rig: Rig): Promise<CleanRun> {
  void rig.proxy?.arm(undefined);
  const started = performance.now();
  const failure = failureOf(await start(rig, 'sync').ended);
  if (failure !== undefined) throw new Error(`an undisturbed run failed with ${failure}`);
  return { ms: performance.now() - started, moved: rig.proxy?.moved ?? { 'to-server': 0, 'to-client': 0 } };
}

/**
 * Runs until a blow has landed and the command has ended with 0. Adds to the history what each logical run saw. Resolves
 * to what was seen of unfinished work right after a blow.
 */
async function struckRuns(rig: Rig, clean: CleanRun, history: (readonly Row[])[]): Promise<readonly string[]> {
  const halves: string[] = [];
  for (let attempt = 0; attempt < blows; attempt++) {
    if (attempt > 0) await rig.source.edit();
    const rows = await rig.source.rows();
    const published = (await rig.place.ledger()).length;
    const { landed, succeeded } = await strike(rig, clean, attempt);
    if (!isEmpty(await differenceNow(rig, history)) && !isEmpty(await differenceNow(rig, [...history, rows]))) {
      halves.push('right after the blow the table was neither the old one nor the new one');
    }
    history.push(rows);
    if (!succeeded) {
      // Killed after its end, in the moments before the process was gone: what comes now is the next run.
      if (hasEnded(rig) && (await rig.place.ledger()).length > published) history.push(rows);
      await repeat(rig);
    }
    if (landed) return halves;
  }
  throw new Error(`the blow missed ${blows} runs`);
}

/** The journal of a run goes when nothing about it is in doubt. */
function hasEnded({ stateDir }: Rig): boolean {
  const runs = join(stateDir, 'runs');
  return !existsSync(runs) || readdirSync(runs).length === 0;
}

/** A reader of a replaced table, on destinations that are still there to be read while the run is struck. */
function isWatched({ mode, destination, phase, victim }: Scenario): boolean {
  return mode === 'snapshot × replace' && destination !== 'duckdb' && phase === 'later' && victim.kind !== 'server';
}
