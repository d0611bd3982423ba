/** Rules in words: why a row is refused (it follows "the field x is"), and what `headgate plan` says will be checked. Pure. */
import type { Condition, FieldRules, Rule } from '../domain/rules.ts';
import { ruleFields } from '../domain/rules.ts';

/** Our own words, or those of the person who wrote the rule. */
export function reasonOf(rule: Rule): string {
  if (rule.message !== undefined) return rule.message;
  switch (rule.rule) {
    case 'required':
      return 'empty';
    case 'range':
      return outside(rule.min, rule.max, '');
    case 'length':
      return outside(rule.min, rule.max, ' characters long');
    case 'pattern':
      return rule.excludes ? 'in a form that is excluded' : 'not in the form that is asked for';
    case 'enum':
      return 'not one of the values that are allowed';
    case 'unique':
      return 'not unique';
    case 'compare':
      return `not ${rule.left} ${rule.is} ${rule.right}`;
    case 'requiredIf':
      return `empty, although ${conditionWords(rule.when)}`;
    case 'exactlyOneOf':
      return 'not present in exactly one of these fields';
    case 'check':
      return `not as asked for: ${conditionWords(rule.that)}`;
  }
}

function outside(min: string | number | undefined, max: string | number | undefined, unit: string): string {
  if (max === undefined) return `not ${min}${unit} or more`;
  if (min === undefined) return `not ${max}${unit} or less`;
  return min === max ? `not ${min}${unit}` : `not from ${min} to ${max}${unit}`;
}

export function conditionWords(condition: Condition): string {
  if ('all' in condition) return condition.all.map(inner).join(' and ');
  if ('any' in condition) return condition.any.map(inner).join(' or ');
  if ('not' in condition) return `not ${inner(condition.not)}`;
  if ('in' in condition) return `${condition.field} is one of ${condition.in.join(', ')}`;
  if ('other' in condition) return `${condition.field} ${condition.is} ${condition.other}`;
  return 'value' in condition ? `${condition.field} ${condition.is} ${condition.value}` : `${condition.field} is ${condition.is}`;
}

const inner = (condition: Condition): string =>
  'all' in condition || 'any' in condition ? `(${conditionWords(condition)})` : conditionWords(condition);

/** `age: range from 0 to 150 (warning)` */
export function ruleWords(rule: Rule): string {
  const level = rule.level === 'error' ? '' : ` (${rule.level})`;
  return `${ruleFields(rule).join(', ')}: ${wanted(rule)}${level}`;
}

function wanted(rule: Rule): string {
  switch (rule.rule) {
    case 'range':
    case 'length':
      return `${rule.rule} ${[...(rule.min === undefined ? [] : [`from ${rule.min}`]), ...(rule.max === undefined ? [] : [`to ${rule.max}`])].join(' ')}`;
    case 'pattern':
      return `pattern ${rule.excludes ? 'not ' : ''}/${rule.pattern}/${rule.ignoreCase ? 'i' : ''}`;
    case 'enum':
      return `one of ${rule.values.length} values`;
    case 'compare':
      return `${rule.left} ${rule.is} ${rule.right}`;
    case 'requiredIf':
      return `required if ${conditionWords(rule.when)}`;
    case 'exactlyOneOf':
      return 'exactly one of them';
    case 'check':
      return conditionWords(rule.that);
    default:
      return rule.rule;
  }
}

/** What happens to the text of a field before it is judged: `trim, lower`. */
export function stepWords({ trim, case: letters, default: otherwise, replace }: FieldRules): string {
  const replaced = Object.keys(replace ?? {}).length;
  return [
    ...(trim ? ['trim'] : []),
    ...(letters === undefined ? [] : [letters]),
    ...(otherwise === undefined ? [] : [`empty becomes ${JSON.stringify(otherwise)}`]),
    ...(replaced > 0 ? [replaced === 1 ? '1 text is replaced' : `${replaced} texts are replaced`] : []),
  ].join(', ');
}
