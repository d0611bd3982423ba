/** A data pipeline: its body, the rules between its fields, and how it is answered. */
import { z } from 'zod';
import { durationMs } from '../../../domain/duration.ts';
import type { Json } from '../../../domain/json.ts';
import { own } from '../../../domain/own.ts';
import { auditFields, instantOf, label, problems, slug, timestamp } from './fields.ts';
import type { Stored } from './objects.ts';

export const iteratorTypes = [
  'timestamp',
  'timestamp_ltz',
  'timestamp_ntz',
  'timestamp_tz',
  'datetime',
  'datetime_tz',
  'date',
  'timestamp_unixtime_ms',
  'timestamp_unixtime_s',
] as const;

export const frequencies = ['hourly', 'daily', 'weekly', 'monthly'] as const;
export type Frequency = (typeof frequencies)[number];

/** Spellings of the vendor's own pages. */
const alias = (names: Readonly<Record<string, string>>) => (value: unknown) =>
  typeof value === 'string' ? (own(names, value) ?? value) : value;

type Refine<T> = (value: T, context: z.core.$RefinementCtx<T>) => void;

interface Issues {
  addIssue(issue: { readonly code: 'custom'; path: string[]; message: string }): void;
}

const issue = (context: Issues, path: string, message: string): void =>
  context.addIssue({ code: 'custom', path: [path], message });

const syncMode = z.object({
  type: z.preprocess(alias({ full_sync: 'full' }), z.enum(['incremental', 'full'])),
  iterator_field: z.string().min(1).max(500).optional(),
  iterator_data_type: z.enum(iteratorTypes).optional(),
  from: timestamp.optional(),
  until: timestamp.optional(),
});

const judgeSyncMode: Refine<z.output<typeof syncMode>> = (mode, context) => {
  const { type, iterator_field, iterator_data_type, from, until } = mode;
  if (type === 'incremental' && iterator_field === undefined) issue(context, 'iterator_field', 'incremental needs it');
  if (type === 'incremental' && iterator_data_type === undefined) issue(context, 'iterator_data_type', 'incremental needs it');
  if (iterator_field === undefined && (from ?? until) !== undefined) {
    issue(context, 'iterator_field', 'from and until are about it');
  }
  if (from !== undefined && until !== undefined && instantOf(from) > instantOf(until)) {
    issue(context, 'until', 'it is before from');
  }
};

const schedule = z.object({
  type: z.preprocess(alias({ 'on-demand': 'on_demand' }), z.enum(['interval', 'once', 'on_demand'])),
  frequency: z.enum(frequencies).optional(),
  delay: z
    .string()
    .refine((text) => durationMs(text) <= durationMs('100y'), 'a number and one of s, m, h, d, w, y, at most 100y')
    .default('0s'),
  start: timestamp.refine((text) => /^(19[789]|2)/.test(text), 'a year from 1970 to 2999').optional(),
  end: timestamp.refine((text) => /^(19[789]|2)/.test(text), 'a year from 1970 to 2999').optional(),
});

const judgeSchedule: Refine<z.output<typeof schedule>> = ({ type, frequency, start, end }, context) => {
  if (type === 'interval' && frequency === undefined) issue(context, 'frequency', 'an interval needs it');
  if (type === 'interval' && start === undefined) issue(context, 'start', 'an interval needs it');
  if (start !== undefined && end !== undefined && instantOf(end) < instantOf(start)) issue(context, 'end', 'it is before start');
};

const version = z.union([
  z.number().int().min(1).max(1_000_000),
  z
    .string()
    .regex(/^\d{1,6}$/, 'a number')
    .transform(Number),
]);

const fields = z.object({
  id: slug.refine((id) => id !== 'trigger', 'this name has another meaning in the paths'),
  name: label,
  pipeline_type: z.enum(['user_attributes', 'events']),
  connection_id: slug,
  field_transformation_id: slug.optional(),
  data_model_id: slug,
  partner_feed_id: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  partner_feed_key: z.string().max(1000).optional(),
  state: z.enum(['new', 'active', 'paused']),
  sync_mode: syncMode.superRefine(judgeSyncMode),
  schedule: schedule.superRefine(judgeSchedule),
  environment: z.enum(['development', 'production']),
  data_plan_id: slug.optional(),
  data_plan_version: version.optional(),
  forwarder_id: z.string().min(1).max(100).optional().meta({ description: 'Ours: where its events and users are posted on to' }),
});

/** What may be null means that it is not there. */
const withoutNulls = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const given = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(given.map(([name, inner]) => [name, withoutNulls(inner)]));
};

/** Of POST; PUT may leave the id out. */
export const pipelineBody = z.preprocess(
  withoutNulls,
  fields.superRefine(({ pipeline_type, field_transformation_id }, context) => {
    if (pipeline_type === 'events' && field_transformation_id === undefined) {
      issue(context, 'field_transformation_id', 'pipelines of events need it');
    }
    if (pipeline_type === 'user_attributes' && field_transformation_id !== undefined) {
      issue(context, 'field_transformation_id', 'only pipelines of events have one');
    }
  }),
);

export type PipelineBody = z.output<typeof fields>;

/** As it is answered, after what the server adds. */
export const pipelineView = z.object({
  ...fields.omit({
    state: true,
    sync_mode: true,
    schedule: true,
    environment: true,
    data_plan_id: true,
    data_plan_version: true,
    forwarder_id: true,
  }).shape,
  id: z.string(),
  state: z.enum(['new', 'active', 'paused']),
  status: z.enum(['idle', 'running', 'faulted', 'stopped']),
  errors: problems,
  sync_mode: z.object({
    type: z.enum(['incremental', 'full']),
    iterator_field: z.string().optional(),
    iterator_data_type: z.enum(iteratorTypes).optional(),
    from: z.string().optional(),
    until: z.string().optional(),
  }),
  schedule: z.object({
    type: z.enum(['interval', 'once', 'on_demand']),
    frequency: z.enum(frequencies).optional(),
    delay: z.string(),
    start: z.string().optional(),
    end: z.string().optional(),
  }),
  environment: z.enum(['development', 'production']),
  data_plan_id: z.string().optional(),
  data_plan_version: z.number().int().optional(),
  forwarder_id: z.string().optional(),
  ...auditFields,
});

export interface Doing {
  readonly busy: boolean;
  readonly fault?: string | undefined;
}

/** What is paused is stopped, whatever it was doing; what runs is running, also where it was faulted before. */
export function statusOf(
  { state }: Pick<PipelineBody, 'state'>,
  { busy, fault }: Doing,
): z.output<typeof pipelineView>['status'] {
  if (state === 'paused') return 'stopped';
  if (busy) return 'running';
  return fault === undefined ? 'idle' : 'faulted';
}

export const errorsOf = (fault: string | undefined): readonly { message: string }[] =>
  fault === undefined ? [] : [{ message: fault }];

export function show({ id, body, audit }: Stored<PipelineBody>, doing: Doing): Json {
  const shown = { ...body, id, status: statusOf(body, doing), errors: errorsOf(doing.fault), ...audit };
  return shown as Json; // it was stored as JSON: what is absent is not there
}
