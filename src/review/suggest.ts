/** What a text that is not understood may have meant: ways to write it anew, each offered only where the result is understood. Pure. */
import { quoteText } from '../sdk/duck-sql.ts';
import type { Meaning } from '../domain/meaning.ts';
import { meaningSql } from '../rules/meanings/sql.ts';
import { columnName, type Part } from '../shape/assess/cells.ts';

export interface Suggestion {
  readonly kind: string;
  readonly label: string;
  /** The new text; NULL where it would not be understood either. */
  readonly sql: string;
}

interface Way {
  readonly kind: string;
  readonly label: string;
  readonly of: readonly Meaning['is'][];
  write(text: string, meaning: Meaning): string | undefined;
}

const optionsOf = (meaning: Meaning): readonly string[] =>
  meaning.is === 'select' || meaning.is === 'multi-select' ? meaning.options.map(({ label }) => label) : [];

const ways: readonly Way[] = [
  { kind: 'https', label: 'Put https:// in front', of: ['url'], write: (text) => `'https://' || ${text}` },
  {
    kind: 'no-blanks',
    label: 'Remove white space',
    of: ['email', 'url', 'domain', 'uuid', 'ssn', 'country'],
    write: (text) => String.raw`regexp_replace(${text}, '\s+', '', 'g')`,
  },
  {
    kind: 'number-only',
    label: 'Keep the number only',
    of: ['number'],
    write: (text) => String.raw`regexp_extract(${text}, '-?[0-9][0-9.,]*')`,
  },
  {
    kind: 'digits-only',
    label: 'Keep the digits only',
    of: ['ssn', 'us-zip-code'],
    write: (text) => `regexp_replace(${text}, '[^0-9]', '', 'g')`,
  },
  {
    kind: 'email-signs',
    label: 'Write (at) as @ and commas as points',
    of: ['email'],
    write: (text) =>
      String.raw`replace(regexp_replace(regexp_replace(${text}, '\s*(\(at\)|\[at\]| at )\s*', '@', 'gi'), '\s', '', 'g'), ',', '.')`,
  },
  {
    kind: 'nearest',
    label: 'Take the option that is nearest',
    of: ['select'],
    write(text, meaning) {
      const labels = optionsOf(meaning);
      if (labels.length === 0) return undefined;
      const list = `[${labels.map(quoteText).join(', ')}]`;
      return `list_sort(list_transform(${list}, lambda o: {'d': damerau_levenshtein(lower(o), lower(${text})), 'o': o}))[1].o`;
    },
  },
];

export function suggestionsOf({ fed, column, raw }: Part): readonly Suggestion[] {
  const meaning = fed.field.means;
  if (!meaning) return [];
  const text = `trim(coalesce(${raw}, ''))`;
  const table = `fact_${column}`;
  return ways.flatMap(({ kind, label, of, write }) => {
    const written = of.includes(meaning.is) ? write(text, meaning) : undefined;
    if (written === undefined) return [];
    const { result } = meaningSql(meaning, `(${written})`, table);
    return [{ kind, label, sql: `case when ${result} is not null and ${written} <> ${columnName(column)} then ${written} end` }];
  });
}

/** Undefined where the column has no such suggestion. */
export const suggestedText = (part: Part, kind: string): string | undefined =>
  suggestionsOf(part).find((one) => one.kind === kind)?.sql;
