/** Fields and their validators as the definition of a schema file, with everything that is wrong with them. Pure. */
import type { Json } from '../../../domain/json.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import type { Field, Validator } from './field-shapes.ts';
import { meaningOf, typeOf } from './types.ts';
import { fieldRules, isPattern, rowRules } from './validators.ts';

interface Problem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const texts = new Set(['string', 'email', 'domain', 'url', 'select', 'uuid', 'phone-number']);

/** Throws InvalidInput with the path of each mistake. */
export function requireFields(operation: string, fields: readonly Field[]): void {
  const problems = [...listProblems(fields), ...fields.flatMap((field, at) => fieldProblems(field, at, fields))];
  if (problems.length > 0) throw new InvalidInput(operation, problems);
}

function listProblems(fields: readonly Field[]): readonly Problem[] {
  const keys = fields.map(({ key }) => key);
  const twice = fields.flatMap(({ key }, at): readonly Problem[] =>
    keys.indexOf(key) === at ? [] : [{ path: ['fields', at, 'key'], message: `two fields have the key ${JSON.stringify(key)}` }],
  );
  const none = fields.every(({ hidden }) => hidden)
    ? [{ path: ['fields'], message: 'a field that is not hidden is needed' }]
    : [];
  return [...twice, ...none];
}

function fieldProblems(field: Field, at: number, fields: readonly Field[]): readonly Problem[] {
  const path = ['fields', at];
  const say = (key: string, message: string): Problem => ({ path: [...path, key], message });
  const options = field.selectOptions ?? [];
  const names = options.flatMap(({ label, value, alternateMatches = [] }) => [...new Set([label, value, ...alternateMatches])]);
  const twice = new Set(names.filter((name, place) => names.indexOf(name) !== place));
  return [
    ...meaningOf(field).problems.map((message) => say('type', message)),
    ...[...twice].map((name) => say('selectOptions', `two options are called ${JSON.stringify(name)}`)),
    ...(field.hidden && (field.validators ?? []).length > 0 ? [say('validators', 'a hidden field has none')] : []),
    ...(field.validators ?? []).flatMap((one, place) =>
      validatorProblems(one, field, fields).map((message) => ({ path: [...path, 'validators', place], message })),
    ),
  ];
}

function validatorProblems(one: Validator, field: Field, fields: readonly Field[]): readonly string[] {
  const others = 'fields' in one ? one.fields : 'fieldValues' in one ? Object.keys(one.fieldValues) : [];
  const unknown = others.filter((key) => !fields.some((other) => other.key === key));
  return [
    ...unknown.map((key) => `there is no field ${JSON.stringify(key)}`),
    ...(one.validate === 'length' && one.min === undefined && one.max === undefined ? ['min or max is needed'] : []),
    ...(one.validate === 'length' && !texts.has(typeOf(field)) ? ['length is only for texts'] : []),
    ...('regex' in one && !isPattern(one.regex, one.regexOptions?.unicode ? 'u' : '') ? ['regex is no pattern'] : []),
  ];
}

export interface Translated {
  readonly definition: Readonly<Record<string, Json>>;
  readonly many: readonly string[];
  readonly needed: readonly string[];
}

/** Of fields that were checked. Hidden ones have no column, and nobody fills them. */
export function definitionOf(fields: readonly Field[], match: 'exact' | 'fuzzy'): Translated {
  const shown = fields.filter(({ hidden }) => !hidden);
  const keys = new Set(shown.map(({ key }) => key));
  const translated = shown.map((field) => {
    const { means } = meaningOf(field);
    return {
      name: field.key,
      from: [field.label, field.key, ...(field.alternateMatches ?? [])],
      type: 'text',
      means,
      message: field.invalidValueMessage || undefined,
      rules: fieldRules(field.validators ?? []),
    };
  });
  const rules = rowRules(shown.map(({ key, validators = [] }) => ({ key, validators })));
  const definition = {
    match,
    fields: translated,
    rules: rules.map((rule) => withoutHidden(rule, keys)).filter((rule) => rule !== undefined),
  };
  return {
    definition: JSON.parse(JSON.stringify(definition)) as Translated['definition'], // plain data
    many: shown.flatMap(({ key, manyToOne }) => (manyToOne ? [key] : [])),
    needed: shown.flatMap(({ key, requireMapping }) => (requireMapping ? [key] : [])),
  };
}

/** Conditions that look at a hidden field look at an empty cell: they stay out, as nobody can decide them. */
function withoutHidden<R extends object>(rule: R, keys: ReadonlySet<string>): R | undefined {
  const named = [...JSON.stringify(rule).matchAll(/"field":("(?:[^"\\]|\\.)*")/g)].map(
    ([, key = '""']) => JSON.parse(key) as unknown,
  );
  return named.every((key) => typeof key === 'string' && keys.has(key)) ? rule : undefined;
}
