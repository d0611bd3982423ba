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

/**
 * A text that stands among other such texts as `text` does: ranks first, and behind them which letters are capital. Null where something
 * in it cannot be compared here, or it is long.
 */
export function sortKeyOf(ranks: readonly (number | undefined)[], text: string): string | null {
  if (text.length > 100) return null;
  let key = '';
  let capitals = '';
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const rank = ranks[code];
    if (rank === undefined) return null;
    key += String.fromCharCode(rank);
    capitals += code >= 65 && code <= 90 ? '1' : '0';
  }
  return `${key}\0${capitals}`;
}

/**
 * Undefined where something else stands before the texts are told apart, or right behind. Sorts live in
 * here: it calls nothing of ours, and makes nothing.
 */
export function compareOf(ranks: readonly (number | undefined)[], one: string, two: string): number | undefined {
  const shared = one.length < two.length ? one.length : two.length;
  let at = 0;
  let inCase = 0;
  let order = 0;
  for (; at < shared; at++) {
    const a = one.charCodeAt(at);
    const b = two.charCodeAt(at);
    const first = ranks[a];
    if (first === undefined) return undefined;
    if (a === b) continue;
    const second = ranks[b];
    if (second === undefined) return undefined;
    if (first !== second) {
      order = first < second ? -1 : 1;
      at += 1;
      break;
    }
    // Small letters come first, where nothing else tells them apart.
    if (inCase === 0) inCase = a > b ? -1 : 1;
  }
  // What follows can change the character before it.
  if (at < one.length && ranks[one.charCodeAt(at)] === undefined) return undefined;
  if (at < two.length && ranks[two.charCodeAt(at)] === undefined) return undefined;
  if (order !== 0) return order;
  if (one.length === two.length) return inCase;
  return one.length < two.length ? -1 : 1;
}
