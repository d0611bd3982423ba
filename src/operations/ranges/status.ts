import { z } from 'zod';
import { listRangeStatus } from '../../store/run-ranges.ts';
import { defineOperation } from '../operation.ts';

export const rangeStatus = defineOperation({
  name: 'ranges.status',
  summary: 'What the pipelines with ranges are doing, and what stopped them',
  scope: 'pipelines:read',
  input: z.strictObject({ pipelines: z.array(z.string()).optional().meta({ description: 'Their ids; absent: all' }) }),
  output: z.object({
    data: z.array(
      z.object({
        pipeline: z.string(),
        active: z.boolean(),
        busy: z.boolean(),
        fault: z.object({ code: z.string(), message: z.string() }).nullable(),
      }),
    ),
  }),
  async run({ db, workspace }, { pipelines }) {
    const rows = await listRangeStatus(db, workspace, pipelines);
    return {
      data: rows.map(({ pipeline_id, active, busy, code, message }) => ({
        pipeline: pipeline_id,
        active,
        busy,
        fault:
          code === null
            ? null
            : {
                code,
                message: message ?? '',
              },
      })),
    };
  },
});
