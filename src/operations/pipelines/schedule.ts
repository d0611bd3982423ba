/** What a wanted schedule means for a pipeline's row. */
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import type { Schedule } from '../../domain/pipeline.ts';
import { firstDue } from '../../domain/schedule.ts';
import { findPipeline, waitsForItself, type PipelineRow } from '../../store/pipelines.ts';
import { requireGrant } from '../access.ts';
import type { OpContext } from '../operation.ts';

interface Wanted {
  readonly id: string;
  readonly schedule: Schedule;
  readonly state: PipelineRow['state'];
  readonly lastDue?: Date | undefined;
}

/** Throws `object.missing` for an unknown pipeline to follow, `object.conflict` where pipelines would follow each other in a circle. */
export async function plannedSchedule(
  context: OpContext,
  { id, schedule, state, lastDue }: Wanted,
): Promise<Pick<PipelineRow, 'schedule' | 'after_id' | 'next_due_at'>> {
  const { db, clock, workspace } = context;
  // Its spec holds nothing but JSON; what is absent is not written.
  const stored = schedule as Json;
  if (schedule.kind !== 'after') {
    const due = state === 'active' ? firstDue(schedule, { now: clock.now(), lastDue }) : undefined;
    return { schedule: stored, after_id: null, next_due_at: due ?? null };
  }
  await requireGrant(context, { kind: 'pipeline', ref: schedule.pipeline, level: 'read' });
  const followed = await findPipeline(db, workspace, schedule.pipeline);
  if (!followed) throw new HeadgateError('object.missing', 'the schedule names a pipeline that is not there');
  if (await waitsForItself(db, id, followed.id)) {
    throw new HeadgateError('object.conflict', 'the pipeline would start itself: the one that it follows follows it');
  }
  return { schedule: { ...schedule, pipeline: followed.id }, after_id: followed.id, next_due_at: null };
}
