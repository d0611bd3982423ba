/** What is wrong with a schema beyond its form: names, types, constants, patterns. Pure. */
import { ruleFields, type Condition, type FieldRules, type Rule, type RowRules } from '../domain/rules.ts';
import { typeName, type LogicalType } from '../domain/types.ts';
import { nearest } from '../domain/nearest.ts';
import { meaningProblems } from './meanings/problems.ts';
import { compareExactly, isOrdered, literalProblem } from './literal.ts';

/** One sentence per mistake. */
export function problems({ fields, rules }: RowRules): readonly string[] {
  const types = new Map(fields.map(({ name, type }) => [name, type]));
  const twice = fields.filter(({ name }, at) => fields.findIndex((field) => field.name === name) !== at);
  return [
    ...twice.map(({ name }) => `two fields are called ${name}`),
    ...fields.flatMap(fieldProblems),
    ...rules.flatMap((rule, at) => ruleProblems(rule, rules.slice(0, at), types)),
  ];
}

function fieldProblems(field: FieldRules): readonly string[] {
  const { name, means } = field;
  return means === undefined
    ? defaultProblems(field)
    : meaningProblems(means).map((problem) => `${means.is} of ${name}: ${problem}`);
}

function defaultProblems({ name, type, default: otherwise }: FieldRules): readonly string[] {
  if (otherwise === undefined || type.kind === 'text') return [];
  if (otherwise.trim() === '') return [`the default of ${name} is empty`];
  // Types without an order have no constants to check: their default is judged with the rows.
  const problem = isOrdered(type) || type.kind === 'boolean' ? literalProblem(type, otherwise) : undefined;
  return problem === undefined ? [] : [`the default of ${name}: ${problem}`];
}

type Types = ReadonlyMap<string, LogicalType>;

function ruleProblems(rule: Rule, before: readonly Rule[], types: Types): readonly string[] {
  const named = `${rule.rule} of ${ruleFields(rule).join(', ')}`;
  const all =
    rule.rule === 'requiredIf' ? [rule.field, ...fieldsIn(rule.when)] : rule.rule === 'unique' ? rule.fields : ruleFields(rule);
  const unknown = all.filter((field) => !types.has(field));
  if (unknown.length > 0) return unknown.map((field) => `${named}: there is no field ${field}${meant(field, types)}`);
  return details(rule, before, types).map((problem) => `${named}: ${problem}`);
}

function meant(field: string, types: Types): string {
  const near = nearest(field, [...types.keys()]);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function details(rule: Rule, before: readonly Rule[], types: Types): readonly string[] {
  const typeOf = (field: string): LogicalType => types.get(field) ?? { kind: 'text' };
  switch (rule.rule) {
    case 'range': {
      const type = typeOf(rule.field);
      if (!isOrdered(type)) return [`a ${typeName(type)} has no range`];
      return [
        ...bounds(rule),
        ...[rule.min, rule.max].flatMap((bound) => (bound === undefined ? [] : (literalProblem(type, bound) ?? []))),
      ];
    }
    case 'length':
      return bounds(rule);
    case 'pattern':
      return isPattern(rule.pattern, rule.flags) ? [] : [`this is no JavaScript pattern (with the flags ${rule.flags ?? 'u'})`];
    case 'enum':
      return before.some((other) => other.rule === 'enum' && other.field === rule.field) ? ['a field has one enum at most'] : [];
    case 'compare':
      return comparisonProblems(rule.left, typeOf(rule.left), typeOf(rule.right));
    case 'requiredIf':
      return conditionProblems(rule.when, typeOf);
    case 'check':
      return conditionProblems(rule.that, typeOf);
    default:
      return isTwice(rule.rule === 'unique' ? rule.fields : ruleFields(rule)) ? ['a field is named twice'] : [];
  }
}

const isTwice = (names: readonly string[]): boolean => new Set(names).size < names.length;

const bounds = ({ min, max }: { readonly min?: unknown; readonly max?: unknown }): readonly string[] =>
  min === undefined && max === undefined ? ['give min, max or both'] : [];

function isPattern(pattern: string, flags = 'u'): boolean {
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

function comparisonProblems(field: string, left: LogicalType, right: LogicalType): readonly string[] {
  return compareExactly(left, right) ? [] : [`${field} is a ${typeName(left)}, which does not compare with a ${typeName(right)}`];
}

function conditionProblems(condition: Condition, typeOf: (field: string) => LogicalType): readonly string[] {
  if ('all' in condition) return condition.all.flatMap((part) => conditionProblems(part, typeOf));
  if ('any' in condition) return condition.any.flatMap((part) => conditionProblems(part, typeOf));
  if ('not' in condition) return conditionProblems(condition.not, typeOf);
  const type = typeOf(condition.field);
  if ('in' in condition) return condition.in.flatMap((text) => literalProblem(type, text) ?? []);
  if ('other' in condition) return comparisonProblems(condition.field, type, typeOf(condition.other));
  const problem = 'value' in condition ? literalProblem(type, condition.value) : undefined;
  return problem === undefined ? [] : [problem];
}

function fieldsIn(condition: Condition): readonly string[] {
  return ruleFields({ rule: 'check', level: 'error', that: condition });
}
