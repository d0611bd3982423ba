/** Fields and their validators as the definition of a schema file, with everything that is wrong with them. Pure. */
import type { Json } from '../json.ts';
import type { Field, Validator } from './forms.ts';
import { meaningOf, typeOf } from './types.ts';
import { fieldRules, isPattern } from './validators.ts';

export interface FieldProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const texts = new Set(['string', 'email', 'domain', 'url', 'select', 'uuid', 'phone-number']);

/** Rows are JSON objects by key, and in many a client's language this one names no value of its own. */
export const unusable = '__proto__';

/** Everything that is wrong with them, each with its path. */
export const problemsOf = (fields: readonly Field[]): readonly FieldProblem[] => [
  ...listProblems(fields),
  ...fields.flatMap((field, at) => fieldProblems(field, at, fields)),
];

function listProblems(fields: readonly Field[]): readonly FieldProblem[] {
  const keys = fields.map(({ key }) => key);
  const twice = fields.flatMap(({ key }, at): readonly FieldProblem[] =>
    keys.indexOf(key) === at ? [] : [{ path: ['fields', at, 'key'], message: `two fields have the key ${JSON.stringify(key)}` }],
  );
  const none = fields.every(({ hidden }) => hidden)
    ? [{ path: ['fields'], message: 'a field that is not hidden is needed' }]
    : [];
  return [...twice, ...none];
}

function fieldProblems(field: Field, at: number, fields: readonly Field[]): readonly FieldProblem[] {
  const path = ['fields', at];
  const say = (key: string, message: string): FieldProblem => ({ path: [...path, key], message });
  const options = field.selectOptions ?? [];
  const names = options.flatMap(({ label, value, alternateMatches = [] }) => [...new Set([label, value, ...alternateMatches])]);
  const alternates = options.flatMap(({ alternateMatches = [] }) =>
    alternateMatches.filter((name, place) => alternateMatches.indexOf(name) !== place),
  );
  const twice = new Set(names.filter((name, place) => names.indexOf(name) !== place));
  return [
    ...(field.key === unusable ? [say('key', `a field cannot have the key ${JSON.stringify(unusable)}`)] : []),
    ...meaningOf(field).problems.map((message) => say('type', message)),
    ...[...twice].map((name) => say('selectOptions', `two options are called ${JSON.stringify(name)}`)),
    ...[...new Set(alternates)].map((name) => say('selectOptions', `one option has the alternate ${JSON.stringify(name)} twice`)),
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
  /** As a schema file has it. */
  readonly definition: Readonly<Record<string, Json>>;
  readonly many: readonly string[];
  readonly needed: readonly string[];
  /** Days whose form somebody has to agree to. */
  readonly unfixed: readonly string[];
  /** No column of a file feeds them. */
  readonly hidden: readonly string[];
}

/** `only` of fields that were checked; rules that look at others than those `known` stay out, as nobody can decide them. */
export function definitionOf(only: readonly Field[], match: 'exact' | 'normalised' | 'fuzzy', known = only): Translated {
  const keys = new Set(known.map(({ key }) => key));
  const partners = (own: string, group: string): readonly string[] =>
    only.flatMap(({ key, validators = [] }) =>
      key !== own && validators.some((one) => one.validate === 'unique_with' && one.uniqueKey === group) ? [key] : [],
    );
  const fields = only.map((field) => {
    const rules = fieldRules(field.validators ?? [], (group) => partners(field.key, group));
    return { ...fieldOf(field), rules: rules.filter((rule) => namedFields(rule).every((key) => keys.has(key))) };
  });
  const definition = { match, fields, rules: [] };
  const those = (flag: 'manyToOne' | 'requireMapping' | 'hidden'): readonly string[] =>
    only.flatMap((field) => (field[flag] ? [field.key] : []));
  return {
    definition: JSON.parse(JSON.stringify(definition)) as Translated['definition'], // plain data
    many: those('manyToOne'),
    needed: those('requireMapping').filter((key) => !those('hidden').includes(key)),
    hidden: those('hidden'),
    unfixed: only.filter(isUnfixed).map(({ key }) => key),
  };
}

/** Its days are read only as somebody agrees to. */
export const isUnfixed = ({ type }: Field): boolean =>
  Array.isArray(type) && type[0] === 'date' && typeof type[1] === 'object' && type[1]['autofix'] === false;

function fieldOf(field: Field): object {
  return {
    name: field.key,
    from: [field.label, field.key, ...(field.alternateMatches ?? [])],
    type: 'text',
    means: meaningOf(field).means,
    message: field.invalidValueMessage || undefined,
  };
}

const namedFields = (rule: object): readonly string[] =>
  [...JSON.stringify(rule).matchAll(/"field":("(?:[^"\\]|\\.)*")/g)].map(([, key = '""']) => JSON.parse(key) as string); // between quotes
