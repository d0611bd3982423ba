/** Before anything is killed: how long does a clean run take, and does the harness notice a single wrong value? */
import { check } from './check.ts';
import { cleanRun } from './point.ts';
import { openRig, type Lane } from './rig.ts';
import type { DestinationName, Scenario, ServerName, Side } from './scenario.ts';
import type { CleanRun } from './strike.ts';

/** Throws where a clean run does not come out right, or where a corrupted row goes unnoticed. */
export async function rehearse(lane: Lane, source: ServerName, destination: DestinationName, side: Side): Promise<CleanRun> {
  const scenario: Scenario = {
    mode: 'snapshot × replace',
    source,
    destination,
    victim: { kind: 'wire', side, fault: { kind: 'lose-commit-reply', skip: 0 } }, // so that a proxy counts the bytes
    phase: 'first',
    cursor: 'id',
    keyed: true,
    deletes: false,
    dependents: false,
    rows: 10_000,
  };
  await using rig = await openRig(lane, scenario, `rehearsal_${source}_${destination}_${side}`);
  const clean = await cleanRun(rig);
  const history = [await rig.source.rows()];
  const sound = await check(rig, history);
  const complaints = [...sound.difference.lost, ...sound.difference.doubled, ...sound.others];
  if (complaints.length > 0)
    throw new Error(`a clean run from ${source} into ${destination} came out wrong: ${complaints.slice(0, 5).join('; ')}`);
  await rig.place.corrupt();
  const { difference, others } = await check(rig, history);
  if (difference.lost.length !== 1 || difference.doubled.length !== 1)
    throw new Error(`a corrupted row in ${destination} went unnoticed`);
  if (!others.some((finding) => finding.startsWith('verify says false')))
    throw new Error(`verify did not notice a corrupted row in ${destination}`);
  return clean;
}
