import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { cancelUnfinished, isAtWork } from '../../store/runs.ts';
import { defineOperation } from '../operation.ts';
import { requirePipeline } from '../pipelines/pipeline.ts';

/** Whoever works on a run hears at once that it should stop; a process that has died holds its lease for longer than this. */
const patienceMs = 5000;
const lookMs = 25;

export const stopRuns = defineOperation({
  name: 'runs.stop',
  summary: 'Stop all runs of a pipeline and wait, for some seconds, until none is at work',
  scope: 'runs:write',
  input: z.strictObject({ pipeline: z.string() }),
  output: z.object({}),
  async run(context, { pipeline }) {
    const { db, workspace, signal } = context;
    const { id } = await requirePipeline(context, pipeline);
    await db.tx(async (tx) => await cancelUnfinished(tx, workspace, [id]));
    const until = performance.now() + patienceMs;
    while (performance.now() < until && (await isAtWork(db, workspace, id))) await wait(lookMs, undefined, { signal });
    return {};
  },
});
