/** Everything that can be said of a cell: each is a message, a level, and when it is said. Pure. */
import { meaningWords } from '../../domain/meaning.ts';
import { ruleFields, type Rule } from '../../domain/rules.ts';
import type { Cell } from '../../rules/cell.ts';
import { breachSql, type SetOf } from '../../rules/compile.ts';
import { unknownSql } from '../../rules/meanings/options.ts';
import { reasonOf } from '../../rules/words.ts';
import { nothing, type Part } from './cells.ts';
import { unknownMembers } from './fill.ts';

export interface Verdict {
  readonly part: Part;
  /** Absent = it is about the type. */
  readonly rule?: Rule;
  readonly level: Rule['level'];
  readonly message: string;
  /** Says it of one cell in particular; NULL = as above. */
  readonly words?: string;
  /** True where it is said; NULL counts as false. */
  readonly found: string;
}

/** Types come first, then rules in their order. A rule of several fields is told at each of them. */
export function verdicts(parts: readonly Part[], rules: readonly Rule[], setOf: SetOf): readonly Verdict[] {
  const cellOf = cellsOf(parts);
  const types = parts.flatMap((part): readonly Verdict[] => {
    const { field } = part.fed;
    const message = field.message ?? `This is not ${field.means ? meaningWords(field.means) : 'a text'}`;
    return [
      ...(part.misfit === undefined ? [] : [{ part, level: 'error' as const, message, found: part.misfit, ...wordsOf(part) }]),
      ...(part.doubt === undefined
        ? []
        : [{ part, level: 'warning' as const, message: `This is ${part.doubt.reason}`, found: part.doubt.found }]),
    ];
  });
  return [...types, ...rules.flatMap((rule) => ofRule(rule, parts, cellOf, setOf))];
}

/** Of lists, which members are meant. */
function wordsOf(part: Part): Pick<Verdict, 'words'> {
  const unknown = part.fed.field.message === undefined ? unknownMembers(part) : undefined;
  return unknown === undefined ? {} : { words: unknownSql(unknown) };
}

function ofRule(rule: Rule, parts: readonly Part[], cellOf: (name: string) => Cell, setOf: SetOf): readonly Verdict[] {
  const names = ruleFields(rule);
  return parts
    .filter(({ fed }) => names.includes(fed.field.name))
    .map((part) => ({
      part,
      rule,
      level: rule.level,
      message: reasonOf(rule),
      // Of a field of many columns each is judged by itself.
      found: breachSql(rule, (name) => (name === part.fed.field.name ? part.cell : cellOf(name)), setOf),
    }));
}

/** Of a field of many columns: something, where one of them is. A field without a column is empty. */
export function cellsOf(parts: readonly Part[]): (name: string) => Cell {
  return (name) => {
    const own = parts.filter(({ fed }) => fed.field.name === name);
    const [first] = own;
    if (!first) return nothing;
    if (own.length === 1) return first.cell;
    const each = own.map(({ cell }) => cell);
    return { ...first.cell, empty: `(${each.map(({ empty }) => empty).join(' and ')})`, parts: each };
  };
}

/** Is anything said of a row at all? Most rows are spared the list. */
export const anySql = (all: readonly Verdict[]): string => eitherSql(all.map(({ found }) => `coalesce(${found}, false)`));

/** By halves: DuckDB takes only so many nested in one row. */
function eitherSql(tests: readonly string[]): string {
  if (tests.length <= 100) return tests.length === 0 ? 'false' : tests.join(' or ');
  const half = Math.ceil(tests.length / 2);
  return `(${eitherSql(tests.slice(0, half))}) or (${eitherSql(tests.slice(half))})`;
}

/** The things said of a row: `{v: number of the verdict, x: the text, m: its own words}`, those that are said. */
export function foundSql(all: readonly Verdict[]): string {
  const each = all.map(
    ({ found, part, words = 'cast(null as VARCHAR)' }, at) =>
      `case when ${found} then {'v': ${at}, 'x': ${part.raw}, 'm': ${words}} end`,
  );
  return each.length === 0
    ? `cast([] as STRUCT(v INTEGER, x VARCHAR, m VARCHAR)[])`
    : `list_filter([${each.join(', ')}], lambda o: o is not null)`;
}
