/** Rules as SQL: for each the expression that is true where a row breaks it. Pure. */
import type { Rule } from '../domain/rules.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Cell } from './cell.ts';
import { compared, conditionSql, literal, valuedFields, type CellOf } from './condition.ts';
import { commonPattern } from './pattern.ts';

/**
 * What has to be known about the whole document before a row can be judged: the table (column `k`) with the keys that occur more
 * than once (unique), or with the texts that a pattern is found in (patterns that SQL cannot decide). Absent = there are none.
 */
export type SetOf = (rule: Rule) => string | undefined;

/** True where the row breaks the rule; NULL counts as false. A value is only looked at where it fits its type. */
export function breachSql(rule: Rule, cellOf: CellOf, setOf: SetOf): string {
  const guarded = (fields: readonly string[], breach: string): string =>
    [...new Set(fields)]
      .flatMap((name) => cellOf(name).fits ?? [])
      .concat(breach)
      .join(' and ');
  switch (rule.rule) {
    case 'required':
      return guarded([rule.field], cellOf(rule.field).empty);
    case 'range': {
      const cell = cellOf(rule.field);
      const bounds = [
        ...(rule.min === undefined ? [] : [`${cell.value} < ${literal(cell, rule.min)}`]),
        ...(rule.max === undefined ? [] : [`${cell.value} > ${literal(cell, rule.max)}`]),
      ];
      return guarded([rule.field], `(${bounds.join(' or ')})`);
    }
    case 'length': {
      const { text, empty } = cellOf(rule.field);
      const bounds = [
        ...(rule.min === undefined ? [] : [`length(${text}) < ${rule.min}`]),
        ...(rule.max === undefined ? [] : [`length(${text}) > ${rule.max}`]),
      ];
      return `((${bounds.join(' or ')}) and not ${empty})`;
    }
    case 'pattern': {
      const { text, empty } = cellOf(rule.field);
      const found = foundSql(rule, text, setOf);
      return `(${rule.excludes ? found : `not ${found}`} and not ${empty})`;
    }
    case 'enum': {
      const { text, empty } = cellOf(rule.field);
      return `(${text} not in (${rule.values.map(quoteText).join(', ')}) and not ${empty})`;
    }
    case 'unique': {
      const doubles = setOf(rule);
      return doubles === undefined ? 'false' : `${uniqueKey(rule, cellOf)} in (select k from ${doubles})`;
    }
    case 'compare': {
      const [left, right] = [cellOf(rule.left), cellOf(rule.right)];
      return guarded([rule.left, rule.right], `not (${compared(left.value, rule.is, right.value)})`);
    }
    case 'requiredIf':
      return guarded(
        [...valuedFields(rule.when), rule.field],
        `(${cellOf(rule.field).empty} and ${conditionSql(rule.when, cellOf)})`,
      );
    case 'exactlyOneOf':
      return `(${rule.fields.map((name) => `cast(${cellOf(name).empty} as TINYINT)`).join(' + ')}) <> ${rule.fields.length - 1}`;
    case 'check':
      return guarded(valuedFields(rule.that), `not ${conditionSql(rule.that, cellOf)}`);
  }
}

function foundSql(rule: Rule & { rule: 'pattern' }, text: string, setOf: SetOf): string {
  const pattern = commonPattern(rule.pattern, rule.ignoreCase, rule.flags);
  if (pattern !== undefined) return `regexp_matches(${text}, ${quoteText(pattern)})`;
  const found = setOf(rule);
  return found === undefined ? 'false' : `${text} in (select k from ${found})`;
}

/** What rows are compared by; NULL where all fields are empty, or one does not fit its type. */
export function uniqueKey(rule: Rule & { rule: 'unique' }, cellOf: CellOf): string {
  const cells = rule.fields.map(cellOf);
  const values = cells.map(({ type, value }) => (rule.ignoreCase && type.kind === 'text' ? `lower(${value})` : value));
  const fits = cells.flatMap((cell: Cell) => cell.fits ?? []);
  const [only] = values;
  const key = values.length === 1 ? only : `{${values.map((value, at) => `'v${at}': ${value}`).join(', ')}}`;
  const some = values.length === 1 ? [] : [`not (${cells.map(({ empty }) => empty).join(' and ')})`];
  const when = [...fits, ...some].join(' and ');
  return when === '' ? `(${key})` : `(case when ${when} then ${key} end)`;
}
