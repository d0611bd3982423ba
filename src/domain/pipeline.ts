/** What a pipeline is told to do, as people write it: JSON in the API, YAML-like files in version control. */
import { z } from 'zod';
import { derivationSpec } from './derivation.ts';
import { calendarSpec } from './calendar.ts';
import { duration, durationMs } from './duration.ts';
import { instant, intervalSpec } from './interval.ts';
import { readRejectLimit } from './policy.ts';

export const pipelineStates = ['active', 'paused', 'archived'] as const;
export type PipelineState = (typeof pipelineStates)[number];

const name = z.string().min(1).max(500);

const isEmpty = (...maps: readonly object[]): boolean => maps.every((map) => Object.keys(map).length === 0);

const column = z.strictObject({ name: name.optional(), type: z.string().max(100).optional() });

/** Files with the same columns, read one after the other as one stream: what a `file` connection says of one. */
const uploads = z.strictObject({
  ids: z.array(name).min(1).max(10_000).optional().meta({ description: 'Ids of uploaded files that are ready' }),
  paths: z
    .array(z.string().max(1000))
    .min(1)
    .max(10_000)
    .optional()
    .meta({ description: 'Instead: objects, or folders with all that is below, of the bucket that the source is' }),
  delimiter: z.enum(['comma', 'tab', 'pipe', 'semicolon']).optional().meta({ description: 'Absent: found' }),
  escape: z
    .enum(['quote', 'backslash'])
    .optional()
    .meta({ description: 'What stands before a quote inside quotes; absent: found' }),
  header: z.boolean().optional().meta({ description: 'Is the first line names? Absent: found' }),
  infer: z.boolean().default(true).meta({ description: 'false: what has no type here or in the table is text' }),
  naming: z.enum(['kept', 'plain']).default('kept'),
  columns: z
    .array(column.required({ name: true }))
    .min(1)
    .max(10_000)
    .optional(),
  overrides: z.record(z.string().regex(/^\d{1,5}$/), column).optional(),
  by_place: z.boolean().default(false).meta({
    description:
      'The columns are those of the table in their order; where there is none and nothing is inferred, `columns` must name them with types',
  }),
});

export type Uploads = z.output<typeof uploads>;

