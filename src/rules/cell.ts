/** One field of a row as DuckDB expressions: what rules are compiled against. */
import type { FieldRules, Rule } from '../domain/rules.ts';
import type { LogicalType } from '../domain/types.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import { blank, trimmed } from './blank.ts';

export interface Cell {
  readonly type: LogicalType;
  /** After trim, case, default and replacements. */
  readonly text: string;
  /** Of the type that `duckType` names; NULL for an empty cell. Only asked where the text fits. */
  readonly value: string;
  /** Does the text fit the type? Never NULL; absent = it always does. */
  readonly fits?: string;
  /** Never NULL. */
  readonly empty: string;
  /** Texts that are as good as the value where a condition asks for one in particular. */
  readonly alike?: readonly string[];
  /** Of a field of several columns, each of them: the rest is that of the first, and `empty` where all are. */
  readonly parts?: readonly Cell[];
}

/** The text of a field after its steps, from the text as it came. `rules` = those of the same set. */
export function preparedText(field: FieldRules, rules: readonly Rule[], raw: string): string {
  let text = field.trim || field.means !== undefined ? trimmed(raw) : raw;
  if (field.case !== undefined) text = `${field.case}(${text})`;
  if (field.default !== undefined)
    text = `case when coalesce(${blank(text)}, true) then ${quoteText(field.default)} else ${text} end`;
  const replaced = Object.entries(field.replace ?? {});
  if (replaced.length > 0) {
    text = `case ${text} ${replaced.map(([from, to]) => `when ${quoteText(from)} then ${quoteText(to)}`).join(' ')} else ${text} end`;
  }
  const listed = rules.find((rule) => rule.rule === 'enum' && rule.field === field.name && rule.ignoreCase);
  if (listed?.rule === 'enum') {
    const cases = listed.values.map((value) => `when lower(${quoteText(value)}) then ${quoteText(value)}`);
    text = `case lower(${text}) ${cases.join(' ')} else ${text} end`;
  }
  return text;
}

/** Is a text empty? Never NULL. `trims` = white space at its ends is gone already. */
export function emptyText(text: string, trims: boolean): string {
  return `case when ${text} is null then true else ${trims ? `${text} = ''` : blank(text)} end`;
}
