/** A run of a pipeline with ranges, as the API shows it. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { findRange, type RangeRow } from '../../store/ranges.ts';
import type { RunRangeRow } from '../../store/run-ranges.ts';
import type { OpContext } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';
import { runStates } from '../../domain/run.ts';

const problem = z.object({ code: z.string(), message: z.string() });
const at = z.iso.datetime().nullable();

export const runRangeView = z.object({
  run: z.string(),
  number: z.number().int().meta({ description: 'Grows with every run' }),
  cause: z.enum(['manual', 'schedule', 'after']).or(z.string()),
  state: z.enum(runStates),
  problem: problem.nullable(),
  logical_at: z.iso.datetime().meta({ description: 'The opening of its interval, or when it was asked for' }),
  range_from: at,
  range_to: at,
  started_at: at,
  finished_at: at,
  rows_good: z.number(),
  rows_bad: z.number(),
});

export function show(row: RunRangeRow): z.input<typeof runRangeView> {
  const sum = (count: 'read' | 'rejected'): number => row.receipts.reduce((all, one) => all + one[count], 0);
  const iso = (date: Date | null): string | null => date?.toISOString() ?? null;
  const failed = problem.safeParse(row.error ?? row.receipts.find(({ error }) => error)?.error);
  return {
    run: row.id,
    number: Number(row.number),
    cause: row.cause,
    state: row.state,
    problem: failed.success ? failed.data : null,
    logical_at: row.logical_at.toISOString(),
    range_from: iso(row.range_from),
    range_to: iso(row.range_to),
    started_at: iso(row.started_at),
    finished_at: iso(row.finished_at),
    rows_good: sum('read') - sum('rejected'),
    rows_bad: sum('rejected'),
  };
}

/** Throws `object.missing` for pipelines that are not there, and for those without ranges. */
export async function requireRange(context: OpContext, ref: string): Promise<RangeRow> {
  const { id } = await requirePipeline(context, ref);
  const row = await findRange(context.db, context.workspace, id);
  if (row) return row;
  throw new HeadgateError('object.missing', 'the runs of this pipeline have no ranges');
}
