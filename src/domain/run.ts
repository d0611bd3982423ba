import { z } from 'zod';
import type { Json } from './json.ts';
import { hooks } from './fields/hooks.ts';

export const runStates = ['queued', 'running', 'retrying', 'needs_review', 'succeeded', 'failed', 'cancelled'] as const;

export type RunState = (typeof runStates)[number];

const resting: ReadonlySet<string> = new Set(['needs_review', 'succeeded', 'failed', 'cancelled'] satisfies readonly RunState[]);

/** Does nothing more happen to a run in this state by itself? */
export const isAtRest = (state: string): boolean => resting.has(state);

/** Why there is a run. */
export const runCauses = ['manual', 'schedule', 'after', 'resync', 'replay', 'undo'] as const;

export type RunCause = (typeof runCauses)[number];

/** To one table that the run `of` wrote. */
const tableTask = z.strictObject({ kind: z.enum(['replay', 'undo']), of: z.string(), table: z.string() });

/** The rows of the pipeline's one flow, which is a query, as an uploaded file: csv with a first line of names. */
const exportTask = z.strictObject({
  kind: z.literal('export'),
  name: z.string().min(1).max(200).meta({ description: 'Of the file' }),
  header: z.boolean().default(true),
  delimiter: z.enum(['comma', 'tab', 'pipe']).default('comma'),
  quoted: z.boolean().default(true).meta({ description: 'false: values are written as they are' }),
  compression: z.enum(['gzip', 'zip', 'none']).default('gzip'),
  most: z.number().int().min(1).optional().meta({
    description: 'Bytes of one file, before it is packed, give or take a batch of rows: several files are made; absent: one',
  }),
});

/** Its first rows, as an answer. */
const askTask = z.strictObject({ kind: z.literal('ask'), rows: z.number().int().min(0).max(1000) });

/** The uploaded files of the pipeline's one flow, made plain: in UTF-8, unpacked, their lines ended alike, with what was found out. */
const prepareTask = z.strictObject({ kind: z.literal('prepare'), types: z.boolean().default(false) });

/** Nothing: it fails, and says why. */
const refuseTask = z.strictObject({ kind: z.literal('refuse'), reason: z.string().min(1).max(1000) });

/** What no field takes is in each row under this key, where it is wanted. */
export const unmappedKey = '$unmapped';

/** The one uploaded file of the pipeline's one flow, held to fields and rules: the rows as JSON, and what is wrong with them. */
const assessTask = z.strictObject({
  kind: z.literal('assess'),
  definition: z
    .record(z.string(), z.json())
    .meta({ description: 'Fields and rules, the same JSON as a schema file (docs/rules.md)' }),
  many: z.array(z.string()).default([]).meta({ description: 'Fields that several columns may feed: their values are lists' }),
  needed: z.array(z.string()).default([]).meta({ description: 'Fields that must have a column' }),
  unfixed: z.array(z.string()).default([]).meta({ description: 'Days that are read only as somebody has agreed to' }),
  hidden: z.array(z.string()).default([]).meta({ description: 'Fields that only hooks fill' }),
  hooks: hooks.default({}).meta({ description: 'JavaScript over rows: docs/hooks.md' }),
  batch: z.int().min(1).max(100_000).nullable().default(null).meta({ description: 'Rows of a batch row hook' }),
  about: z.record(z.string(), z.json()).default({}).meta({ description: 'What hooks are told of the import' }),
  load: z.boolean().default(false).meta({ description: 'The rows go into the table of the flow as well' }),
  topics: z.array(z.string()).default([]).meta({ description: 'What its events are about' }),
  remembered: z.record(z.string(), z.string()).default({}).meta({ description: 'Header to field, as somebody decided before' }),
  header: z.number().int().min(0).nullable().default(null).meta({ description: 'The row of names, from 0; null: found' }),
  sheet: z.string().nullable().default(null),
  xml: z.record(z.string(), z.json()).nullable().default(null).meta({ description: 'How XML becomes rows: docs/files.md' }),
  delimiter: z.string().nullable().default(null),
  most: z.number().int().min(0).nullable().default(null).meta({ description: 'Rows behind so many are dropped' }),
  trial: z
    .strictObject({
      rows: z.number().int().min(1).meta({ description: 'Rows behind so many are dropped' }),
      on: z.boolean(),
      topics: z.array(z.string()).meta({ description: 'What its events are about where a hook says otherwise' }),
    })
    .nullable()
    .default(null)
    .meta({ description: 'Of what is only tried out' }),
  deliver: z.enum(['valid', 'all', 'raw']).default('valid').meta({ description: 'raw: what fits no type keeps its text' }),
  unmapped: z.boolean().default(false).meta({ description: 'Rows bring along the texts that no field takes' }),
  custom: z.boolean().default(false).meta({ description: 'Columns that match no field become fields of their own names' }),
  hold: z
    .strictObject({
      invalid: z.boolean().default(false),
      empty: z.boolean().default(false),
      sheets: z.boolean().default(false).meta({ description: 'A workbook has several sheets, and none is named' }),
    })
    .prefault({}),
});

const deliverTask = z.strictObject({
  kind: z.literal('deliver'),
  file: z.string().meta({ description: 'The rows that a person has looked through: a file with a JSON array of objects' }),
  about: z.record(z.string(), z.json()).default({}).meta({ description: 'The import that they are of' }),
  topics: z.array(z.string()).default([]).meta({ description: 'What its events are about' }),
});

/** What a run does instead of the flows of its pipeline. */
export const runTask = z.discriminatedUnion('kind', [
  tableTask,
  exportTask,
  askTask,
  prepareTask,
  refuseTask,
  assessTask,
  deliverTask,
]);

export type RunTask = z.output<typeof runTask>;
export type TableTask = z.output<typeof tableTask>;
export type ExportTask = z.output<typeof exportTask>;
export type AskTask = z.output<typeof askTask>;
export type PrepareTask = z.output<typeof prepareTask>;
export type AssessTask = z.output<typeof assessTask>;
export type DeliverTask = z.output<typeof deliverTask>;

/** Is it only tried out? `told` = what hooks have said of it. */
const isTrial = ({ trial }: Pick<AssessTask, 'trial'>, told: Readonly<Record<string, Json>>): boolean =>
  typeof told['developmentMode'] === 'boolean' ? told['developmentMode'] : (trial?.on ?? false);

/** Rows behind so many are dropped. */
export function mostRows(task: Pick<AssessTask, 'most' | 'trial'>, told: Readonly<Record<string, Json>>): number | null {
  const { most, trial } = task;
  return trial && isTrial(task, told) ? Math.min(most ?? trial.rows, trial.rows) : most;
}

/** What its events are about. */
export const importTopics = (
  task: Pick<AssessTask, 'topics' | 'trial'>,
  told: Readonly<Record<string, Json>>,
): readonly string[] => (task.trial && isTrial(task, told) !== task.trial.on ? task.trial.topics : task.topics);

/** What the end of a run means. `suspicious`: far fewer rows than usual. `skipped`: it ended before its turn came. */
export const outcomes = ['changed', 'nothing_new', 'with_rejects', 'suspicious', 'skipped'] as const;

export type Outcome = (typeof outcomes)[number];
