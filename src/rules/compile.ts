/** Rules as SQL: for each the expression that is true where a row breaks it. Pure. */
import type { Rule } from '../domain/rules.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Cell } from './cell.ts';
import { compared, conditionSql, literal, valuedFields, type CellOf } from './condition.ts';
import { sqlPattern } from './pattern.ts';

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
      if (doubles === undefined) return 'false';
      const found = uniqueKeys(rule, cellOf).map((key) => `${key} in (select k from ${doubles})`);
      return found.length === 1 ? found.join() : `(${found.map((test) => `coalesce(${test}, false)`).join(' or ')})`;
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

/** Has the text one of these characters? Few texts have any beyond ASCII, which is seen at once. */
export const isBeyond = (text: string, characters: string): string =>
  `(strlen(${text}) <> length(${text}) and regexp_matches(${text}, ${quoteText(characters)}))`;

function foundSql(rule: Rule & { rule: 'pattern' }, text: string, setOf: SetOf): string {
  const pattern = sqlPattern(rule.pattern, rule.ignoreCase, rule.flags);
  const matches = pattern && `regexp_matches(${text}, ${quoteText(pattern.text)})`;
  if (matches !== undefined && pattern?.but === undefined) return matches;
  const set = setOf(rule);
  const found = set === undefined ? 'false' : `${text} in (select k from ${set})`;
  return matches === undefined ? found : `case when ${isBeyond(text, pattern?.but ?? '')} then ${found} else ${matches} end`;
}

/** One for each choice of columns, where fields have several: rows are doubles where they have one of these in common. */
export function uniqueKeys(rule: Rule & { rule: 'unique' }, cellOf: CellOf): readonly string[] {
  const choices = rule.fields.toSorted().reduce<readonly ReadonlyMap<string, Cell>[]>(
    (before, name) => {
      const cell = cellOf(name);
      return before.flatMap((chosen) => (cell.parts ?? [cell]).map((part) => new Map([...chosen, [name, part]])));
    },
    [new Map()],
  );
  return choices.map((chosen) => uniqueKey(rule, (name) => chosen.get(name) ?? cellOf(name)));
}

/** What rows are compared by; NULL where all fields are empty, or one does not fit its type. */
function uniqueKey(rule: Rule & { rule: 'unique' }, cellOf: CellOf): string {
  // In one order, whichever field is told.
  const cells = rule.fields.toSorted().map(cellOf);
  const values = cells.map(({ type, value }) => (rule.ignoreCase && type.kind === 'text' ? `lower(${value})` : value));
  const fits = cells.flatMap((cell: Cell) => cell.fits ?? []);
  const [only] = values;
  const key = values.length === 1 ? only : `{${values.map((value, at) => `'v${at}': ${value}`).join(', ')}}`;
  const some = values.length === 1 ? [] : [`not (${cells.map(({ empty }) => empty).join(' and ')})`];
  const when = [...fits, ...some].join(' and ');
  return when === '' ? `(${key})` : `(case when ${when} then ${key} end)`;
}
