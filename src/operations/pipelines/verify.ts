import { z } from 'zod';
import { verifyFlow } from '../../engine/verify.ts';
import { defineOperation } from '../operation.ts';
import { eachFlow, failure } from './each-flow.ts';

const verification = z.object({
  stream: z.string(),
  table: z.string(),
  equal: z.boolean(),
  source_rows: z.number(),
  destination_rows: z.number(),
  same: z.number(),
  missing: z.number().meta({ description: 'Keys that only the source has' }),
  extra: z.number().meta({ description: 'Keys that only the destination has' }),
  different: z.number(),
  samples: z
    .array(
      z.object({
        kind: z.enum(['missing', 'extra', 'different']),
        key: z.record(z.string(), z.string().nullable()),
        columns: z.array(z.string()),
      }),
    )
    .meta({ description: 'The first 20 of each kind, with the names of the columns that differ' }),
  source_digest: z.string().meta({ description: 'Over the sorted digests of the rows: equal sides, equal digests' }),
  destination_digest: z.string(),
  settled: z.number().meta({ description: 'Rows that differed at first and not when looked at again' }),
});

export const verifyPipeline = defineOperation({
  name: 'pipelines.verify',
  summary: 'Are source and destination equal, key by key? Both are read; nothing is touched',
  scope: 'pipelines:write',
  input: z.strictObject({
    pipeline: z.string(),
    timeout_seconds: z.number().int().min(1).max(3600).default(600),
  }),
  output: z.object({ flows: z.array(z.object({ verification: verification.nullable(), error: failure.nullable() })) }),
  async run(context, { pipeline, timeout_seconds }) {
    const looked = await eachFlow(
      context,
      { pipeline, seconds: timeout_seconds, doing: 'verifying' },
      async (flow, session): Promise<z.input<typeof verification>> => {
        const { sourceRows, destinationRows, sourceDigest, destinationDigest, samples, ...rest } = await verifyFlow(
          flow,
          session,
        );
        return {
          ...rest,
          source_rows: sourceRows,
          destination_rows: destinationRows,
          source_digest: sourceDigest,
          destination_digest: destinationDigest,
          samples: samples.map(({ columns, ...sample }) => ({ ...sample, columns: [...columns] })),
        };
      },
    );
    return { flows: looked.map(({ result, error }) => ({ verification: result, error })) };
  },
});
