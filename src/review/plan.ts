/** How the rows of a review are judged: the same parts and verdicts that judge a file as a whole. Pure. */
import { z } from 'zod';
import { conditionFields, ruleFields, type Rule } from '../domain/rules.ts';
import type { AssessTask } from '../domain/run.ts';
import { parseSchemaFile, type SchemaFile } from '../rules/schema-file.ts';
import { uniqueKeys } from '../rules/compile.ts';
import { partsOf, type FedField, type Part } from '../shape/assess/cells.ts';
import { fedFields } from '../shape/assess/layout.ts';
import { cellsOf, verdicts, type Verdict } from '../shape/assess/verdicts.ts';
import type { Choices } from './choices.ts';

const block = z.object({ code: z.string(), message: z.string() });

/** What was found out about the file when it was read: kept beside the rows. */
export const layout = z.object({
  headers: z.array(z.string()),
  /** The row of names; null = nobody knows yet, and there are no rows. */
  header: z.number().nullable(),
  /** Key of a field → its columns; those behind the headers are not in the file. */
  columns: z.record(z.string(), z.array(z.number())),
  many: z.array(z.string()),
  /** Fields and rules as a schema file has them, as hooks have left them. */
  definition: z.record(z.string(), z.json()),
  /** Of a workbook. */
  sheets: z.array(z.string()),
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

export function planOf(found: Layout): Plan {
  const schema = parseSchemaFile(JSON.stringify(found.definition), 'the fields of this import');
  const fields = fedFields({ schema, columns: found.columns, many: found.many, removed: [] });
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
  const [key = 'null', ...others] = uniqueKeys(rule, cellsOf(parts));
  // Of several columns a row has several: no single text finds the others, so that all of them are looked through.
  if (others.length > 0) return `'all'`;
  return rule.fields.length === 1 ? key : `cast(to_json(${key}) as VARCHAR)`;
}

/** The columns of the file that decide on a verdict. */
export function decidedBy({ part, rule }: Verdict, parts: readonly Part[]): ReadonlySet<number> {
  if (!rule) return new Set([part.column]);
  const names = [
    ...(rule.rule === 'unique' ? rule.fields : ruleFields(rule)),
    ...(rule.rule === 'requiredIf' ? conditionFields(rule.when) : []),
  ];
  return new Set(parts.flatMap(({ fed, column }) => (names.includes(fed.field.name) ? [column] : [])));
}

/** Texts that a person has said the meaning of. */
export function withValues(task: AssessTask, { values }: Choices): AssessTask {
  const { fields } = task.definition;
  if (!Array.isArray(fields)) return task;
  const meant = fields.map((field: z.core.util.JSONType) => {
    if (typeof field !== 'object' || field === null || !('name' in field) || typeof field['name'] !== 'string') return field;
    const texts = Object.entries(values[field['name']] ?? {}).filter(([, value]) => value !== null);
    const replace = { ...(field['replace'] as object | undefined), ...Object.fromEntries(texts) };
    return texts.length === 0 ? field : { ...field, replace };
  });
  return { ...task, definition: { ...task.definition, fields: meant } };
}

export const columnId = (column: number): string => `c${column}`;

/** Undefined for what no part shows. */
export const partOf = ({ parts }: Plan, id: string): Part | undefined => parts.find(({ column }) => columnId(column) === id);
