/** One job from its data to its result: rounds of limit and ours, every result compared, one corruption that must be noticed. */
import { stripVTControlCharacters } from 'node:util';
import type { Bench, Job, Prepared } from './job.ts';
import { load, measure, type Command } from './measure.ts';
import { factsOf, versionOf, type PeerName } from './peers.ts';
import { order, type OtherLimit, type Side, type Trial } from './rounds.ts';

/** How another tool did, or why there is nothing to say about it. */
export interface PeerResult {
  readonly name: PeerName;
  readonly version?: string;
  readonly trial?: Trial;
  readonly obstacle?: string;
}

export interface SuiteResult {
  readonly job: Job;
  readonly bench: Bench;
  readonly moved: number;
  readonly durability: string;
  readonly loadBefore: number;
  /** Without the first round, which warms the caches. */
  readonly rounds: readonly (readonly Trial[])[];
  readonly peers: readonly PeerResult[];
}

async function trial(prepared: Prepared, side: Side, command: Command, bench: Bench): Promise<Trial> {
  await prepared.reset(side);
  const cost = await measure(command, prepared.servers ?? bench.server);
  if ((await prepared.digest(side)) !== prepared.expected) throw new Error(`the result of ${side} is not the source's content`);
  return { ...cost, side };
}

async function runPeer(name: PeerName, command: Command, prepared: Prepared, bench: Bench): Promise<PeerResult> {
  const version = versionOf(name);
  if (version === undefined) return { name, obstacle: `not here, or does not start; ${factsOf(name).install}` };
  try {
    return { name, version, trial: await trial(prepared, `peer ${name}`, command, bench) };
  } catch (error) {
    // Their failure is not our miss.
    const text = error instanceof Error ? error.message : String(error);
    return { name, version, obstacle: `failed: ${stripVTControlCharacters(text).trim().split('\n').at(-1)?.slice(0, 300)}` };
  }
}

async function runPeers(prepared: Prepared, bench: Bench, note: (text: string) => void): Promise<readonly PeerResult[]> {
  const results: PeerResult[] = [];
  // Object.entries forgets that the keys are the names of peers.
  for (const [name, command] of Object.entries(prepared.peers ?? {}) as [PeerName, Command][]) {
    const result = await runPeer(name, command, prepared, bench);
    note(`${name} ${result.version ?? ''}: ${result.obstacle ?? `${result.trial?.wall.toFixed(2)} s`}`);
    results.push(result);
  }
  return results;
}

/** Throws where a command fails, a result is wrong, or a wrong result is not noticed. */
export async function runSuite(job: Job, bench: Bench, count: number, note: (text: string) => void): Promise<SuiteResult> {
  note(`${job.name}: making ${bench.rows} rows (${bench.shape.name})`);
  const prepared = await job.prepare(bench);
  const others = Object.keys(prepared.otherLimits ?? {}) as OtherLimit[]; // by its type
  const commands: Readonly<Record<string, Command>> = { ...prepared.otherLimits, limit: prepared.limit, ours: prepared.ours };
  const loadBefore = await load();
  const rounds: Trial[][] = [];
  for (let round = 0; round < count; round++) {
    const trials: Trial[] = [];
    for (const side of order(round, others)) trials.push(await trial(prepared, side, commands[side] ?? prepared.ours, bench));
    rounds.push(trials);
    note(
      `${job.name}: round ${round + 1} of ${count}: ${trials.map(({ side, wall }) => `${side} ${wall.toFixed(2)} s`).join(', ')}`,
    );
  }
  const last = order(count - 1, others).at(-1) ?? 'ours';
  await prepared.corrupt(last);
  if ((await prepared.digest(last)) === prepared.expected)
    throw new Error('a changed value was not noticed: the comparison proves nothing');
  const peers = await runPeers(prepared, bench, note);
  const { moved, durability } = prepared;
  return { job, bench, moved, durability, loadBefore, rounds: rounds.slice(Math.min(1, count - 1)), peers };
}
