/** Patterns of texts as tables of one look per byte. Pure. */

/** A step for each byte, at `state + byte`; a state is a multiple of 256. From state 0 nothing goes on. */
export interface Automaton {
  readonly steps: readonly Uint16Array[];
  /** The states in which a text may end. */
  readonly accepting: ReadonlySet<number>;
}

/** What may still come. `key` is the same just where that is. */
interface Rest {
  readonly key: string;
  readonly empty: boolean;
  /** What may come behind the byte; undefined = the byte may not come. */
  behind(byte: number): Rest | undefined;
}

const end: Rest = { key: '', empty: true, behind: () => undefined };

const oneOf = (bytes: ReadonlySet<number>): Rest => ({
  key: `[${[...bytes].join()}]`,
  empty: false,
  behind: (byte) => (bytes.has(byte) ? end : undefined),
});

function sequence(first: Rest, then: Rest): Rest {
  if (first === end) return then;
  if (then === end) return first;
  const behind = (byte: number): Rest | undefined => {
    const within = first.behind(byte);
    return choice([within && sequence(within, then), first.empty ? then.behind(byte) : undefined]);
  };
  return { key: `(${first.key}.${then.key})`, empty: first.empty && then.empty, behind };
}

function choice(of: readonly (Rest | undefined)[]): Rest | undefined {
  const alive = [...new Map(of.flatMap((one) => (one ? [[one.key, one] as const] : []))).values()];
  if (alive.length < 2) return alive[0];
  const key = `(${alive.map((one) => one.key).join('|')})`;
  return { key, empty: alive.some(({ empty }) => empty), behind: (byte) => choice(alive.map((one) => one.behind(byte))) };
}

function repeat(of: Rest, least: number, most: number): Rest {
  if (most === 0) return end;
  const behind = (byte: number): Rest | undefined => {
    const within = of.behind(byte);
    return within && sequence(within, repeat(of, Math.max(0, least - 1), most - 1));
  };
  return { key: `${of.key}{${least},${most}}`, empty: least === 0, behind };
}

const range = (from: string, to = from): readonly number[] =>
  Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, at) => from.charCodeAt(0) + at);

/** Of regular expressions these: characters of ASCII, `\d`, `\.`, `[a-f0-9]`, `(a|b)`, and `?`, `{2}`, `{1,6}` behind what is never empty. */
const token =
  /(?<special>[()|])|\[(?<set>[^\]]+)\]|\{(?<least>\d+)(?:,(?<most>\d+))?\}|(?<maybe>\?)|\\(?<escaped>.)|(?<plain>.)/gs;

/** `[+-]` and `[a-f0-9]`. */
const membersOf = (set: string): readonly number[] =>
  [...set.matchAll(/(.)-(.)|(.)/gs)].flatMap(([, from, to, one]) => range(from ?? one ?? '', to ?? from ?? one));

function parse(pattern: string): Rest {
  /** Of each open bracket: its alternatives, each a list of what stands one behind the other. */
  const open: Rest[][][] = [[[]]];
  const alternatives = (): Rest[][] => open.at(-1) ?? [];
  const line = (): Rest[] => alternatives().at(-1) ?? [];
  const close = (): Rest =>
    choice((open.pop() ?? []).map((one) => one.reduceRight((then, first) => sequence(first, then), end))) ?? end;
  const add = (rest: Rest): void => void line().push(rest);
  const times = (least: number, most: number): void => add(repeat(line().pop() ?? end, least, most));
  for (const { groups = {} } of pattern.matchAll(token)) {
    const { special, set, least, most, maybe, escaped, plain } = groups;
    if (special === '(') open.push([[]]);
    else if (special === '|') alternatives().push([]);
    else if (special === ')') add(close());
    else if (least !== undefined) times(Number(least), Number(most ?? least));
    else if (maybe !== undefined) times(0, 1);
    else if (set !== undefined) add(oneOf(new Set(membersOf(set))));
    else add(oneOf(new Set(escaped === 'd' ? range('0', '9') : range(escaped ?? plain ?? ''))));
  }
  return close();
}

/** It begins in `first`; the states below are its caller's. */
export function automaton(pattern: string, first: number): Automaton {
  const start = parse(pattern);
  const states = new Map([[start.key, first]]);
  const waiting = [start];
  const steps: Uint16Array[] = [];
  const accepting = new Set<number>();
  for (let rest = waiting.shift(); rest; rest = waiting.shift()) {
    if (rest.empty) accepting.add(first + (steps.length << 8));
    const step = new Uint16Array(256);
    for (let byte = 0; byte < 128; byte++) {
      const next = rest.behind(byte);
      if (!next) continue;
      const state = states.get(next.key) ?? first + (states.size << 8);
      if (!states.has(next.key)) {
        states.set(next.key, state);
        waiting.push(next);
      }
      step[byte] = state;
    }
    steps.push(step);
  }
  return { steps, accepting };
}
