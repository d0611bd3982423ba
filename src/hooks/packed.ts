/**
 * Numbers and texts of a batch in few characters: the interpreter reads and writes JSON slowly, and texts fast. Some of it is evaluated
 * in the interpreter (see inside.ts), so it knows nothing else. Pure.
 */

/** `count` numbers from `first` on. */
export interface Run {
  readonly first: number;
  readonly count: number;
}

/** A character that is in hardly any text, and that neither JSON nor UTF-8 writes as more than one byte: what is all of those crosses fastest. A text that begins with it is packed. */
export const between = '\u007f';

/** Numbers that follow each other, in their order, as a run; others as they are. */
export function packNumbers(numbers: readonly number[]): readonly number[] | Run {
  const first = numbers[0] ?? 0;
  for (let at = 0; at < numbers.length; at++) if (numbers[at] !== first + at) return numbers;
  return { first, count: numbers.length };
}

/** Texts as one text, where none holds what parts them or would not come out as it went in; undefined where one does. */
export function packTexts(texts: readonly string[], part: string): string | undefined {
  const [bare, text] = [texts.join(''), texts.join(part)];
  const isOdd = texts.length === 0 || bare.includes(part) || bare.includes('\0') || !text.isWellFormed();
  return isOdd ? undefined : text;
}

export function numbersOf(packed: readonly number[] | Run): readonly number[] {
  if (!('first' in packed)) return packed;
  const numbers: number[] = [];
  for (let at = 0; at < packed.count; at++) numbers.push(packed.first + at);
  return numbers;
}
