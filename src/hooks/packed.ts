/**
 * Numbers and texts of a batch in few characters: the interpreter reads and writes JSON slowly, and texts fast. Some of it is evaluated
 * in the interpreter (see inside.ts), so it knows nothing else. Pure.
 */

/** `count` numbers from `first` on. */
export interface Run {
  readonly first: number;
  readonly count: number;
}

/** A character that is in hardly any text, one byte to the interpreter, and that JSON leaves alone. */
export const between = '\u0080';

/** Numbers that follow each other, in their order, as a run; others as they are. */
export function packNumbers(numbers: readonly number[]): readonly number[] | Run {
  const first = numbers[0] ?? 0;
  for (let at = 0; at < numbers.length; at++) if (numbers[at] !== first + at) return numbers;
  return { first, count: numbers.length };
}

/** Texts as one text, where none holds what parts them; undefined where one does. */
export function packTexts(texts: readonly string[], part: string): string | undefined {
  const text = texts.join(part);
  return text.split(part).length === texts.length ? text : undefined;
}

export function numbersOf(packed: readonly number[] | Run): readonly number[] {
  if (!('first' in packed)) return packed;
  const { first, count } = packed;
  // As long as it will be: an array that grows costs three times as much.
  const numbers = new Array<number>(count).fill(first);
  for (let at = 1; at < count; at++) numbers[at] = first + at;
  return numbers;
}

/** Names that are a beginning and a number: `row-7`. */
export interface Named {
  readonly prefix: string;
  readonly numbers: readonly number[] | Run;
}

export function packNames(names: readonly string[]): readonly string[] | Named {
  const prefix = /^\D*/.exec(names[0] ?? '')?.[0] ?? '';
  const numbers: number[] = [];
  for (const name of names) {
    const number = Number(name.slice(prefix.length));
    if (`${prefix}${number}` !== name) return names;
    numbers.push(number);
  }
  return { prefix, numbers: packNumbers(numbers) };
}

export function namesOf(packed: readonly string[] | Named): readonly string[] {
  if (!('prefix' in packed)) return packed;
  const { prefix, numbers } = packed;
  const names = numbersOf(numbers) as unknown[]; // ours alone
  // A counted loop: a call for each costs more than what it does.
  for (let at = 0; at < names.length; at++) names[at] = `${prefix}${names[at] as number}`; // one of the numbers
  return names as string[]; // each of them by now
}
