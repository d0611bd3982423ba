import { z } from 'zod';
import { listOutputsOf } from '../../store/run-outputs.ts';
import { findRuns } from '../../store/runs.ts';
import { readerOf } from '../access.ts';
import { defineOperation } from '../operation.ts';
import { outputView, showOutput } from './outputs.ts';
import { runView, show } from './run.ts';

/** Two statements, however many they are. */
export const severalRuns = defineOperation({
  name: 'runs.several',
  summary: 'Get those of some runs that the caller may see, each with what it has made besides rows in tables',
  scope: 'runs:read',
  access: { filters: true },
  input: z.strictObject({ runs: z.array(z.string()) }),
  output: z.object({ data: z.array(z.object({ run: runView, outputs: z.array(outputView) })) }),
  async run(context, { runs: ids }) {
    const runs = await findRuns(context.db, context.workspace, ids, readerOf(context));
    const outputs = Map.groupBy(
      await listOutputsOf(
        context.db,
        context.workspace,
        runs.map(({ id }) => id),
      ),
      ({ run_id }) => run_id,
    );
    return { data: runs.map((run) => ({ run: show(run), outputs: (outputs.get(run.id) ?? []).map(showOutput) })) };
  },
});
