/** What has to hold when everything has ended. Each finding is one line. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/domain/json.ts';
import { start, tail } from './command.ts';
import { differenceOf, expectedRows, isEmpty, type Difference, type History } from './model.ts';
import type { LedgerRow } from './place.ts';
import type { Rig } from './rig.ts';
import type { Mode } from './scenario.ts';

export interface Findings {
  readonly difference: Difference;
  readonly others: readonly string[];
}

export async function check(rig: Rig, history: History): Promise<Findings> {
  const { place, scenario } = rig;
  const expected = expectedRows(scenario.mode, history);
  const difference = await differenceNow(rig, history);
  const ledger = await place.ledger();
  const others = [
    ...ledgerFindings(scenario.mode, ledger, history.length),
    ...(await place.leftovers()).map((name) => `left behind: ${name}`),
    ...stateLeftovers(rig.stateDir),
    ...(scenario.dependents && !(await place.hasDependents()) ? ['replace lost an index or a view of the table'] : []),
    ...(isEmpty(differenceOf(history.at(-1) ?? [], expected)) ? await verifyFindings(rig) : []),
  ];
  return { difference, others };
}

/** The table as it is against what it has to be after these runs. */
export async function differenceNow({ place, scenario }: Rig, history: History): Promise<Difference> {
  return differenceOf(expectedRows(scenario.mode, history), await place.rows());
}

/**
 * `runs` counts logical runs: however often one was killed and repeated, an appended snapshot is published once. Other
 * modes may publish again, because nothing is added twice by it. Pure.
 */
export function ledgerFindings(mode: Mode, ledger: readonly LedgerRow[], runs: number): readonly string[] {
  const findings: string[] = [];
  const snapshot = mode.startsWith('snapshot');
  if (new Set(ledger.map(({ token }) => token)).size < ledger.length) findings.push('ledger: a token is there twice');
  const exactly = mode === 'snapshot × append';
  if (exactly ? ledger.length !== runs : snapshot ? ledger.length < runs : ledger.length === 0) {
    findings.push(`ledger: ${ledger.length} publishes of ${runs} runs`);
  }
  for (const [index, row] of ledger.entries()) {
    const before = ledger[index - 1];
    if (!before) continue;
    if (BigInt(row.fence) <= BigInt(before.fence)) findings.push(`ledger: fence ${row.fence} after ${before.fence}`);
    if (!snapshot && !advances(before.positions, row.positions))
      findings.push(`ledger: position went back from ${before.positions} to ${row.positions}`);
  }
  return findings;
}

/**
 * Cursor texts of one width and zone compare as they are; whole numbers compare by their length first. A bound that is null
 * comes before all others: a read whose position was held from the start begins again there.
 */
function advances(before: string, after: string): boolean {
  const [from, to] = [boundsOf(before), boundsOf(after)];
  return from.length > 0 && from.every((bound, index) => bound === null || atLeast(to[index] ?? '', bound));
}

function atLeast(after: string, before: string): boolean {
  if (/^\d+$/.test(before) && /^\d+$/.test(after)) return BigInt(after) >= BigInt(before);
  return microseconds(after) >= microseconds(before);
}

/** PostgreSQL drops trailing zeros of the fraction. */
function microseconds(stamp: string): string {
  const [, seconds = stamp, fraction = ''] = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?/.exec(stamp) ?? [];
  return `${seconds}.${fraction.padEnd(6, '0')}`;
}

function boundsOf(positions: string): readonly (string | null)[] {
  const byStream = JSON.parse(positions) as Readonly<Record<string, Json>>; // a ledger row's positions, as written
  return Object.values(byStream).flatMap((position) => {
    if (position === null || typeof position !== 'object') return [];
    return ['value', 'bound'].flatMap((name) => {
      const bound = (position as Readonly<Record<string, Json>>)[name]; // an object or an array: both have names
      return typeof bound === 'string' || bound === null ? [bound] : [];
    });
  });
}

function stateLeftovers(stateDir: string): readonly string[] {
  return ['runs', 'scratch'].flatMap((name) => readdirSync(join(stateDir, name)).map((left) => `left behind: ${name}/${left}`));
}

/** Headgate's own judgement must be ours, where both sides have to be equal. */
async function verifyFindings(rig: Rig): Promise<readonly string[]> {
  const result = await start(rig, 'verify').ended;
  const verification = result.json.find((line) => 'equal' in line);
  if (verification?.['equal'] === true && result.code === 0) return [];
  return [`verify says ${JSON.stringify(verification?.['equal'] ?? null)} and ends with ${result.code}:\n${tail(result)}`];
}
