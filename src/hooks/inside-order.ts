/**
 * Evaluated in the interpreter (see pieces.ts): the usual order of plain texts, as our other half has it for English. To ask there for
 * each pair would make every sort slow. Pure.
 */

/** What can be compared here: printable ASCII; letters follow. */
export const plainOrder = ' _-,;:!?.\'"()[]{}@*/\\&#%`^+<=>|~$0123456789';

/** By character code; a letter has the same rank in either case. */
export function ranksOf(order: string): readonly (number | undefined)[] {
  const ranks: (number | undefined)[] = Array.from({ length: 128 });
  for (let at = 0; at < order.length; at++) ranks[order.charCodeAt(at)] = at + 1;
  for (let at = 0; at < 26; at++) ranks[65 + at] = ranks[97 + at] = order.length + 1 + at;
  return ranks;
}

/** Undefined where something else stands before the texts are told apart, or right behind. */
export function compareOf(ranks: readonly (number | undefined)[], one: string, two: string): number | undefined {
  const isPlain = (text: string, at: number): boolean => at >= text.length || ranks[text.charCodeAt(at)] !== undefined;
  const shared = Math.min(one.length, two.length);
  let inCase = 0;
  for (let at = 0; at < shared; at++) {
    const [a, b] = [one.charCodeAt(at), two.charCodeAt(at)];
    const [first, second] = [ranks[a], ranks[b]];
    if (first === undefined || second === undefined) return undefined;
    if (first !== second) return isPlain(one, at + 1) && isPlain(two, at + 1) ? (first < second ? -1 : 1) : undefined;
    // Small letters come first, where nothing else tells them apart.
    if (a !== b && inCase === 0) inCase = a > b ? -1 : 1;
  }
  if (!isPlain(one, shared) || !isPlain(two, shared)) return undefined;
  if (one.length === two.length) return inCase;
  return one.length < two.length ? -1 : 1;
}
