/** Conditions as SQL. Pure. */
import type { Comparison, Condition } from '../domain/rules.ts';
import { duckType, quoteText } from '../sdk/duck-sql.ts';
import type { Cell } from './cell.ts';

export type CellOf = (field: string) => Cell;

/** A value of the cell's type out of a text that `literalProblem` let pass. */
export const literal = (cell: Cell, text: string): string => `cast(${quoteText(text)} as ${duckType(cell.type)})`;

const operators: Readonly<Record<Comparison, string>> = { '=': '=', '!=': '<>', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };

export const compared = (left: string, is: Comparison, right: string): string => `${left} ${operators[is]} ${right}`;

/** True or false, never NULL. */
export function conditionSql(condition: Condition, cellOf: CellOf): string {
  if ('all' in condition) return joined(condition.all, 'and', cellOf);
  if ('any' in condition) return joined(condition.any, 'or', cellOf);
  if ('not' in condition) return `(not ${conditionSql(condition.not, cellOf)})`;
  const cell = cellOf(condition.field);
  if (cell.parts && ('in' in condition || 'value' in condition)) {
    // One of them is enough.
    const each = cell.parts.map((part) => conditionSql(condition, (name) => (name === condition.field ? part : cellOf(name))));
    return `(${each.join(' or ')})`;
  }
  if ('in' in condition) {
    return `coalesce(${cell.value} in (${condition.in.map((text) => literal(cell, text)).join(', ')}), false)`;
  }
  if ('other' in condition) return `coalesce(${compared(cell.value, condition.is, cellOf(condition.other).value)}, false)`;
  if ('value' in condition && condition.is === '=' && cell.alike) {
    const wanted = literal(cell, condition.value);
    return `(${[cell.value, ...cell.alike].map((text) => `coalesce(${text} = ${wanted}, false)`).join(' or ')})`;
  }
  if ('value' in condition) return `coalesce(${compared(cell.value, condition.is, literal(cell, condition.value))}, false)`;
  return condition.is === 'empty' ? cell.empty : `(not ${cell.empty})`;
}

const joined = (conditions: readonly Condition[], word: 'and' | 'or', cellOf: CellOf): string =>
  `(${conditions.map((condition) => conditionSql(condition, cellOf)).join(` ${word} `)})`;

/** The fields whose values, not only their presence, a condition looks at. */
export function valuedFields(condition: Condition): readonly string[] {
  if ('all' in condition) return condition.all.flatMap(valuedFields);
  if ('any' in condition) return condition.any.flatMap(valuedFields);
  if ('not' in condition) return valuedFields(condition.not);
  if ('other' in condition) return [condition.field, condition.other];
  return 'value' in condition || 'in' in condition ? [condition.field] : [];
}
