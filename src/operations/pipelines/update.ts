import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { canonicalJson, type Json } from '../../domain/json.ts';
import { flowSpecs, pipelineStates, scheduleSpec, type FlowSpec } from '../../domain/pipeline.ts';
import { retrySpec } from '../../domain/retry.ts';
import { requireObjects } from '../../store/limits.ts';
import { updatePipeline as update, type PipelineRow } from '../../store/pipelines.ts';
import { cancelWaiting } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { settledFlows, type Settling } from './flows.ts';
import { ifVersion, requireVersion } from '../version.ts';
import { pipelineView, priority, requirePipeline, show } from './pipeline.ts';
import { plannedSchedule } from './schedule.ts';

export const updatePipeline = defineOperation({
  name: 'pipelines.update',
  summary: 'Change a pipeline: what is left out stays',
  scope: 'pipelines:write',
  input: z.strictObject({
    pipeline: z.string(),
    name: z.string().min(1).max(200).optional(),
    flows: flowSpecs.optional(),
    schedule: scheduleSpec.optional(),
    retry: retrySpec.optional(),
    priority: priority.unwrap().optional(),
    state: z.enum(pipelineStates).optional(),
    if_version: ifVersion,
  }),
  output: pipelineView,
  async run(context, { pipeline, if_version, ...asked }) {
    const before = await requirePipeline(context, pipeline);
    requireVersion('pipeline', before.version, if_version);
    const flows = asked.flows && (await settledFlows(context, settling(before, asked.flows)));
    const changes = { ...asked, flows };
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const wanted = { ...before, ...given };
    const planned = isReplanned(before, wanted) ? await plannedSchedule(context, plan(wanted)) : {};
    const row = await context.db.tx(async (tx) => {
      // Only those that are not archived are counted.
      if (before.state === 'archived' && wanted.state !== 'archived') await requireObjects(tx, context.workspace, 'pipeline');
      const stored = await update(tx, context.workspace, { ...wanted, next_due_at: undefined, ...planned });
      if (stored && stored.state !== 'active' && before.state === 'active') {
        await cancelWaiting(tx, context.workspace, stored.id);
      }
      return stored;
    });
    if (!row) throw new HeadgateError('object.changed', 'the pipeline was changed in the meantime');
    return show(row);
  },
});

const settling = ({ source_id, flows }: PipelineRow, wanted: readonly FlowSpec[]): Settling => ({
  flows: wanted,
  source: source_id,
  before: flowSpecs.parse(flows),
});

/** Other changes leave the next due time alone: who renames a pipeline does not move its ticks. */
function isReplanned(before: PipelineRow, wanted: PipelineRow): boolean {
  return (
    before.state !== wanted.state ||
    canonicalJson(before.schedule) !== canonicalJson(JSON.parse(JSON.stringify(wanted.schedule)) as Json)
  ); // plain data
}

const plan = ({ id, schedule, state, last_due_at }: PipelineRow): Parameters<typeof plannedSchedule>[1] => ({
  id,
  schedule: scheduleSpec.parse(schedule),
  state,
  lastDue: last_due_at ?? undefined,
});
