/** `npm run test:kill -- --points N --seed S [--wire M] [--place NAME]`: pulls the plug at many points, and counts what got lost or doubled. */
import { parseArgs } from 'node:util';
import type { Findings } from './check.ts';
import { drawFaults, drawKills } from './draw.ts';
import { failpointNames } from './failpoint-names.ts';
import { playPoint } from './point.ts';
import { rehearse } from './rehearse.ts';
import { startServers, type Lane } from './rig.ts';
import { allDestinations, nameOf, type DestinationName, type Scenario, type ServerName, type Side } from './scenario.ts';
import type { CleanRun } from './strike.ts';

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '100' },
    wire: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    /** Plays only this one: `17`, or `wire-3`. */
    point: { type: 'string' },
    /** Only these destinations; all of them where none is named. */
    place: { type: 'string', multiple: true, default: [...allDestinations] },
    lanes: { type: 'string', default: '2' },
    verbose: { type: 'boolean', default: false },
  },
});

interface Point {
  readonly id: string;
  readonly scenario: Scenario;
}

interface Played extends Point {
  readonly seconds: number;
  readonly findings?: Findings;
  readonly error?: string;
}

function placesOf(names: readonly string[]): readonly DestinationName[] {
  const places = allDestinations.filter((destination) => names.includes(destination));
  if (places.length < names.length) throw new Error(`--place is one of ${allDestinations.join(', ')}`);
  return places;
}

function pointsOf(seed: number): readonly Point[] {
  const places = placesOf(values.place);
  const number = (prefix: string, scenarios: Iterable<Scenario>, count: number): Point[] =>
    Iterator.from(scenarios)
      .take(count)
      .map((scenario, index) => ({ id: `${prefix}${index + 1}`, scenario }))
      .toArray();
  const { point } = values;
  const upTo = (wire: boolean): number =>
    point === undefined || point.startsWith('wire-') !== wire ? 0 : Number(point.replace('wire-', ''));
  const all = [
    ...number('', drawKills(seed, failpointNames(), places), point === undefined ? Number(values.points) : upTo(false)),
    ...number('wire-', drawFaults(seed, places), point === undefined ? Number(values.wire) : upTo(true)),
  ];
  const chosen = point === undefined ? all : all.filter(({ id }) => id === point);
  if (chosen.length === 0) throw new Error(`there is no point ${point ?? ''} to play`);
  return chosen;
}

/** What a clean run of the point is measured against, and so what has to be rehearsed for it. */
const rehearsalOf = ({ source, destination, victim }: Scenario): readonly [ServerName, DestinationName, Side] => [
  source,
  destination,
  victim.kind === 'wire' ? victim.side : 'source',
];

async function rehearseFor(points: readonly Point[], lane: Lane): Promise<ReadonlyMap<string, CleanRun>> {
  const usual = new Map<string, CleanRun>();
  for (const { scenario } of points) {
    const [source, destination, side] = rehearsalOf(scenario);
    const name = `${source} ${destination} ${side}`;
    if (!usual.has(name)) usual.set(name, await rehearse(lane, source, destination, side));
  }
  return usual;
}

async function play(lane: Lane, { id, scenario }: Point, usual: ReadonlyMap<string, CleanRun>): Promise<Played> {
  const started = performance.now();
  const clean = usual.get(rehearsalOf(scenario).join(' '));
  if (!clean) throw new Error(`nobody rehearsed for point ${id}`);
  const seconds = (): number => (performance.now() - started) / 1000;
  try {
    const findings = await playPoint(lane, scenario, id.replace('-', '_'), clean);
    return { id, scenario, seconds: seconds(), findings };
  } catch (error) {
    return { id, scenario, seconds: seconds(), error: messageOf(error) };
  }
}

/** When cleaning up fails too, both errors count. */
function messageOf(error: unknown): string {
  if (error instanceof SuppressedError) return `${messageOf(error.suppressed)}\n${messageOf(error.error)}`;
  return error instanceof Error ? error.message : String(error);
}

/** What is wrong with a point, one line each; none = it passed. */
function complaintsOf({ findings, error }: Played): readonly string[] {
  if (!findings) return [error ?? 'it did not end'];
  const { difference, others } = findings;
  const rows = (what: string, keys: readonly string[]): string[] =>
    keys.length === 0 ? [] : [`${what} ${keys.length}: key ${keys.slice(0, 5).join(', ')}${keys.length > 5 ? ', …' : ''}`];
  return [...rows('lost', difference.lost), ...rows('doubled', difference.doubled), ...others];
}

function report(played: Played): void {
  const complaints = complaintsOf(played);
  if (complaints.length === 0 && !values.verbose) return;
  const { id, scenario, seconds } = played;
  console.log(
    `${complaints.length === 0 ? 'passed' : 'FAILED'} point ${id} of seed ${values.seed}: ${nameOf(scenario)}, ${seconds.toFixed(1)} s`,
  );
  for (const complaint of complaints) console.log(`  ${complaint.replaceAll('\n', '\n  ')}`);
  const only = values.place.length === allDestinations.length ? '' : values.place.map((place) => ` --place ${place}`).join('');
  if (complaints.length > 0) console.log(`  again: npm run test:kill -- --seed ${values.seed}${only} --point ${id}`);
}

function total(what: string, played: readonly Played[]): void {
  if (played.length === 0) return;
  const sum = (of: 'lost' | 'doubled'): number =>
    played.reduce((rows, { findings }) => rows + (findings?.difference[of].length ?? 0), 0);
  console.log(`${what} ${played.length}, lost ${sum('lost')}, doubled ${sum('doubled')}`);
}

async function main(): Promise<number> {
  const points = pointsOf(Number(values.seed));
  await using stack = new AsyncDisposableStack();
  const sources = await startServers(stack);
  const openLane = async (): Promise<Lane> => ({ sources, destinations: await startServers(stack) });
  const first = await openLane();
  const usual = await rehearseFor(points, first);
  const others = Math.min(Number(values.lanes), points.length) - 1;
  const lanes = [first, ...(await Promise.all(Array.from({ length: others }, openLane)))];
  const played: Played[] = [];
  const waiting = points.values();
  await Promise.all(
    lanes.map(async (lane) => {
      for (const point of waiting) {
        const result = await play(lane, point, usual);
        played.push(result);
        report(result);
      }
    }),
  );
  total(
    'points',
    played.filter(({ id }) => !id.startsWith('wire-')),
  );
  total(
    'faults',
    played.filter(({ id }) => id.startsWith('wire-')),
  );
  const failed = played.filter((one) => complaintsOf(one).length > 0).length;
  console.log(`${played.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(messageOf(error));
  process.exitCode = 1;
}
