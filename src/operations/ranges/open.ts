/** The range of a run that is about to read: settled by its first attempt, and what a source must not exceed. */
import { HeadgateError } from '../../domain/error.ts';
import { limitedBy, rangeOf, rangePolicy, type Range, type RangePolicy } from '../../domain/range.ts';
import type { StreamInfo } from '../../domain/schema.ts';
import { countRows, rangeFilter, requireFewFields } from '../../engine/ranged.ts';
import type { Connection, Context } from '../../sdk/index.ts';
import { readLimits } from '../../store/limits.ts';
import { insertRunRanges, settleRunRange, takeRunRange } from '../../store/ranges.ts';
import type { RunRow } from '../../store/runs.ts';
import type { Ports } from '../operation.ts';
import { grouped } from '../../domain/count.ts';

export interface RunRange {
  readonly policy: RangePolicy;
  readonly range: Range;
}

/** Undefined = the pipeline reads by no range. Who started the run need not know: it is about everything up to now then. */
export async function openRange({ db, clock }: Pick<Ports, 'db' | 'clock'>, run: RunRow): Promise<RunRange | undefined> {
  const { id, from_start, span_to } = run;
  const workspace = Number(run.workspace_id);
  return await db.tx(async (tx) => {
    const now = clock.now();
    const known = await takeRunRange(tx, workspace, id);
    if (!known) await insertRunRanges(tx, [{ run: id, logicalAt: now, upTo: span_to ?? now }]);
    const row = known ?? (await takeRunRange(tx, workspace, id));
    if (!row) return undefined;
    const policy = limitedBy(rangePolicy.parse(row.policy), (await readLimits(tx, workspace)).ranges);
    const found = rangeOf(policy, from_start ? null : row.done_to, row.up_to);
    if (!row.settled) await settleRunRange(tx, workspace, id, found);
    return { policy, range: row.settled ? { ...found, from: row.range_from, to: row.range_to } : found };
  });
}

/**
 * The filter of the range; the rows are counted first where there is a limit. Throws `rows.limit`, `fields.limit`,
 * `cursor.missing`.
 */
export async function filterOf(
  { policy, range }: RunRange,
  source: NonNullable<Connection['source']>,
  context: Context,
  info: StreamInfo,
): Promise<string | undefined> {
  requireFewFields(policy, info);
  const where = rangeFilter(policy, range, info);
  if (policy.most_rows === undefined) return where;
  const rows = await countRows(source, context, info.stream, where);
  if (rows <= policy.most_rows) return where;
  throw new HeadgateError(
    'rows.limit',
    `the range holds ${grouped(rows)} rows, more than the limit of ${grouped(policy.most_rows)}; nothing was read`,
  );
}
