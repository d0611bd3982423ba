/** How the rows of a review are judged: the same parts and verdicts that judge a file as a whole. Pure. */
import { z } from 'zod';
import { field } from '../domain/fields/forms.ts';
import { own } from '../domain/own.ts';
import { conditionFields, ruleFields, type Rule } from '../domain/rules.ts';
import type { AssessTask } from '../domain/run.ts';
import { parseSchemaFile, type SchemaFile } from '../rules/schema-file.ts';
import { uniqueKeys } from '../rules/compile.ts';
import { partsOf, type FedField, type Part } from '../shape/assess/cells.ts';
import { fedFields } from '../shape/assess/layout.ts';
import { cellsOf, verdicts, type Verdict } from '../shape/assess/verdicts.ts';
import type { Choices } from './choices.ts';

/** Of the definition of a field, as far as it is looked at here. */
const multiSelect = z.looseObject({
  is: z.literal('multi-select'),
  options: z.array(z.looseObject({ label: z.string(), value: z.string(), alternateMatches: z.array(z.string()).optional() })),
});

const block = z.object({ code: z.string(), message: z.string() });

/** What was found out about the file when it was read: kept beside the rows. */
export const layout = z.object({
  headers: z.array(z.string()),
  /** The row of names; null = nobody knows yet, and there are no rows. */
  header: z.number().nullable(),
  /** Key of a field → its columns; those behind the headers are not in the file. */
  columns: z.record(z.string(), z.array(z.number())),
  many: z.array(z.string()),
  /** Fields that only hooks fill: nobody is shown them. */
  hidden: z.array(z.string()),
  /** Fields that columns of the file may feed. */
  matchable: z.array(z.string()),
  /** Those that the import did not have: of hooks, and of columns that became fields of their own. As they were given. */
  given: z.array(field),
  /** Those of them that columns have become. */
  custom: z.array(z.string()).default([]),
  /** Fields of the import that hooks have taken away. */
  removed: z.array(z.string()),
  /** Fields and rules as a schema file has them, as hooks have left them. */
  definition: z.record(z.string(), z.json()),
  /** Of a workbook. */
  sheets: z.array(z.string()),
  guesses: z.array(z.object({ column: z.number(), key: z.string(), confidence: z.number() })),
  blocks: z.array(block),
  dropped: z.number(),
  /** Columns that no field takes. */
  unmapped: z.array(z.number()),
  /** Columns of ours that nobody has written, or said something of, yet: only hooks see them. */
  asleep: z.array(z.number()).default([]),
  /** Those of them that hooks of a review have since, in that order. */
  woken: z.array(z.number()).default([]),
  /** Rows of the file. */
  rows: z.number(),
  /** What hooks call rows that they have added. */
  rowIds: z.record(z.string(), z.string()).default({}),
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
  /** What is shown and delivered. */
  readonly fields: readonly FedField[];
  /** In the order in which they are shown. */
  readonly parts: readonly Part[];
  /** Those that people see, find and change. */
  readonly shown: readonly Part[];
  /** With what is asleep: as hooks see a row. */
  readonly every: { readonly fields: readonly FedField[]; readonly parts: readonly Part[] };
  /** Those of every part, so that their numbers stay. */
  readonly verdicts: readonly Verdict[];
  readonly keys: readonly UniqueKey[];
  readonly schema: SchemaFile;
}

export function planOf(found: Layout): Plan {
  const schema = parseSchemaFile(JSON.stringify(found.definition), 'the fields of this import');
  const fields = fedFields({ schema, columns: found.columns, many: found.many });
  const parts = partsOf(fields);
  const isAwake = ({ columns }: FedField): boolean => !columns.some((column) => found.asleep.includes(column));
  // A page that is open knows columns by their places: what comes later comes behind them.
  const awake = parts
    .filter(({ fed }) => isAwake(fed))
    .toSorted((a, b) => found.woken.indexOf(a.column) - found.woken.indexOf(b.column));
  const unique = schema.rules.filter((rule) => rule.rule === 'unique');
  return {
    layout: found,
    schema,
    fields: fields.filter(isAwake),
    parts: awake,
    shown: awake.filter(({ fed }) => !found.hidden.includes(fed.field.name)),
    every: { fields, parts },
    verdicts: verdicts(parts, schema.rules, () => undefined),
    keys: unique.map((rule, at) => ({ rule, column: `k${at}`, sql: keySql(rule, parts) })),
  };
}

/** The plan once these columns are awake; the same one where they are already. Pure. */
export function wokenBy(plan: Plan, columns: ReadonlySet<number>): Plan {
  const { asleep, woken } = plan.layout;
  const now = asleep.filter((column) => columns.has(column));
  if (now.length === 0) return plan;
  return planOf({ ...plan.layout, asleep: asleep.filter((column) => !columns.has(column)), woken: [...woken, ...now] });
}

/** The numbers of verdicts that nobody asks for yet. Pure. */
export const sleepingVerdicts = ({ verdicts: all, layout: { asleep } }: Plan): ReadonlySet<number> =>
  new Set(all.flatMap(({ part }, at) => (asleep.includes(part.column) ? [at] : [])));

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

/** Texts that a person has said the meaning of, and days that they have said the order of. */
export function withValues(task: AssessTask, { values, dates }: Choices): AssessTask {
  const { fields } = task.definition;
  if (!Array.isArray(fields)) return task;
  const meant = fields.map((field: z.core.util.JSONType) => {
    if (typeof field !== 'object' || field === null || !('name' in field) || typeof field['name'] !== 'string') return field;
    const texts = Object.entries(own(values, field['name']) ?? {}).filter(([, value]) => value !== null);
    const read = own(dates, field['name']);
    const means = read && {
      ...(field['means'] as object | undefined),
      ...(read === 'keep' ? { asWritten: true } : { order: read }),
    };
    return { ...field, ...(texts.length > 0 && meantBy(field, texts)), ...(means && { means }) };
  });
  return { ...task, definition: { ...task.definition, fields: meant } };
}

/** A text takes the place of another one, but for members of lists: those are what an option is called besides. */
function meantBy(
  field: Readonly<Record<string, z.core.util.JSONType>>,
  texts: readonly (readonly [string, string | null])[],
): object {
  const list = multiSelect.safeParse(field['means']).data;
  if (!list) return { replace: { ...(field['replace'] as object | undefined), ...Object.fromEntries(texts) } };
  const chosenBy = (name: string | null): object | undefined =>
    list.options.find(({ value }) => value === name) ?? list.options.find(({ label }) => label === name);
  const options = list.options.map((option) => {
    const called = texts.flatMap(([text, name]) => (chosenBy(name) === option ? [text] : []));
    return { ...option, alternateMatches: [...(option.alternateMatches ?? []), ...called] };
  });
  return { means: { ...list, options } };
}

export const columnId = (column: number): string => `c${column}`;

/** Undefined for what no part shows. */
export const partOf = ({ parts }: Plan, id: string): Part | undefined => parts.find(({ column }) => columnId(column) === id);
