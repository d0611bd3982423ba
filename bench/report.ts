/** Results as text. Pure. */
import { noise, ratio, spread, type Side, type Spread, type Trial } from './rounds.ts';
import type { SuiteResult } from './suite.ts';

const range = ({ median, min, max }: Spread, digits: number): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)}-${max.toFixed(digits)})`;

export interface Verdict {
  readonly met: boolean;
  readonly text: string;
}

export function verdicts({ job, rounds }: SuiteResult): readonly Verdict[] {
  const ours = rounds.flat().filter(({ side }) => side === 'ours');
  const { floor } = job;
  const found: Verdict[] = [];
  const say = (met: boolean, text: string): number => found.push({ met, text: `${text}: ${met ? 'met' : 'below floor'}` });
  if (floor.ratio !== undefined) {
    const { median } = spread(rounds.map(ratio));
    say(median >= floor.ratio, `${median.toFixed(2)} of the limit, floor ${floor.ratio}`);
  }
  if (floor.peak !== undefined) {
    const peak = Math.max(...ours.map((trial) => trial.peak));
    say(peak <= floor.peak, `${Math.round(peak)} MB, ceiling ${floor.peak} MB`);
  }
  if (floor.seconds !== undefined) {
    const { median } = spread(ours.map(({ wall }) => wall));
    say(median <= floor.seconds, `${median.toFixed(2)} s, ceiling ${floor.seconds} s`);
  }
  return found;
}

function line(side: Side, { moved, rounds }: SuiteResult): string {
  const trials = rounds.flat().filter((trial) => trial.side === side);
  const of = (value: (trial: Trial) => number): Spread => spread(trials.map(value));
  const wall = of((trial) => trial.wall);
  const perRow = (seconds: number): string => (moved === 0 ? '' : `${((seconds / moved) * 1e6).toFixed(2)} µs/row`);
  const client = of((trial) => trial.client).median;
  const server = of((trial) => trial.server).median;
  return [
    `  ${side.padEnd(5)}`,
    `${range(wall, 2)} s`,
    ...(moved === 0 ? [] : [`${Math.round(moved / wall.median / 1000)}k rows/s`]),
    `client ${client.toFixed(2)} s CPU ${perRow(client)}`.trim(),
    `server ${server.toFixed(2)} s CPU ${perRow(server)}`.trim(),
    ...(side === 'ours' ? [`peak ${Math.round(Math.max(...trials.map(({ peak }) => peak)))} MB`] : []),
  ].join('  ');
}

export function report(result: SuiteResult): string {
  const { job, bench, moved, durability, loadBefore, rounds } = result;
  const reasons = noise(loadBefore, rounds);
  return [
    `${job.name}: ${job.title}; ${moved || 'no'} rows (${bench.shape.name}); ${durability}`,
    line('limit', result),
    line('ours', result),
    `  ratio ${range(spread(rounds.map(ratio)), 2)} over ${rounds.length} rounds; content equal every time, a changed value noticed`,
    ...verdicts(result).map(({ text }) => `  ${text}`),
    reasons.length === 0 ? '  publishable' : `  noisy, not to be published: ${reasons.join('; ')}`,
  ].join('\n');
}
