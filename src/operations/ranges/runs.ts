import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { countRunRanges, findRunRange, listRunRanges } from '../../store/run-ranges.ts';
import { defineOperation } from '../operation.ts';
import { requireRange, runRangeView, show } from './range.ts';

const instant = z.iso.datetime().transform((text) => new Date(text));

export const rangeRuns = defineOperation({
  name: 'ranges.runs',
  summary: 'Runs of a pipeline with ranges by their number, the first one first',
  scope: 'runs:read',
  input: z.strictObject({
    pipeline: z.string(),
    page: z.number().int().min(1).max(1_000_000_000).default(1),
    size: z.number().int().min(1).max(500).default(50),
    since: instant.optional().meta({ description: 'Of the instant that runs are called after; included' }),
    until: instant.optional().meta({ description: 'Included' }),
  }),
  output: z.object({ data: z.array(runRangeView), total: z.number().int() }),
  async run(context, { pipeline, page, size, since, until }) {
    const { db, workspace } = context;
    const { pipeline_id, runs } = await requireRange(context, pipeline);
    const whole = since === undefined && until === undefined;
    const total = whole ? runs : await countRunRanges(db, workspace, pipeline_id, { since, until });
    const offset = (page - 1) * size;
    const rows = offset >= total ? [] : await listRunRanges(db, workspace, pipeline_id, { limit: size, offset, since, until });
    return { data: rows.map(show), total };
  },
});

export const rangeRun = defineOperation({
  name: 'ranges.run',
  summary: 'A run of a pipeline with ranges by its number',
  scope: 'runs:read',
  input: z.strictObject({ pipeline: z.string(), number: z.number().int().min(1) }),
  output: runRangeView,
  async run(context, { pipeline, number }) {
    const { pipeline_id } = await requireRange(context, pipeline);
    const row = await findRunRange(context.db, context.workspace, pipeline_id, number);
    if (!row) throw new HeadgateError('object.missing', 'there is no such run');
    return show(row);
  },
});
