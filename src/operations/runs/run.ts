import { z } from 'zod';
import { rejectCodes } from '../../domain/derivation.ts';
import { HeadgateError } from '../../domain/error.ts';
import { outcomes, runCauses, runStates, runTask } from '../../domain/run.ts';
import { findRun, type RunRow } from '../../store/runs.ts';
import type { OpContext } from '../operation.ts';

const problem = z.object({ code: z.string(), message: z.string(), hint: z.string() });

const derived = z.object({
  added: z.number(),
  changed: z.number(),
  removed: z.number(),
  linked: z.number(),
  conflicts: z.number(),
  dropped: z.number(),
  cut: z.number(),
  rejects: z.record(z.enum(rejectCodes), z.number()),
});

const receipt = z.object({
  run: z.string(),
  stream: z.string(),
  table: z.string(),
  mode: z.string(),
  lane: z.string(),
  state: z.enum(runStates),
  read: z.number(),
  written: z.number(),
  added: z.number(),
  changed: z.number(),
  deduplicated: z.number(),
  rejected: z.number(),
  deleted: z.number(),
  bytes: z.number(),
  checksums: z.array(z.string()),
  from: z.json(),
  to: z.json(),
  token: z.string().nullable(),
  guarantee: z.string(),
  evidence: z.string(),
  warnings: z.array(z.string()),
  columns: z.array(z.object({ column: z.string(), from: z.string().optional(), to: z.string() })),
  derived: derived.optional().meta({ description: 'What the rows became beside the table: docs/profiles.md' }),
  seconds: z.number(),
  error: problem.optional(),
});

export const runView = z.object({
  id: z.string(),
  pipeline: z.string(),
  state: z.enum(runStates),
  outcome: z.enum(outcomes).nullable(),
  cause: z.enum(runCauses),
  task: runTask.nullable().meta({ description: 'What it does instead of the flows of its pipeline' }),
  from_start: z.boolean().meta({ description: 'It reads everything, whatever position the destination has' }),
  due_at: z.iso.datetime().nullable().meta({ description: 'When its tick was due' }),
  span: z
    .object({ from: z.iso.datetime(), to: z.iso.datetime() })
    .nullable()
    .meta({ description: 'The time that the run is about: from the tick before to its own, without the delay' }),
  attempt: z.number().int(),
  retry_at: z.iso.datetime().nullable().meta({ description: 'When the next attempt starts' }),
  review_until: z.iso.datetime().nullable().meta({ description: 'Until when a held delete can be approved' }),
  queued_at: z.iso.datetime(),
  started_at: z.iso.datetime().nullable(),
  finished_at: z.iso.datetime().nullable(),
  cancel_requested_at: z.iso.datetime().nullable().meta({ description: 'When somebody asked for its end' }),
  rows_read: z.number(),
  rows_written: z.number(),
  rows_rejected: z.number(),
  rows_deleted: z.number(),
  receipts: z.array(receipt).meta({ description: 'One per flow: what it proves' }),
  error: problem.nullable(),
});

export function show(row: RunRow): z.input<typeof runView> {
  const sum = (count: 'read' | 'written' | 'rejected' | 'deleted'): number =>
    row.receipts.reduce((all, one) => all + one[count], 0);
  const [read, written, rejected, deleted] = [sum('read'), sum('written'), sum('rejected'), sum('deleted')];
  return {
    id: row.id,
    pipeline: row.pipeline_id,
    state: row.state,
    outcome: row.outcome,
    cause: row.cause,
    task: row.task,
    from_start: row.from_start || row.restart_at !== null,
    due_at: row.due_at?.toISOString() ?? null,
    span: row.span_from && row.span_to && { from: row.span_from.toISOString(), to: row.span_to.toISOString() },
    attempt: row.attempt,
    retry_at: row.retry_at?.toISOString() ?? null,
    review_until: row.review_until?.toISOString() ?? null,
    queued_at: row.queued_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: row.finished_at?.toISOString() ?? null,
    cancel_requested_at: row.cancel_requested_at?.toISOString() ?? null,
    rows_read: read,
    rows_written: written,
    rows_rejected: rejected,
    rows_deleted: deleted,
    receipts: z.array(receipt).parse(row.receipts),
    error: problem.nullable().parse(row.error),
  };
}

/** Throws `object.missing`: also for one of another workspace. */
export async function requireRun({ db, workspace }: OpContext, id: string): Promise<RunRow> {
  const row = await findRun(db, workspace, id);
  if (row) return row;
  throw new HeadgateError('object.missing', 'there is no such run');
}
