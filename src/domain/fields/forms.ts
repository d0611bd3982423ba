/** Fields as clients write them. Keys that nobody knows are mistakes. */
import { z } from 'zod';

const level = z.enum(['error', 'warning', 'info']).optional();
const told = { errorMessage: z.string().optional(), level };
const fields = z.array(z.string());
const values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const pattern = {
  regex: z.string(),
  regexOptions: z
    .strictObject({ ignoreCase: z.boolean(), dotAll: z.boolean(), multiline: z.boolean(), unicode: z.boolean() })
    .partial()
    .optional(),
};

const bare = (name: 'required' | 'unique' | 'unique_case_insensitive' | 'alphabetical') =>
  z.strictObject({ validate: z.literal(name), ...told });
const listing = (name: 'require_with' | 'require_without' | 'require_with_all' | 'require_without_all') =>
  z.strictObject({ validate: z.literal(name), fields, ...told });
const valued = (
  name: 'require_with_values' | 'require_without_values' | 'require_with_all_values' | 'require_without_all_values',
) => z.strictObject({ validate: z.literal(name), fieldValues: values, ...told });

export const validator = z.discriminatedUnion('validate', [
  bare('required'),
  bare('unique'),
  bare('unique_case_insensitive'),
  bare('alphabetical'),
  z.strictObject({ validate: z.literal('unique_with'), uniqueKey: z.string().min(1), ...told }),
  z.strictObject({ validate: z.literal('regex_match'), ...pattern, ...told }),
  z.strictObject({ validate: z.literal('regex_exclude'), ...pattern, ...told }),
  listing('require_with'),
  listing('require_without'),
  listing('require_with_all'),
  listing('require_without_all'),
  valued('require_with_values'),
  valued('require_without_values'),
  valued('require_with_all_values'),
  valued('require_without_all_values'),
  z.strictObject({ validate: z.literal('length'), min: z.int().min(1).optional(), max: z.int().min(1).optional(), ...told }),
]);

export type Validator = z.output<typeof validator>;

export const field = z.strictObject({
  label: z.string().min(1),
  key: z.string().min(1),
  type: z.union([z.string(), z.tuple([z.string(), z.union([z.string(), z.record(z.string(), z.json())])])]).optional(),
  description: z.string().optional(),
  alternateMatches: z.array(z.string()).optional(),
  validators: z.array(validator).optional(),
  invalidValueMessage: z.string().optional(),
  selectOptions: z
    .array(z.strictObject({ label: z.string(), value: z.string(), alternateMatches: z.array(z.string()).optional() }))
    .optional(),
  readOnly: z.boolean().optional(),
  hidden: z.boolean().optional(),
  requireMapping: z.boolean().optional(),
  manyToOne: z.boolean().optional(),
});

export type Field = z.output<typeof field>;
