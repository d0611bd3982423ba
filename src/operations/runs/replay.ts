import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { isAtRest } from '../../domain/run.ts';
import { insertReplay, type Replay } from '../../store/replays.ts';
import { defineOperation } from '../operation.ts';
import { requireRun, runView, show } from './run.ts';
import { chosenReceipt, startTask } from './task.ts';

/** Longer ones may have lost digits on their way through JSON. */
const isExact = (value: number): boolean =>
  Number.isSafeInteger(value) || (!Number.isInteger(value) && String(value).length <= 16);

const value = z.union([z.string(), z.boolean(), z.null(), z.number().refine(isExact, 'write a number of this size as a text')]);

export const replayRun = defineOperation({
  name: 'runs.replay',
  summary: 'Bring corrected rows into the table that they were refused for; positions stay where they are',
  scope: 'runs:write',
  input: z.strictObject({
    run: z.string(),
    table: z.string().max(500).optional().meta({ description: 'As the receipts name it; needed where several refused rows' }),
    rows: z
      .array(z.record(z.string().min(1), value))
      .min(1)
      .max(100_000)
      .optional()
      .meta({ description: 'Whole rows, by the field names of the stream' }),
    csv: z.string().min(1).optional().meta({ description: 'The same as csv with a header, comma and double quotes' }),
  }),
  output: runView,
  async run(context, { run, table, rows, csv }) {
    const row = await requireRun(context, run);
    if ((rows === undefined) === (csv === undefined)) {
      throw new HeadgateError('request.invalid', 'replaying rows: send rows or csv, not both');
    }
    if (!isAtRest(row.state)) throw new HeadgateError('object.conflict', `the run has not ended: ${row.state}`);
    const receipt = chosenReceipt(row, table, ({ rejected, error }) => rejected > 0 || error !== undefined);
    const replay = rows ? ndjson(rows) : ({ format: 'csv', content: csv ?? '' } as const);
    const task = { kind: 'replay', of: row.id, table: receipt.table } as const;
    const started = await startTask(context, row.pipeline_id, task, async (tx, made) => {
      await insertReplay(tx, context.workspace, made.id, replay);
    });
    return show(started);
  },
});

const ndjson = (rows: readonly object[]): Replay => ({
  format: 'ndjson',
  content: rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
});
