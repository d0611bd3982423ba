/** Draws scenarios so that few points cover much: each takes the case that brings the most pairs not seen before. Pure. */
import { chanceOf, type Chance } from './chance.ts';
import {
  destinations,
  isServer,
  reaches,
  type DestinationName,
  type Scenario,
  type Side,
  type Victim,
  type WireFault,
} from './scenario.ts';

type Case = Pick<Scenario, 'mode' | 'destination' | 'phase'> & { readonly victim: VictimCase };

type VictimCase =
  | { readonly kind: 'time' }
  | { readonly kind: 'failpoint' | 'server'; readonly name: string }
  | { readonly kind: 'wire'; readonly side: Side; readonly fault: WireFault['kind'] };

const phases = ['first', 'later'] as const;

/** Endless: the first n scenarios of a seed and some places are the same whatever n is. */
export function* drawKills(
  seed: number,
  failpoints: readonly string[],
  places: readonly DestinationName[],
): Generator<Scenario, never> {
  const victims = (destination: DestinationName): readonly VictimCase[] => {
    const reached = failpoints.filter((name) => reaches(name, destination));
    const server = isServer(destination) ? reached.map((name) => ({ kind: 'server' as const, name })) : [];
    return [{ kind: 'time' }, ...reached.map((name) => ({ kind: 'failpoint' as const, name })), ...server];
  };
  return yield* draw(chanceOf(`kill ${seed}`), casesOf(places, victims));
}

/** As `drawKills`, for faults of the wire. */
export function* drawFaults(seed: number, places: readonly DestinationName[]): Generator<Scenario, never> {
  const source = (['cut', 'stall-cut', 'refuse'] as const).map((fault) => ({
    kind: 'wire' as const,
    side: 'source' as const,
    fault,
  }));
  const both = [...source, ...source.map((victim) => ({ ...victim, side: 'destination' as const }))];
  const lost = { kind: 'wire', side: 'destination', fault: 'lose-commit-reply' } as const;
  return yield* draw(
    chanceOf(`wire ${seed}`),
    casesOf(places, (destination) => (isServer(destination) ? [...both, lost] : source)),
  );
}

function casesOf(
  places: readonly DestinationName[],
  victims: (destination: DestinationName) => readonly VictimCase[],
): readonly Case[] {
  return places.flatMap((destination) =>
    destinations[destination].flatMap((mode) =>
      victims(destination).flatMap((victim) => phases.map((phase) => ({ mode, destination, victim, phase }))),
    ),
  );
}

function* draw(chance: Chance, cases: readonly Case[]): Generator<Scenario, never> {
  const seen = new Map<string, number>();
  for (;;) {
    const scored = cases.map((item) => ({ item, score: worth(item, seen) }));
    const best = Math.max(...scored.map(({ score }) => score));
    const { item } = chance.pick(scored.filter(({ score }) => score === best));
    for (const { pair } of pairsOf(item)) seen.set(pair, (seen.get(pair) ?? 0) + 1);
    yield scenarioOf(item, chance);
  }
}

/** What a case would bring: full weight for a pair that nobody has drawn, less for each time that somebody has. */
function worth(item: Case, seen: ReadonlyMap<string, number>): number {
  return pairsOf(item).reduce((sum, { pair, weight }) => sum + weight / (1 + (seen.get(pair) ?? 0)) ** 2, 0);
}

function pairsOf({ mode, destination, victim, phase }: Case): readonly { readonly pair: string; readonly weight: number }[] {
  const kind = victim.kind === 'wire' ? `${victim.side} ${victim.fault}` : victim.kind;
  const name = 'name' in victim ? `${victim.kind} ${victim.name}` : kind;
  return [
    { pair: `victim ${name}`, weight: victim.kind === 'server' ? 30 : 100 },
    { pair: `${mode} ${destination}`, weight: 30 },
    { pair: `${mode} ${kind}`, weight: 30 },
    { pair: `${destination} ${kind}`, weight: 30 },
    { pair: `${mode} ${destination} ${kind}`, weight: 40 },
    { pair: `${phase} ${mode}`, weight: 5 },
    { pair: `${phase} ${destination}`, weight: 5 },
    { pair: `${phase} ${name}`, weight: 5 },
    { pair: `${mode} ${name}`, weight: 10 },
  ];
}

function scenarioOf({ mode, destination, phase, victim }: Case, chance: Chance): Scenario {
  const cursor = chance.pick(['updated_at', 'id'] as const);
  const insertsOnly = mode.startsWith('incremental') && cursor === 'id';
  return {
    mode,
    source: chance.share() < 0.7 ? 'postgres' : 'mysql',
    destination,
    phase,
    victim: victimOf(victim, chance),
    cursor,
    keyed: chance.share() < 0.7,
    deletes: !insertsOnly && chance.share() < 0.6,
    dependents: isServer(destination) && mode === 'snapshot × replace' && phase === 'later' && chance.share() < 0.5,
    rows: chance.between(5, 16) * 1000,
  };
}

function victimOf(victim: VictimCase, chance: Chance): Victim {
  if (victim.kind === 'time') return { kind: 'time', share: chance.between(25, 100) / 100 };
  if (victim.kind !== 'wire') return victim;
  return { kind: 'wire', side: victim.side, fault: faultOf(victim.fault, chance) };
}

function faultOf(kind: WireFault['kind'], chance: Chance): WireFault {
  if (kind === 'lose-commit-reply') return { kind, skip: chance.between(0, 3) };
  const where = { direction: chance.pick(['to-server', 'to-client'] as const), share: chance.share() };
  return kind === 'refuse' ? { kind, ...where, ms: chance.between(50, 1500) } : { kind, ...where };
}
