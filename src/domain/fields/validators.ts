/** Validators as rules of a schema file. Pure. */
import type { Validator } from './forms.ts';

type Rule = Readonly<Record<string, unknown>>;

/** What people are told, where the schema has no words of its own. */
const messages: Readonly<Record<Validator['validate'], string>> = {
  required: 'Value is required',
  unique: 'Value must be unique',
  unique_case_insensitive: 'Value must be unique',
  unique_with: 'Values are not unique for ',
  alphabetical: 'Value may only contain letters',
  regex_match: 'Value does not match the expected form',
  regex_exclude: 'Value has a form that is excluded',
  length: 'Value has the wrong length',
  require_with: 'Value is required with the values of other fields',
  require_without: 'Value is required without the values of other fields',
  require_with_all: 'Value is required with the values of other fields',
  require_without_all: 'Value is required without the values of other fields',
  require_with_values: 'Value is required with the values of other fields',
  require_without_values: 'Value is required without the values of other fields',
  require_with_all_values: 'Value is required with the values of other fields',
  require_without_all_values: 'Value is required without the values of other fields',
};

const toldBy = ({ validate, errorMessage, level }: Validator, more = ''): Rule => ({
  message: errorMessage || `${messages[validate]}${more}`,
  level: level ?? 'error',
});

/** Rules of one field, in their order. `partners`: the other fields of a group of `unique_with`. */
export function fieldRules(
  validators: readonly Validator[],
  partners: (uniqueKey: string) => readonly string[],
): readonly Rule[] {
  return validators.flatMap((one): readonly Rule[] => {
    const told = toldBy(one);
    switch (one.validate) {
      case 'required':
        return [{ rule: 'required', ...told }];
      case 'unique':
        return [{ rule: 'unique', ...told }];
      case 'unique_case_insensitive':
        return [{ rule: 'unique', ignoreCase: true, ...told }];
      case 'alphabetical':
        return [{ rule: 'pattern', pattern: '^[A-Za-z]+$', ...told }];
      case 'length':
        return [{ rule: 'length', min: one.min, max: one.max, ...told }];
      case 'regex_match':
      case 'regex_exclude':
        return [{ rule: 'pattern', ...patternOf(one), excludes: one.validate === 'regex_exclude', ...told }];
      case 'unique_with': {
        const others = partners(one.uniqueKey);
        return [{ rule: 'unique', ...(others.length > 0 && { with: others }), ...toldBy(one, one.uniqueKey) }];
      }
      default: {
        const when = neededWhen(one);
        return when ? [{ rule: 'requiredIf', when, ...told }] : [];
      }
    }
  });
}

function patternOf({ regex, regexOptions = {} }: Extract<Validator, { regex: string }>): Rule {
  const { ignoreCase = false, dotAll = false, multiline = false, unicode = false } = regexOptions;
  const flags = `${multiline ? 'm' : ''}${dotAll ? 's' : ''}`;
  const whole = unicode ? `${flags}u` : flags;
  return { pattern: regex, ignoreCase, ...(whole !== 'u' && { flags: whole }) };
}

export function isPattern(pattern: string, flags: string): boolean {
  try {
    return new RegExp(pattern, flags) instanceof RegExp;
  } catch {
    return false;
  }
}

/** When an empty cell of the field breaks it; undefined where it never does. */
function neededWhen(one: Validator): Rule | undefined {
  if ('fields' in one) {
    const parts = one.fields.map((field) => ({ field, is: one.validate.includes('without') ? 'empty' : 'present' }));
    return joined(parts, one.validate.includes('_all'));
  }
  if (!('fieldValues' in one)) return undefined;
  const parts = Object.entries(one.fieldValues).map(([field, value]) => {
    const equal = value === null || value === '' ? { field, is: 'empty' } : { field, is: '=', value: String(value) };
    return one.validate.includes('without') ? { not: equal } : equal;
  });
  return joined(parts, one.validate.includes('_all'));
}

const joined = (parts: readonly object[], all: boolean): Rule | undefined =>
  parts.length === 0 ? undefined : all ? { all: parts } : { any: parts };
