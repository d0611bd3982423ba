import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawFaults, drawKills } from './draw.ts';
import { failpointNames } from './failpoint-names.ts';
import {
  allDestinations,
  allModes,
  destinations,
  isElsewhere,
  isServer,
  reaches,
  serverNames,
  type Scenario,
} from './scenario.ts';

const names = failpointNames();
const first = (count: number, scenarios: Iterator<Scenario> & Iterable<Scenario>): Scenario[] =>
  Iterator.from(scenarios).take(count).toArray();
const pairsOf = (scenarios: readonly Scenario[], pair: (scenario: Scenario) => string): Set<string> =>
  new Set(scenarios.map(pair));

test('equal seeds draw equal points, whatever their number', () => {
  assert.deepEqual(first(20, drawKills(3, names, allDestinations)), first(60, drawKills(3, names, allDestinations)).slice(0, 20));
  assert.notDeepEqual(first(20, drawKills(3, names, allDestinations)), first(20, drawKills(4, names, allDestinations)));
});

test('100 points kill our process at every failpoint, and cover modes, destinations and victims pairwise', () => {
  for (const seed of [1, 2, 77]) {
    const points = first(100, drawKills(seed, names, allDestinations));
    const hit = new Set(points.flatMap(({ victim }) => (victim.kind === 'failpoint' ? [victim.name] : [])));
    assert.deepEqual([...hit].sort(), names.filter((name) => !isElsewhere(name)).sort());
    const places = allDestinations.flatMap((destination) => destinations[destination].map((mode) => `${mode} ${destination}`));
    // our process at a failpoint and at any time everywhere; the server where there is one
    const kinds = pairsOf(points, ({ mode, destination, victim }) => `${mode} ${destination} ${victim.kind}`);
    assert.equal(kinds.size, places.length * 2 + serverNames.flatMap((name) => destinations[name]).length);
    assert.equal(pairsOf(points, ({ mode, destination }) => `${mode} ${destination}`).size, places.length);
    assert.equal(pairsOf(points, ({ mode, victim }) => `${mode} ${victim.kind}`).size, allModes.length * 3);
    assert.equal(
      pairsOf(points, ({ destination, victim }) => `${destination} ${victim.kind}`).size,
      allDestinations.length * 2 + serverNames.length,
    );
    assert.equal(pairsOf(points, ({ phase, mode }) => `${phase} ${mode}`).size, allModes.length * 2);
  }
});

test('300 points kill our process in every mode at every failpoint that it passes', () => {
  const points = first(300, drawKills(1, names, allDestinations));
  const killed = points.filter(({ victim }) => victim.kind === 'failpoint');
  const wanted = names.flatMap((name) =>
    allModes
      .filter((mode) =>
        allDestinations.some(
          (destination) => destinations[destination].some((known) => known === mode) && reaches(name, destination),
        ),
      )
      .map((mode) => `${mode} ${name}`),
  );
  assert.deepEqual(
    wanted.filter((pair) => !pairsOf(killed, ({ mode, victim }) => `${mode} ${'name' in victim ? victim.name : ''}`).has(pair)),
    [],
  );
});

test('50 wire faults are of every kind on both sides, in every mode', () => {
  const faults = first(50, drawFaults(1, allDestinations));
  const kind = ({ victim }: Scenario): string => (victim.kind === 'wire' ? `${victim.side} ${victim.fault.kind}` : 'none');
  assert.equal(pairsOf(faults, kind).size, 7);
  assert.equal(pairsOf(faults, (fault) => `${fault.mode} ${kind(fault)}`).size, allModes.length * 7);
});

test('only scenarios that can happen are drawn', () => {
  for (const scenario of [...first(300, drawKills(5, names, allDestinations)), ...first(100, drawFaults(5, allDestinations))]) {
    const { mode, destination, victim, deletes, cursor } = scenario;
    assert.ok(destinations[destination].some((known) => known === mode));
    if ('name' in victim) assert.ok(reaches(victim.name, destination));
    if (victim.kind === 'wire' && victim.side === 'destination') assert.ok(isServer(destination));
    if (mode.startsWith('incremental') && cursor === 'id') assert.equal(deletes, false);
  }
});
