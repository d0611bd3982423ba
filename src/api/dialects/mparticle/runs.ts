/** Runs: asked for, reported, listed. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import { perform } from '../../../operations/operation.ts';
import { latestRange } from '../../../operations/ranges/latest.ts';
import type { runRangeView } from '../../../operations/ranges/range.ts';
import { rangeRun, rangeRuns } from '../../../operations/ranges/runs.ts';
import { triggerRange } from '../../../operations/ranges/trigger.ts';
import { defineRoute } from '../../route.ts';
import { problems, timestamp } from './fields.ts';
import { requireStored } from './objects.ts';
import { errorsOf, statusOf, type PipelineBody } from './pipeline.ts';
import { partsOf } from './pipeline-plan.ts';
import { doing, pipelinePath, pipelinesPath, resolvePipeline } from './pipelines.ts';
import { faultsOf } from './status.ts';

const statuses = {
  queued: 'queued',
  running: 'running',
  retrying: 'retrying',
  needs_review: 'running',
  succeeded: 'success',
  failed: 'failed',
  cancelled: 'stopped',
} as const;

const at = z.string().nullable();

const runView = z.object({
  id: z.number().int(),
  pipeline_id: z.string(),
  type: z.enum(['scheduled', 'manual']),
  status: z.enum(['queued', 'running', 'success', 'failed', 'stopped', 'retrying']),
  errors: problems,
  logical_date: z.string(),
  started_on: at,
  ended_on: at,
  range_start: at,
  range_end: at,
  successful_records: z.number().int(),
  failed_records: z.number().int(),
});

function show(pipeline_id: string, run: z.output<typeof runRangeView>): z.input<typeof runView> {
  return {
    id: run.number,
    pipeline_id,
    type: run.cause === 'manual' ? 'manual' : 'scheduled',
    status: statuses[run.state],
    errors: run.state === 'succeeded' ? [] : [...errorsOf(run.problem?.message)],
    logical_date: run.logical_at,
    started_on: run.started_at,
    ended_on: run.finished_at,
    range_start: run.range_from,
    range_end: run.range_to,
    successful_records: run.rows_good,
    failed_records: run.rows_bad,
  };
}

const trigger = defineRoute({
  method: 'POST',
  path: `${pipelinesPath}/trigger`,
  name: 'data-pipelines.trigger',
  summary: 'Run a pipeline now',
  auth: 'key',
  scope: 'runs:write',
  body: z.object({ pipeline_id: z.string().min(1).max(200) }),
  replies: {
    200: z.object({
      pipeline_run_id: z.number().int(),
      status: z.literal('attempt_requested'),
    }),
  },
  async handle(context, { body: { pipeline_id } }) {
    const { object, body } = await requireStored<PipelineBody>(context, 'pipeline', pipeline_id);
    try {
      const { number } = await perform(triggerRange, context, { pipeline: object });
      return {
        status: 200,
        body: {
          pipeline_run_id: number,
          status: 'attempt_requested',
        },
      };
    } catch (error) {
      const code = error instanceof HeadgateError ? error.code : undefined;
      if (code === 'run.busy') throw new HeadgateError('run.busy', `Pipeline ${pipeline_id} is already in progress.`);
      if (code !== 'object.conflict') throw error;
      const what = body.state === 'active' ? 'its connection or data model is not active' : `its state is ${body.state}`;
      throw new HeadgateError('object.conflict', `Pipeline ${pipeline_id} cannot run: ${what}.`);
    }
  },
});

const healths = { connection: z.enum(['healthy', 'faulted']), model: z.enum(['valid', 'invalid']) };

const reportView = z.object({
  pipeline_id: z.string(),
  status: z.enum(['idle', 'running', 'faulted', 'stopped']),
  errors: problems,
  connection_status: healths.connection,
  connection_errors: problems,
  data_model_status: healths.model,
  data_model_errors: problems,
  latest_successful_pipeline_run_id: z.number().int().nullable(),
  latest_pipeline_run: runView.nullable(),
});

const report = defineRoute({
  method: 'GET',
  path: `${pipelinePath}/report`,
  name: 'data-pipelines.report',
  summary: 'How a pipeline is doing',
  auth: 'key',
  scope: 'runs:read',
  resolve: resolvePipeline,
  replies: { 200: reportView },
  async handle(context, { found }) {
    const { connection, model } = await partsOf(context, found.body);
    const faults = await faultsOf(context, [connection.object, model.object]);
    const now = await doing(context, found);
    const { latest, last_good } = await perform(latestRange, context, { pipeline: found.object });
    const body: z.input<typeof reportView> = {
      pipeline_id: found.id,
      status: statusOf(found.body, now),
      errors: [...errorsOf(now.fault)],
      connection_status: faults.has(connection.object) ? 'faulted' : 'healthy',
      connection_errors: [...errorsOf(faults.get(connection.object))],
      data_model_status: faults.has(model.object) ? 'invalid' : 'valid',
      data_model_errors: [...errorsOf(faults.get(model.object))],
      latest_successful_pipeline_run_id: last_good,
      latest_pipeline_run: latest && show(found.id, latest),
    };
    return {
      status: 200,
      body,
    };
  },
});

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const runs = defineRoute({
  method: 'GET',
  path: `${pipelinePath}/runs`,
  name: 'data-pipelines.runs',
  summary: 'List the runs of a pipeline',
  auth: 'key',
  scope: 'runs:read',
  resolve: resolvePipeline,
  query: z.object({
    currentPage: whole(1, 1e9).default(1),
    pageSize: whole(1, 500).default(50),
    startDate: timestamp.optional().meta({ description: 'The earliest logical_date' }),
    endDate: timestamp.optional().meta({ description: 'The last logical_date' }),
  }),
  replies: {
    200: z.object({
      items: z.array(runView),
      current_page: z.number().int(),
      page_size: z.number().int(),
      total_pages: z.number().int(),
      total_items: z.number().int(),
      has_previous_page: z.boolean(),
      has_next_page: z.boolean(),
    }),
  },
  async handle(context, { found, query: { currentPage: page, pageSize: size, startDate, endDate } }) {
    const { data, total } = await perform(rangeRuns, context, {
      pipeline: found.object,
      page,
      size,
      ...(startDate !== undefined && { since: startDate }),
      ...(endDate !== undefined && { until: endDate }),
    });
    const pages = Math.ceil(total / size);
    return {
      status: 200,
      body: {
        items: data.map((run) => show(found.id, run)),
        current_page: page,
        page_size: size,
        total_pages: pages,
        total_items: total,
        has_previous_page: page > 1,
        has_next_page: page < pages,
      },
    };
  },
});

const run = defineRoute({
  method: 'GET',
  path: `${pipelinePath}/runs/:run`,
  name: 'data-pipelines.run',
  summary: 'Get a run',
  auth: 'key',
  scope: 'runs:read',
  replies: { 200: runView },
  async resolve(context, params) {
    const pipeline = await resolvePipeline(context, params);
    const id = params['run'] ?? '';
    const said = new HeadgateError('object.missing', `Pipeline run ${id.slice(0, 100)} was not found.`);
    if (!/^[1-9]\d{0,14}$/.test(id)) throw said;
    const found = await perform(rangeRun, context, {
      pipeline: pipeline.object,
      number: Number(id),
    }).catch((error: unknown) => {
      throw error instanceof HeadgateError && error.code === 'object.missing' ? said : error;
    });
    return show(pipeline.id, found);
  },
  handle: async (_, { found }) => ({
    status: 200,
    body: found,
  }),
});

export const runRoutes = [trigger, report, runs, run];
