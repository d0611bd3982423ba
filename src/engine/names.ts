/**
 * Which column each field goes into. A column's name, once given, stays: the map is part of the position, so a name is
 * never worked out twice (reliability rule 9), and the database never cuts or folds one by itself. Pure.
 */
import { createHash } from 'node:crypto';
import type { Json } from '../domain/json.ts';
import { own } from '../domain/own.ts';
import type { IdentifierRules } from '../sdk/index.ts';

/** Wanted name → name of the column, for those where the two differ or that were named before. */
export type NameMap = Readonly<Record<string, string>>;

/**
 * The column of every wanted name, in order: what `known` says; else a column of the table that the destination takes for
 * the same name; else the name itself where it fits and is free; else the name with a digest of itself.
 */
export function columnNames(
  wanted: readonly string[],
  rules: IdentifierRules,
  known: NameMap,
  existing: readonly string[],
): readonly string[] {
  const fold = (name: string): string => (rules.foldsCase ? foldedName(name) : name);
  const asked = new Set(wanted);
  const given = new Map<string, string>();
  const taken = new Set<string>();
  const give = (name: string, column: string): void => {
    given.set(name, column);
    taken.add(fold(column));
  };
  for (const name of wanted) {
    const column = own(known, name);
    if (column !== undefined && !taken.has(fold(column))) give(name, column);
  }
  for (const name of wanted) if (!given.has(name) && existing.includes(name) && !taken.has(fold(name))) give(name, name);
  for (const name of wanted) {
    if (given.has(name)) continue;
    const same = existing.find((column) => fold(column) === fold(name) && !asked.has(column) && !taken.has(fold(column)));
    give(name, same ?? free(name, rules, (candidate) => taken.has(fold(candidate))));
  }
  return wanted.map((name) => given.get(name) ?? name);
}

/** Equal for names that differ only in case. `İ` has two characters for a small letter here, and one in databases. */
export const foldedName = (name: string): string => name.toLowerCase().replaceAll('i\u0307', 'i');

/** A name that depends on nothing but itself: as it is where it fits, else with a digest of all of it. */
export const fittingName = (name: string, { maxBytes, never }: IdentifierRules): string =>
  free(name, { maxBytes, foldsCase: false, ...(never && { never }) }, () => false);

/** Can the name stand as it is, but for its length? */
export const isAllowed = (name: string, { never }: IdentifierRules): boolean => allowed(name, never) === name;

const allowed = (name: string, never: RegExp | undefined): string => {
  const without = name.replaceAll('\0', '');
  return never ? without.replaceAll(never, '') : without;
};

/** The name itself, or as much of it as there is room for, with a digest of all of it. */
function free(name: string, { maxBytes, reserved = [], never }: IdentifierRules, taken: (candidate: string) => boolean): string {
  const plain = allowed(name, never) || 'column';
  const usable = plain === name && Buffer.byteLength(name) <= maxBytes && !reserved.includes(name.toLowerCase());
  if (usable && !taken(name)) return name;
  const digest = createHash('sha256').update(name).digest('hex');
  // Six digits leave one collision in 16 million; what is taken all the same gets a longer digest.
  for (let length = 6; ; length += 6) {
    const tail = `_${digest.slice(0, length)}`;
    const candidate = cut(plain, maxBytes - tail.length) + tail;
    if (!taken(candidate)) return candidate;
  }
}

/** At most so many bytes, and never half a character. */
function cut(name: string, bytes: number): string {
  let [kept, used] = ['', 0];
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    used += Buffer.byteLength(segment);
    if (used > bytes) break;
    kept += segment;
  }
  return kept;
}

/** The key of a table's names among the positions of its pipeline. */
export const namesKey = (stream: string): string => `${stream} names`;

/** What an earlier publish left there. */
export function readNames(saved: Json | undefined): NameMap {
  if (typeof saved !== 'object' || saved === null || Array.isArray(saved)) return {};
  return Object.fromEntries(Object.entries(saved).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** Everything known before and everything named now: nothing is ever taken out. */
export function extendNames(known: NameMap, wanted: readonly string[], columns: readonly string[]): NameMap {
  const named = wanted.map((name, i) => [name, columns[i] ?? name] as const).filter(([name, column]) => name !== column);
  return { ...known, ...Object.fromEntries(named.filter(([name]) => !Object.hasOwn(known, name))) };
}
