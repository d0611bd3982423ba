/**
 * The rows of a document as nested subqueries, each step once: the text of each column after its preparations, its value, that
 * value's own text, whether it fits, its wire text. Judging and writing then name columns instead of computing them again. Pure.
 */
import type { Meaning } from '../domain/meaning.ts';
import type { FieldRules, RowRules } from '../domain/rules.ts';
import type { LogicalType } from '../domain/types.ts';
import { duckType, fromWire, logicalType, misfit, tryFromWire } from '../sdk/duck-sql.ts';
import { staysOf } from '../sdk/text-types.ts';
import { blank } from '../rules/blank.ts';
import { emptyText, preparedText, type Cell } from '../rules/cell.ts';
import { knownOf, type Known } from '../rules/meanings/known.ts';
import { doubtSql, meaningSql, type Doubt } from '../rules/meanings/sql.ts';
import { castOf, fit } from './fit.ts';

export interface Limit {
  /** It must have a value. */
  readonly needed?: true;
  /** Characters that a text may have. */
  readonly longest?: number;
}

export interface RowColumn extends Limit {
  /** Its name at the destination. */
  readonly name: string;
  /** The column of the document with its text as it came. */
  readonly raw: string;
  /** The type that its values must have. */
  readonly type: LogicalType;
  /** True where a system wrote values of this very type: nothing is checked. */
  readonly trusted: boolean;
  /** True where a text may hold a zero byte, and nothing else would refuse it. */
  readonly zeros: boolean;
  /** True where the type is a guess: a text that would make it another ends the scan. */
  readonly guessed: boolean;
}

export interface RowSql {
  /** `from` with the columns below added to its own. */
  layer(from: string): string;
  /** The wire text of a column. */
  wire(at: number): string;
  /** Its value for a column of the DuckDB type `native`. Asked only where the text fits. */
  value(at: number, native: string): string;
  /** True where the text of a column does not fit its type; absent = it always fits. Never NULL. */
  misfit(at: number): string | undefined;
  /** True where the text of a column may mean something else than was understood; absent = it cannot. */
  doubt(at: number): Doubt | undefined;
  /** Temporary tables that the columns look into, each with what it is made of: an aggregate over the document. */
  readonly facts: readonly Known[];
  cellOf(name: string): Cell;
  /** Where the wire text may be another than the text as it came: true where it is, and what is true, cheaply, only where it is not. */
  changed(at: number): { readonly is: string; readonly sure?: string } | undefined;
}

type Step = 't' | 'm' | 'v' | 'a' | 'f' | 'e' | 'w';

/** Names of our own: a `$` and a letter never begin the columns of a document. */
const named = (step: Step, at: number): string => `"$${step}${at}"`;

interface Expressions {
  readonly cell: Cell;
  readonly steps: Readonly<Partial<Record<Step, string>>>;
  readonly wire: string;
  readonly changed: ReturnType<RowSql['changed']>;
  readonly fact?: Known;
  readonly doubt: Doubt | undefined;
  value(native: string): string;
}

export function rowSql(columns: readonly RowColumn[], rules?: RowRules): RowSql {
  const all = columns.map((column, at) => expressions(column, at, rules));
  const places = new Map(columns.map(({ name }, at) => [name, at]));
  const layers: readonly (readonly Step[])[] = [['t'], ['m'], ['v'], ['a'], ['f', 'e', 'w']];
  return {
    layer: (from) =>
      layers.reduce((inner, steps) => {
        const added = all.flatMap((column, at) =>
          steps.flatMap((step) => (column.steps[step] === undefined ? [] : [`${column.steps[step]} as ${named(step, at)}`])),
        );
        return added.length === 0 ? inner : `(select *, ${added.join(', ')} from ${inner})`;
      }, from),
    wire: (at) => all[at]?.wire ?? '',
    value: (at, native) => all[at]?.value(native) ?? '',
    misfit: (at) => (all[at]?.cell.fits === undefined ? undefined : `not ${all[at].cell.fits}`),
    changed: (at) => all[at]?.changed,
    doubt: (at) => all[at]?.doubt,
    facts: all.flatMap(({ fact }) => fact ?? []),
    cellOf: (name) => {
      const cell = all[places.get(name) ?? -1]?.cell;
      if (!cell) throw new Error(`a rule names the field ${name}, which no column has`);
      return cell;
    },
  };
}

