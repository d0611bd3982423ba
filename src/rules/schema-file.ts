/** The schema file of `--schema`: its form, and its way into fields and rules. docs/rules.md is held against it. */
import { z } from 'zod';
import { HeadgateError } from '../domain/error.ts';
import { meaningType } from '../domain/meaning.ts';
import type { Condition, FieldRules, Rule } from '../domain/rules.ts';
import { parseType } from '../domain/types.ts';
import { meaningForm } from './meanings/form.ts';
import { problems } from './problems.ts';

export interface SchemaField extends FieldRules {
  /** The headers that it may have in a file, the first that is there counts. */
  readonly from: readonly string[];
}

export interface SchemaFile {
  readonly fields: readonly SchemaField[];
  readonly rules: readonly Rule[];
  /** How alike a header and a name may be; absent = they are equal. */
  readonly match?: 'normalised' | 'fuzzy';
}

const name = z.string().min(1);
const names = z.array(name).min(1);
const is = z.enum(['=', '!=', '<', '<=', '>', '>=']);
const isExact = (value: unknown): boolean =>
  typeof value !== 'number' || Number.isSafeInteger(value) || (!Number.isInteger(value) && String(value).length <= 16);
/** Numbers may be written as JSON numbers while JavaScript keeps them exactly. */
const constant = z.union([z.string(), z.number()]).refine(isExact, 'write a number of this size as a text').transform(String);
const breach = { level: z.enum(['error', 'warning', 'info']).default('error'), message: z.string().min(1).optional() };

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(condition).min(1) }),
    z.strictObject({ any: z.array(condition).min(1) }),
    z.strictObject({ not: condition }),
    z.strictObject({ field: name, is: z.enum(['empty', 'present']) }),
    z.strictObject({ field: name, is, value: constant }),
    z.strictObject({ field: name, is, other: name }),
    z.strictObject({ field: name, in: z.array(constant).min(1) }),
  ]),
);

/** What stands in the `rules` of a field, without the field's name. */
export const fieldRuleForms = [
  z.strictObject({ rule: z.literal('required'), ...breach }),
  z.strictObject({ rule: z.literal('unique'), ignoreCase: z.boolean().default(false), with: names.optional(), ...breach }),
  z.strictObject({ rule: z.literal('requiredIf'), when: condition, ...breach }),
  z.strictObject({ rule: z.literal('range'), min: constant.optional(), max: constant.optional(), ...breach }),
  z.strictObject({ rule: z.literal('length'), min: z.int().min(0).optional(), max: z.int().min(0).optional(), ...breach }),
  z.strictObject({
    rule: z.literal('pattern'),
    pattern: z.string(),
    ignoreCase: z.boolean().default(false),
    excludes: z.boolean().default(false),
    flags: z
      .string()
      .regex(/^(?!.*(.).*\1)[msu]*$/, 'of m, s and u, each once')
      .optional(),
    ...breach,
  }),
  z.strictObject({ rule: z.literal('enum'), values: names, ignoreCase: z.boolean().default(false), ...breach }),
] as const;

/** What stands in the `rules` of the whole schema. */
export const rowRuleForms = [
  z.strictObject({ rule: z.literal('unique'), fields: names, ignoreCase: z.boolean().default(false), ...breach }),
  z.strictObject({ rule: z.literal('compare'), left: name, is, right: name, ...breach }),
  z.strictObject({ rule: z.literal('requiredIf'), field: name, when: condition, ...breach }),
  z.strictObject({ rule: z.literal('exactlyOneOf'), fields: names.min(2), ...breach }),
  z.strictObject({ rule: z.literal('check'), that: condition, ...breach }),
] as const;

const bare = z.enum(['required', 'unique']).transform((rule) => ({ rule }));
const fieldRule = z.preprocess(
  (given) => (typeof given === 'string' ? (bare.safeParse(given).data ?? given) : given),
  z.discriminatedUnion('rule', fieldRuleForms),
);

export const fieldForm = z.strictObject({
  name,
  from: z.union([name.transform((one) => [one]), names]).optional(),
  type: z.string().optional(),
  trim: z.boolean().default(false),
  case: z.enum(['lower', 'upper']).optional(),
  default: z.string().optional(),
  replace: z.record(z.string(), z.string()).optional(),
  means: meaningForm.optional(),
  message: z.string().min(1).optional(),
  rules: z.array(fieldRule).default([]),
});

const fileForm = z.strictObject({
  match: z.enum(['exact', 'normalised', 'fuzzy']).default('exact'),
  fields: z.array(fieldForm).min(1),
  rules: z.array(z.discriminatedUnion('rule', rowRuleForms)).default([]),
});

/** Throws `usage.schema` with everything that is wrong with the text, and `usage.type`. `path` is for messages. */
export function parseSchemaFile(text: string, path: string): SchemaFile {
  const fail = (what: readonly string[]): never => {
    const shown = what.slice(0, 8).join('; ');
    throw new HeadgateError('usage.schema', `reading ${path}: ${shown}${what.length > 8 ? `; and ${what.length - 8} more` : ''}`);
  };
  const checked = fileForm.safeParse(parseJson(text, fail));
  if (!checked.success) return fail(checked.error.issues.map(({ path: at, message }) => `${place(at)}: ${message}`));
  const { fields, rules, match } = checked.data;
  const file: SchemaFile = {
    ...(match !== 'exact' && { match }),
    fields: fields.map(({ rules: _rules, from, type, ...rest }) => ({
      ...present(rest),
      type: type === undefined && rest.means ? meaningType(rest.means) : parseType(type ?? 'text'),
      from: from ?? [rest.name],
    })),
    rules: [
      ...fields.flatMap((field) =>
        field.rules.map((rule): Rule => {
          if (rule.rule !== 'unique') return { ...present(rule), field: field.name };
          const { with: others, ...own } = present(rule);
          return others ? { ...own, fields: [field.name, ...others], at: field.name } : { ...own, fields: [field.name] };
        }),
      ),
      ...rules.map((rule): Rule => present(rule)),
    ],
  };
  const wrong = problems(file);
  return wrong.length > 0 ? fail(wrong) : file;
}

function parseJson(text: string, fail: (what: readonly string[]) => never): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return fail(['it is not JSON']);
  }
}

/** `fields[2].rules[0].min` */
const place = (at: readonly PropertyKey[]): string =>
  at
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '') || 'the file';

type Present<T> = T extends unknown ? { [K in keyof T]: Exclude<T[K], undefined> } : never;

/** Without keys that were left out: an absent option and one that is undefined are not the same thing here. */
function present<T extends object>(given: T): Present<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Present<T>; // the same keys, fewer
}
