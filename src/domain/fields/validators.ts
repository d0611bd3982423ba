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

/** Rules of one field; `unique_with` and what looks at other fields are rules of the row. */
export function fieldRules(validators: readonly Validator[]): readonly Rule[] {
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
      default:
        return [];
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
export function neededWhen(one: Validator): Rule | undefined {
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

export interface KeyedValidators {
  readonly key: string;
  readonly validators: readonly Validator[];
}

/** One per group of `unique_with`, and one per field that is needed because of others. */
export function rowRules(fields: readonly KeyedValidators[]): readonly Rule[] {
  const groups = new Map<string, { readonly fields: string[]; readonly told: Rule }>();
  const needed: Rule[] = [];
  for (const { key, validators } of fields) {
    for (const one of validators) {
      const when = neededWhen(one);
      if (when) needed.push({ rule: 'requiredIf', field: key, when, ...toldBy(one) });
      if (one.validate !== 'unique_with') continue;
      const group = groups.get(one.uniqueKey) ?? { fields: [], told: toldBy(one, one.uniqueKey) };
      group.fields.push(key);
      groups.set(one.uniqueKey, group);
    }
  }
  return [...needed, ...[...groups.values()].map(({ fields: members, told }) => ({ rule: 'unique', fields: members, ...told }))];
}
