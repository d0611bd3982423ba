/** How the rows of a review are judged: the same parts and verdicts that judge a file as a whole. Pure. */
import { z } from 'zod';
import { conditionFields, ruleFields, type Rule } from '../domain/rules.ts';
import type { AssessTask } from '../domain/run.ts';
import type { SchemaFile } from '../rules/schema-file.ts';
import { uniqueKey } from '../rules/compile.ts';
import { fedFields } from '../shape/assess/assess.ts';
import { partsOf, type FedField, type Part } from '../shape/assess/cells.ts';
import { cellsOf, verdicts, type Verdict } from '../shape/assess/verdicts.ts';
import type { Choices } from './choices.ts';

const block = z.object({ code: z.string(), message: z.string() });

/** What was found out about the file when it was read: kept beside the rows. */
export const layout = z.object({
  headers: z.array(z.string()),
  /** The row of names; null = nobody knows yet, and there are no rows. */
  header: z.number().nullable(),
  /** Key of a field → its columns. */
  columns: z.record(z.string(), z.array(z.number())),
  /** Columns that the file does not have: fields that are needed, to be filled in. */
  added: z.array(z.number()),
  guesses: z.array(z.object({ column: z.number(), key: z.string(), confidence: z.number() })),
  blocks: z.array(block),
  dropped: z.number(),
  /** Columns that no field takes. */
  unmapped: z.array(z.number()),
  /** Rows of the file. */
  rows: z.number(),
});

export type Layout = z.output<typeof layout>;

/** Rows are compared by the text in a column of their own, so that others with the same are found at once. */
export interface UniqueKey {
  readonly rule: Rule & { rule: 'unique' };
  readonly column: string;
  readonly sql: string;
}

export interface Plan {
  readonly layout: Layout;
  readonly fields: readonly FedField[];
  readonly parts: readonly Part[];
  readonly verdicts: readonly Verdict[];
  readonly keys: readonly UniqueKey[];
  readonly schema: SchemaFile;
}

export function planOf(schema: SchemaFile, task: Pick<AssessTask, 'many'>, found: Layout): Plan {
  const fields = fedFields(schema, found.columns, task.many);
  const parts = partsOf(fields);
  const unique = schema.rules.filter((rule) => rule.rule === 'unique');
  return {
    layout: found,
    schema,
    fields,
    parts,
    verdicts: verdicts(parts, schema.rules, () => undefined),
    keys: unique.map((rule, at) => ({ rule, column: `k${at}`, sql: keySql(rule, parts) })),
  };
}

/** As text: rows are equal where these are. */
function keySql(rule: Rule & { rule: 'unique' }, parts: readonly Part[]): string {
  const key = uniqueKey(rule, cellsOf(parts));
  return rule.fields.length === 1 ? key : `cast(to_json(${key}) as VARCHAR)`;
}

/** The columns of the file that decide on a verdict. */
export function decidedBy({ part, rule }: Verdict, parts: readonly Part[]): ReadonlySet<number> {
  if (!rule) return new Set([part.column]);
  const names = [...ruleFields(rule), ...(rule.rule === 'requiredIf' ? conditionFields(rule.when) : [])];
  return new Set(parts.flatMap(({ fed, column }) => (names.includes(fed.field.name) ? [column] : [])));
}

/** Texts that a person has said the meaning of. */
export function withValues(schema: SchemaFile, { values }: Choices): SchemaFile {
  const fields = schema.fields.map((field) => {
    const meant = values[field.name];
    if (!meant) return field;
    const texts = Object.fromEntries(Object.entries(meant).map(([text, value]) => [text, value ?? '']));
    return { ...field, replace: { ...field.replace, ...texts } };
  });
  return { ...schema, fields };
}

export const columnId = (column: number): string => `c${column}`;

/** Undefined for what no part shows. */
export const partOf = ({ parts }: Plan, id: string): Part | undefined => parts.find(({ column }) => columnId(column) === id);
