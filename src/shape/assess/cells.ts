/** The texts of rows and what they mean, side by side: raw, shown, result. Pure. */
import type { Meaning } from '../../domain/meaning.ts';
import type { FieldRules } from '../../domain/rules.ts';
import { emptyText, preparedText, type Cell } from '../../rules/cell.ts';
import { knownOf, type Known } from '../../rules/meanings/known.ts';
import { joinedSql } from '../../rules/meanings/options.ts';
import { fixed } from '../../rules/meanings/number-text.ts';
import { doubtSql, meaningSql, type Doubt } from '../../rules/meanings/sql.ts';

/** A field, and the columns of the document that feed it: more than one where it takes many. */
export interface FedField {
  readonly field: FieldRules;
  readonly columns: readonly number[];
  readonly many: boolean;
}

/** One column of a field as DuckDB expressions, over the relation of `layered`. */
export interface Part {
  readonly fed: FedField;
  readonly column: number;
  /** The text as it came. */
  readonly raw: string;
  /** The text that is understood: trimmed, replaced. */
  readonly text: string;
  /** The wire text of what it means; NULL where it means nothing. */
  readonly result: string;
  readonly misfit?: string;
  /** The options of this cell alone as JSON, where lists have some; filled by hooks. */
  readonly own?: string;
  readonly doubt?: Doubt;
  readonly cell: Cell;
  readonly steps: readonly (readonly string[])[];
  /** The columns that the steps add. */
  readonly named: readonly string[];
  readonly fact?: Known;
}

/** The name of a column of the document. */
export const columnName = (column: number): string => `"c${column}"`;

/** `fields` in order; their parts in the order of the columns. */
export function partsOf(fields: readonly FedField[]): readonly Part[] {
  return fields.flatMap((fed) => fed.columns.map((column) => partOf(fed, column)));
}

function partOf(fed: FedField, column: number): Part {
  const { field } = fed;
  const raw = columnName(column);
  const named = (step: string): string => `"$${step}${column}"`;
  const prepared = preparedText(field, [], raw);
  // What is only a text is no column of its own: those of a million rows are soon more than the file.
  const text = prepared === raw ? raw : named('t');
  const [result, shown] = field.means ? [named('r'), named('s')] : [text, text];
  const empty = named('e');
  const own = field.means?.is === 'multi-select' ? named('o') : undefined;
  const table = `fact_${column}`;
  const means = field.means && withoutBounds(field.means);
  const meant = means && meaningSql(means, text, table, result);
  const fact = field.means && knownOf(field.means, prepared, table);
  const doubt = field.means && doubtSql(field.means, text, table);
  return {
    fed,
    column,
    raw,
    text,
    result,
    ...(field.means && { misfit: `((${outside(field.means, text, result, table)}) and not ${empty})` }),
    ...(doubt && { doubt }),
    ...(own !== undefined && { own }),
    // Rules see what people see; equal is what means the same.
    cell: {
      type: { kind: 'text' },
      text: shown,
      value: `case when not ${empty} then ${meant ? `coalesce(${result}, ${text})` : text} end`,
      empty,
      ...(meant && { alike: [means?.is === 'multi-select' ? joinedSql(result) : result, shown] }),
    },
    steps: [
      text === raw ? [] : [`${prepared} as ${text}`],
      [
        ...(meant ? [`${meant.result} as ${result}`] : []),
        `${emptyText(text, false)} as ${empty}`,
        ...(own === undefined ? [] : [`cast(null as VARCHAR) as ${own}`]),
      ],
      meant ? [`coalesce(${meant.shown ?? 'null'}, ${text}) as ${shown}`] : [],
    ],
    named: [...(text === raw ? [] : [text]), ...(meant ? [result, shown] : []), empty, ...(own === undefined ? [] : [own])],
    ...(fact && { fact }),
  };
}

/** What is too small or too large is a number all the same: only its verdict is another. */
const withoutBounds = (means: Meaning): Meaning => {
  if (means.is !== 'number') return means;
  const { min: _least, max: _most, ...rest } = means;
  return rest;
};

/** True for what means nothing of the kind, or is out of its bounds. */
function outside(means: Meaning, text: string, result: string, table: string): string {
  if (means.is !== 'number' || (means.min === undefined && means.max === undefined)) return `${result} is null`;
  const { output, ...plain } = means;
  const { min, max } = plain;
  // What is formatted is no number any more.
  if (output !== undefined) return `${meaningSql(plain, text, table).result} is null`;
  const limits = [...(min === undefined ? [] : [`< ${min}`]), ...(max === undefined ? [] : [`> ${max}`])];
  return [`${result} is null`, ...limits.map((limit) => `cast(${result} as ${fixed}) ${limit}`)].join(' or ');
}

/** `from` with the columns that the parts name. */
export function layered(from: string, parts: readonly Part[]): string {
  return [0, 1, 2].reduce((inner, at) => {
    const added = parts.flatMap(({ steps }) => steps[at] ?? []);
    return added.length === 0 ? inner : `(select *, ${added.join(', ')} from ${inner})`;
  }, from);
}

/** What a field without a column has in every row. */
export const nothing: Cell = {
  type: { kind: 'text' },
  text: 'cast(null as VARCHAR)',
  value: 'cast(null as VARCHAR)',
  empty: 'true',
};