function expressions(
  { name, raw, type, trusted, zeros, guessed, needed, longest }: RowColumn,
  at: number,
  rules: RowRules | undefined,
): Expressions {
  const field = rules?.fields.find((candidate) => candidate.name === name);
  const prepared = field && rules ? preparedText(field, rules.rules, raw) : raw;
  // What people wrote, and what is made of it: the same, where nothing is asked but its type.
  const written = prepared === raw ? raw : named('t', at);
  const meant = field?.means && understood(field.means, prepared, written, at);
  const text = meant ? named('m', at) : written;
  const cast = castOf(type, text);
  const value = { value: named('v', at), again: named('a', at) };
  const fitting = trusted ? { wire: text } : fit(type, text, value);
  const { test: fitsType, wire } = { test: zeros && !trusted ? `not contains(${text}, chr(0))` : undefined, ...fitting };
  const fitsBoth = meant ? `${text} is not null${fitsType === undefined ? '' : ` and ${fitsType}`}` : fitsType;
  const judged = guessed ? holdsOrEnds(type, text, value.again) : fitsBoth;
  const test = limited(judged, text, { ...(needed && { needed }), ...(longest !== undefined && { longest }) });
  const fits = test === undefined ? undefined : named('f', at);
  const casts = duckType(type) !== 'VARCHAR';
  // A blank cell is nothing, but in a text; without rules, white space is no number.
  const isNothing = needed
    ? 'false'
    : field && (meant || type.kind !== 'text')
      ? `(${written} is null or ${blank(written)})`
      : `${text} is null`;
  const out =
    field && type.kind !== 'text' && wire !== value.again ? unlessBlank(wire, text, casts ? value.value : undefined) : wire;
  return {
    cell: {
      type,
      text,
      value: valueOf(type, at),
      empty: named('e', at),
      ...(fits !== undefined && { fits }),
    },
    wire: named('w', at),
    changed:
      out === raw
        ? undefined
        : { is: `${named('w', at)} is distinct from ${raw}`, ...(casts && text === raw && { sure: `${value.again} = ${raw}` }) },
    value: (native) =>
      (trusted || native !== duckType(type) ? undefined : ready(type, at, text)) ??
      fromWire(logicalType(native), named('w', at), native),
    doubt: meant?.doubt,
    ...(meant?.fact && { fact: meant.fact }),
    steps: {
      ...(prepared !== raw && { t: prepared }),
      ...(meant && { m: meant.result }),
      ...(casts && { v: cast.value, a: `cast(${value.value} as VARCHAR)` }),
      ...(test !== undefined && { f: `case when ${test} then true else ${isNothing} end` }),
      e: emptyOf(type, written, field, casts && !meant ? value.value : undefined),
      w: out,
    },
  };
}

/** `prepared` = the whole expression of the text, `written` = its name. */
function understood(means: Meaning, prepared: string, written: string, at: number) {
  const table = `fact_${at}`;
  const fact = knownOf(means, prepared, table);
  return {
    result: meaningSql(means, written, table).result,
    doubt: doubtSql(means, written, table),
    ...(fact && { fact }),
  };
}

/** NULL where there is no text, and that is fine. */
function limited(test: string | undefined, text: string, { needed, longest }: Limit): string | undefined {
  const parts = [
    ...(test === undefined ? [] : [`(${test})`]),
    ...(longest === undefined ? [] : [`length(${text}) <= ${longest}`]),
    ...(needed ? [`${text} is not null`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(' and ');
}

/** A guess that is wrong makes nothing of what was read worth keeping. */
const holdsOrEnds = (type: LogicalType, text: string, again: string): string =>
  `case when ${staysOf(type, text, again)} then true when ${text} is null then null else cast(error('${misfit}') as BOOLEAN) end`;

function emptyOf(type: LogicalType, text: string, field: FieldRules | undefined, value: string | undefined): string {
  const empty = emptyText(text, field?.trim === true && field.replace === undefined);
  // A value is the cheap proof that there is something; CASE, unlike AND, spares the rest.
  return type.kind === 'text' || value === undefined ? empty : `case when ${value} is not null then false else ${empty} end`;
}

function unlessBlank(wire: string, text: string, value: string | undefined): string {
  return `case when ${value === undefined ? '' : `${value} is null and `}${blank(text)} then null else ${wire} end`;
}

/** What the cast of a text that fits has made already; absent = its wire text has to be read. */
function ready(type: LogicalType, at: number, text: string): string | undefined {
  const value = named('v', at);
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'float':
    case 'time':
    case 'uuid':
      return duckType(type) === 'VARCHAR' ? undefined : value;
    case 'date':
    case 'timestamp':
      return `case when ${named('a', at)} = ${text} then ${value} else ${fromWire(type, named('w', at))} end`;
    default:
      return undefined;
  }
}

/** Of the type that `duckType` names; asked only where the text fits. */
function valueOf(type: LogicalType, at: number): string {
  switch (type.kind) {
    case 'text':
      return `case when not ${named('e', at)} then ${named('w', at)} end`;
    case 'boolean':
      return `(${named('w', at)} in ('true', 't'))`;
    case 'date':
    case 'timestamp':
      // What DuckDB writes otherwise than we do: years before our era.
      return `coalesce(${named('v', at)}, ${tryFromWire(type, named('w', at))})`;
    default:
      return duckType(type) === 'VARCHAR' ? named('w', at) : named('v', at);
  }
}
