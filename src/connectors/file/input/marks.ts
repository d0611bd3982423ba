/** Delimiter, quotes and their escape, settled over all of a csv file. */
import type { FileConfig } from '../location.ts';
import { apostrophe, apostrophesQuote, candidates, score } from './dialect.ts';
import type { Plain } from './plain.ts';
import { glances } from './spool.ts';
import { Survey, type Marks } from './survey.ts';

export interface Surveyed {
  readonly marks: Marks;
  readonly found: Survey;
}

/** Reads the file once where nothing is left open. Throws `run.cancelled`. */
export async function settleMarks({ path, head }: Plain, config: FileConfig, signal: AbortSignal): Promise<Surveyed> {
  const text = head.toString('utf8');
  const usual = candidates(text, config);
  const watch = new Apostrophes(usual);
  const plain = await best(path, usual, config, signal, watch);
  if (config.quote !== undefined || plain.found.opened > 0 || !watch.found) return plain;
  const quoted = await best(path, candidates(text, config, apostrophe), config, signal);
  // Counted record by record: a survey of one candidate alone is not.
  const [before, after] = await survey(path, [plain.marks, quoted.marks], signal);
  return before && after && apostrophesQuote(before.found, after.found) ? quoted : plain;
}

async function best(
  path: string,
  marks: readonly Marks[],
  { escape, quote }: FileConfig,
  signal: AbortSignal,
  watch?: Apostrophes,
): Promise<Surveyed> {
  const all = await survey(path, marks, signal, watch);
  const first = all.reduce((a, b) => (score(b.found) > score(a.found) ? b : a));
  if (first.found.malformed === 0 || escape !== undefined || quote === '') return first;
  const [escaped] = await survey(path, [{ ...first.marks, escape: '\\' }], signal);
  return escaped && escaped.found.malformed === 0 && !escaped.found.open ? escaped : first;
}

async function survey(
  path: string,
  marks: readonly Marks[],
  signal: AbortSignal,
  watch?: Apostrophes,
): Promise<readonly Surveyed[]> {
  const surveys = marks.map((one) => ({ marks: one, found: new Survey(one, { counts: marks.length > 1 }) }));
  for await (const chunk of glances(path, signal)) {
    watch?.push(chunk);
    for (const { found } of surveys) found.push(chunk);
  }
  for (const { found } of surveys) found.end();
  return surveys;
}

/** Looks for an apostrophe at the beginning of a value, which costs next to nothing where there are few. */
class Apostrophes {
  readonly #edges: ReadonlySet<number>;
  #before = 0x0a;
  found = false;

  constructor(marks: readonly Marks[]) {
    this.#edges = new Set([0x0a, 0x0d, ...marks.map(({ delimiter }) => delimiter.charCodeAt(0))]);
  }

  push(data: Buffer): void {
    for (let at = data.indexOf(0x27); at >= 0 && !this.found; at = data.indexOf(0x27, at + 1)) {
      this.found = this.#edges.has((at > 0 ? data[at - 1] : undefined) ?? this.#before);
    }
    this.#before = data.at(-1) ?? this.#before;
  }
}