/** One stream → shape → one table. Field names are the stream's own, table columns follow `rename`. */
export const flowSpec = z
  .strictObject({
    stream: name.optional().meta({ description: 'A name as `discover` lists it: public.orders', example: 'public.orders' }),
    query: z
      .strictObject({ name, sql: z.string().min(1) })
      .optional()
      .meta({ description: "A SELECT in the source's own SQL, read as a stream of that name" }),
    model: name.optional().meta({ description: 'A model of the source connection, by id or slug, read as a stream of its slug' }),
    files: uploads.optional().meta({ description: 'Uploaded files instead of a stream of the source' }),
    schema: name.optional().meta({
      description: 'Fields and rules: a schema by id or slug, its newest version; `contacts@3` stays with the third',
    }),
    into: name.optional().meta({ description: 'Table, or a template with {stream} and {namespace}; absent: as the stream' }),
    read: z.enum(['snapshot', 'incremental']).default('snapshot'),
    write: z
      .enum(['append', 'replace', 'merge', 'mirror'])
      .optional()
      .meta({ description: 'Absent: merge where a key is known, else append' }),
    key: z.array(name).min(1).optional(),
    version: z
      .union([name, z.array(name).min(1).max(100)])
      .optional()
      .meta({
        description:
          'Of two rows with one key, the one with the greater value here wins; of several fields the first that differs decides',
      }),
    cursor: name.optional(),
    follow: z
      .strictObject({ key: z.array(name).min(1).optional(), cursor: name.optional() })
      .optional()
      .meta({
        description:
          'Reads on from where the last run came to, as far as the stream lets it: by `cursor`, else the first field that is called like a time of change, else a growing key; where there is none, the table is replaced. `key` absent: the primary key',
      }),
    stale: z
      .enum(['write', 'skip'])
      .default('write')
      .meta({ description: 'skip: a row whose `version` is less than that of the stored one is left out' }),
    lookback: z.string().max(40).optional().meta({ example: '10 minutes' }),
    from: z.string().max(200).optional(),
    until: z.string().max(200).optional(),
    null_cursor: z.enum(['include', 'skip', 'fail']).default('include'),
    strict: z.boolean().default(false),
    nulls: z.enum(['write', 'keep']).default('write'),
    deletes: z.enum(['hard', 'soft', 'ignore']).default('hard'),
    existing: z.enum(['any', 'fail', 'recreate']).default('any'),
    on_schema_change: z.enum(['evolve', 'freeze', 'discard']).default('evolve'),
    select: z.array(name).min(1).optional(),
    where: z.string().min(1).optional(),
    rename: z.record(name, name).default({}),
    cast: z.record(name, z.string().max(100)).default({}),
    mask: z.record(name, z.enum(['hash', 'drop'])).default({}),
    max_rejects: z
      .string()
      .regex(/^\d{1,9}$|^\d{1,3}(\.\d{1,4})?%$/, 'a count, or a share like 1%')
      .refine((text) => readRejectLimit(text) !== undefined, 'a share is at most 100%')
      .default('0'),
    fit: z
      .strictObject({
        others: name
          .optional()
          .meta({ description: 'What fields are called that `rename` does not name: a template with {field}' }),
        drop: z.array(name).max(1000).default([]).meta({ description: 'Fields that do not travel, where they are there' }),
        rules: z.array(z.json()).max(100).default([]).meta({ description: 'Rules of rows as in docs/rules.md, by column' }),
      })
      .optional()
      .meta({ description: 'For streams that nobody has seen yet: names are found in any case, absent identities left out' }),
    derive: derivationSpec.optional().meta({ description: 'Profiles or events that the publish makes of the rows' }),
    undo: z
      .number()
      .int()
      .min(0)
      .max(10)
      .optional()
      .meta({ description: 'How many earlier versions of the table are kept, to go back to' }),
    after_failure: z
      .enum(['run', 'skip'])
      .optional()
      .meta({ description: 'skip: left out where a flow before it has failed; absent: flows fail alone' }),
    slice_rows: z.number().int().min(1).optional().meta({
      description: 'A whole table is read in slices of about so many rows, where stream and destination let it',
    }),
    publish_after: duration.optional().meta({
      description: 'How long the rows wait, staged, before the table has them: the run ends behind that',
      example: '3s',
    }),
    verify: z
      .enum(['counts'])
      .optional()
      .meta({ description: 'Fails afterwards where stream and table do not have equally many rows' }),
    allow_delete: z.boolean().default(false).meta({ description: 'Publishes may delete any share of the rows' }),
  })
  .refine(({ stream, query, model, files }) => [stream, query, model, files].filter((one) => one !== undefined).length === 1, {
    error: 'name a stream, a query, a model or files, and only one of them',
    path: ['stream'],
  })
  .refine(({ files }) => !files || (files.ids === undefined) !== (files.paths === undefined), {
    error: 'name uploaded files by their ids, or paths of the source, and not both',
    path: ['files'],
  })
  .refine(({ schema, select, rename, cast, mask }) => schema === undefined || (!select && isEmpty(rename, cast, mask)), {
    error: 'a schema says which fields travel, under which names and types: leave select, rename, cast and mask out',
    path: ['schema'],
  })
  .refine(({ undo, existing }) => !undo || existing !== 'recreate', {
    error: 'a table that is made anew has no version to go back to',
    path: ['undo'],
  });

export type FlowSpec = z.output<typeof flowSpec>;
export const flowSpecs = z.array(flowSpec).min(1).max(10_000);

const every = z.strictObject({
  kind: z.literal('every'),
  period: duration
    .refine((text) => durationMs(text) >= 1000, 'at least 1s')
    .meta({ description: 'Least time from one start to the next' }),
});
const once = z.strictObject({
  kind: z.literal('once'),
  at: instant.optional().meta({ description: 'Absent: as soon as the pipeline is active' }),
});
const after = z.strictObject({
  kind: z.literal('after'),
  pipeline: name.meta({ description: 'Runs whenever a run of this pipeline has succeeded; its id or slug' }),
});
const manual = z.strictObject({ kind: z.literal('manual') });

/** When it runs; domain/schedule.ts says what that means in time. */
export const scheduleSpec = z.discriminatedUnion('kind', [manual, intervalSpec, calendarSpec, every, once, after]);

export type Schedule = z.output<typeof scheduleSpec>;
