/** Which column of a file feeds which field. Columns are known by their place: headers may repeat. Pure. */
import { distance } from '../domain/nearest.ts';
import { own } from '../domain/own.ts';

export interface Matchable {
  readonly key: string;
  /** All that it may be called. */
  readonly names: readonly string[];
  /** Several columns may feed it. */
  readonly many?: boolean;
}

export interface Match {
  readonly column: number;
  readonly key: string;
  readonly how: 'exact' | 'remembered' | 'normalised' | 'fuzzy';
  /** From 0 to 1. */
  readonly confidence: number;
}

export interface Matching {
  /** In the order of the columns. */
  readonly matches: readonly Match[];
  /** Fields of one column that several columns claim with the same right: none of them feeds it. */
  readonly ties: readonly { readonly key: string; readonly columns: readonly number[] }[];
}

export interface MatchOptions {
  /** What a person decided before: header → key. */
  readonly remembered?: Readonly<Record<string, string>>;
  readonly normalised: boolean;
  readonly fuzzy: boolean;
}

/** What is nearer than this is taken, where nothing else is nearly as near. */
const leastConfidence = 0.82;
const leastLead = 0.08;

/** Words in small letters: blanks, punctuation and capitals inside part them. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const joined = (name: string): string => wordsOf(name).join('');

export function matchColumns(headers: readonly string[], fields: readonly Matchable[], options: MatchOptions): Matching {
  const state = new Assignment(headers, fields);
  const named = (header: string, field: Matchable): boolean => field.names.includes(header);
  state.claim('exact', named);
  const { remembered = {} } = options;
  state.claim('remembered', (header, { key }) => own(remembered, header) === key);
  if (options.normalised) {
    state.claim(
      'normalised',
      (header, { names }) => joined(header) !== '' && names.some((name) => joined(name) === joined(header)),
    );
  }
  if (options.fuzzy) state.guess();
  return state.outcome();
}

class Assignment {
  readonly #headers: readonly string[];
  readonly #fields: readonly Matchable[];
  readonly #matches = new Map<number, Match>();
  readonly #ties = new Map<string, readonly number[]>();

  constructor(headers: readonly string[], fields: readonly Matchable[]) {
    this.#headers = headers;
    this.#fields = fields;
  }

  /** All at once, so that the order of columns decides nothing. */
  claim(how: Match['how'], claims: (header: string, field: Matchable) => boolean): void {
    const free = this.#freeColumns();
    for (const field of this.#freeFields()) {
      const columns = free.filter((column) => !this.#matches.has(column) && claims(this.#headers[column] ?? '', field));
      if (columns.length > 1 && !field.many) this.#ties.set(field.key, columns);
      else for (const column of columns) this.#matches.set(column, { column, key: field.key, how, confidence: 1 });
    }
  }

  /** The nearest pairs first, each column and field once, and only where no other pair of either is nearly as near. */
  guess(): void {
    const [columns, fields] = [this.#freeColumns(), this.#freeFields()];
    const pairs = columns.flatMap((column) =>
      fields.map((field) => ({ column, field, near: likeness(this.#headers[column] ?? '', field.names) })),
    );
    pairs.sort((a, b) => b.near - a.near);
    for (const { column, field, near } of pairs) {
      const rivals = pairs.filter((one) => (one.column === column) !== (one.field === field) && near - one.near < leastLead);
      const open = rivals.filter((one) => !this.#matches.has(one.column) && !this.#taken(one.field));
      if (near < leastConfidence || open.length > 0 || this.#matches.has(column) || this.#taken(field)) continue;
      this.#matches.set(column, { column, key: field.key, how: 'fuzzy', confidence: near });
    }
  }

  outcome(): Matching {
    return {
      matches: [...this.#matches.values()].sort((a, b) => a.column - b.column),
      ties: [...this.#ties].map(([key, columns]) => ({ key, columns })),
    };
  }

  #taken({ key, many = false }: Matchable): boolean {
    return !many && [...this.#matches.values()].some((match) => match.key === key);
  }

  #freeColumns(): readonly number[] {
    const tied = new Set([...this.#ties.values()].flat());
    return this.#headers.map((_, column) => column).filter((column) => !this.#matches.has(column) && !tied.has(column));
  }

  #freeFields(): readonly Matchable[] {
    return this.#fields.filter((field) => !this.#taken(field) && !this.#ties.has(field.key));
  }
}

/** From 0 to 1: letters in common, or words in common whatever their order. */
function likeness(header: string, names: readonly string[]): number {
  const mine = wordsOf(header);
  return Math.max(0, ...names.map((name) => Math.max(letters(mine.join(''), joined(name)), words(mine, wordsOf(name)))));
}

function letters(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  // One letter of three is another word.
  return longest < 4 || Math.abs(a.length - b.length) > longest / 3 ? 0 : 1 - distance(a, b) / longest;
}

function words(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return 0;
  const shared = a.filter((word) => b.includes(word)).length;
  return (2 * shared) / (a.length + b.length);
}
