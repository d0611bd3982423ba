/** Results as text. Pure. */
import type { Floor, Job } from './job.ts';
import { factsOf } from './peers.ts';
import { noise, ofSide, ratio, spread, type OtherLimit, type Side, type Spread, type Trial } from './rounds.ts';
import type { PeerResult, SuiteResult } from './suite.ts';

const range = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`;

export interface Verdict {
  readonly met: boolean;
  readonly text: string;
}

const verdict = (met: boolean, text: string): Verdict => ({ met, text: `${text}: ${met ? 'met' : 'below floor'}` });

const limitsOf = (floor: Floor): readonly [Side, number][] => [
  ...(floor.ratio === undefined ? [] : [['limit', floor.ratio] satisfies [Side, number]]),
  ...(Object.entries(floor.against ?? {}) as [OtherLimit, number][]), // by its type
];

const perRow = (seconds: number, moved: number): number => (seconds / moved) * 1e6;

/** Our client's CPU per row; the median of all runs. */
const ourCpu = ({ rounds, moved }: SuiteResult): number =>
  perRow(spread(ofSide(rounds.flat(), 'ours').map(({ client }) => client)).median, moved);

const peak = (rounds: SuiteResult['rounds'], side: Side): number =>
  Math.max(...ofSide(rounds.flat(), side).map((trial) => trial.peak));

/** How many times our CPU per row a peer needs; undefined = it did not run. */
function factorOf(result: SuiteResult, { trial }: PeerResult): number | undefined {
  return trial && perRow(trial.client, result.moved) / ourCpu(result);
}

function peerVerdicts(result: SuiteResult): readonly Verdict[] {
  return result.peers.flatMap((peer) => {
    const [factor, { floor }] = [factorOf(result, peer), factsOf(peer.name)];
    if (factor === undefined || floor === undefined) return [];
    return [verdict(factor >= floor, `${factor.toFixed(1)} times less CPU per row than ${peer.name}, floor ${floor}`)];
  });
}

export function verdicts(result: SuiteResult): readonly Verdict[] {
  const { rounds, job } = result;
  const { floor } = job;
  const found = limitsOf(floor).map(([side, least]) => {
    const { median } = spread(rounds.map((round) => ratio(round, side)));
    return verdict(median >= least, `${median.toFixed(2)} of the ${side}, floor ${least}`);
  });
  const [cpu, ours] = [ourCpu(result), peak(rounds, 'ours')];
  if (floor.cpu !== undefined) found.push(verdict(cpu <= floor.cpu, `${cpu.toFixed(2)} µs/row of CPU, ceiling ${floor.cpu}`));
  if (floor.peak !== undefined) found.push(verdict(ours <= floor.peak, `${Math.round(ours)} MB, ceiling ${floor.peak} MB`));
  if (floor.growth !== undefined) {
    const growth = ours / peak(rounds, 'limit');
    found.push(verdict(growth <= floor.growth, `${growth.toFixed(2)} times the memory of a tenth, ceiling ${floor.growth}`));
  }
  if (floor.seconds !== undefined) {
    const { median } = spread(ofSide(rounds.flat(), 'ours').map(({ wall }) => wall));
    found.push(verdict(median <= floor.seconds, `${median.toFixed(2)} s, ceiling ${floor.seconds} s`));
  }
  return [...found, ...peerVerdicts(result)];
}

function line(name: string, trials: readonly Trial[], moved: number, ownProcess: boolean): string {
  const of = (value: (trial: Trial) => number): Spread => spread(trials.map(value));
  const wall = of((trial) => trial.wall);
  const cpu = (who: string, { median }: Spread): string =>
    `${who} ${median.toFixed(2)} s CPU ${moved === 0 ? '' : `${perRow(median, moved).toFixed(2)} µs/row`}`.trim();
  return [
    `  ${name.padEnd(10)}`,
    `${range(wall, 2)} s`,
    ...(moved === 0 ? [] : [`${Math.round(moved / wall.median / 1000)}k rows/s`]),
    cpu(
      'client',
      of(({ client }) => client),
    ),
    cpu(
      'server',
      of(({ server }) => server),
    ),
    ...(ownProcess ? [`peak ${Math.round(Math.max(...trials.map((trial) => trial.peak)))} MB`] : []),
  ].join('  ');
}

function peerLine(result: SuiteResult, peer: PeerResult): string {
  const name = [peer.name, peer.version].filter(Boolean).join(' ');
  if (!peer.trial) return `  ${name}: ${peer.obstacle}`;
  return `${line(name, [peer.trial], result.moved, false)}  ${factorOf(result, peer)?.toFixed(1)} times our CPU`;
}

/** Memory does not depend on how busy the machine is. */
const timed = ({ floor }: Job): boolean => floor.growth === undefined;

/** `judged` = the floors are part of it. */
export function report(result: SuiteResult, judged: boolean): string {
  const { job, bench, moved, durability, loadBefore, rounds } = result;
  const reasons = [...(judged ? [] : ['one quick round']), ...(timed(job) ? noise(loadBefore, rounds) : [])];
  const sides: readonly Side[] = ['limit', ...(Object.keys(job.floor.against ?? {}) as OtherLimit[]), 'ours']; // by its type
  // A limit that is a tenth of the work has a tenth of the rows.
  const movedBy = (side: Side): number => (side === 'limit' && !timed(job) ? Math.ceil(moved / 10) : moved);
  return [
    `${job.name}: ${job.title}; ${moved || 'no'} rows (${bench.shape.name}); ${durability}`,
    ...sides.map((side) => line(side, ofSide(rounds.flat(), side), movedBy(side), side === 'ours' || !timed(job))),
    ...result.peers.map((peer) => peerLine(result, peer)),
    ...(timed(job) ? [`  ratio ${range(spread(rounds.map((round) => ratio(round))), 2)} over ${rounds.length} rounds`] : []),
    '  content equal every time, a changed value noticed',
    ...(judged ? verdicts(result).map(({ text }) => `  ${text}`) : []),
    reasons.length === 0 ? '  publishable' : `  noisy, not to be published: ${reasons.join('; ')}`,
  ].join('\n');
}

/** One line per job: what it does and what it must reach. */
export function listJobs(jobs: readonly Job[]): string {
  const width = Math.max(...jobs.map(({ name }) => name.length));
  return jobs
    .map((job) => `${job.name.padEnd(width)}  ${job.title}; ${floorText(job.floor)}${job.onlyByName ? '; only by name' : ''}`)
    .join('\n');
}

function floorText({ cpu, peak: memory, growth, seconds, ...rest }: Floor): string {
  const parts = [
    ...limitsOf(rest).map(([side, least]) => `at least ${least} of the ${side}`),
    ...(cpu === undefined ? [] : [`at most ${cpu} µs/row`]),
    ...(memory === undefined ? [] : [`at most ${memory} MB`]),
    ...(growth === undefined ? [] : [`at most ${growth} times the memory of a tenth`]),
    ...(seconds === undefined ? [] : [`at most ${seconds} s`]),
  ];
  return parts.join(', ') || 'no floor';
}
