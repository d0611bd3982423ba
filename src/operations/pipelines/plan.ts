import { z } from 'zod';
import type { Flow, FlowPlan, Session } from '../../engine/flow.ts';
import { planFlow } from '../../engine/preview.ts';
import { defineOperation } from '../operation.ts';
import { eachFlow, failure } from './each-flow.ts';

const texts = z.record(z.string(), z.string().nullable());

const flowPlan = z.object({
  stream: z.string(),
  table: z.string(),
  mode: z.string(),
  lane: z.enum(['direct', 'pushed down', 'staged']),
  format: z.string(),
  load_format: z.string(),
  columns: z.array(z.object({ from: z.string(), as: z.string(), source_type: z.string(), native_type: z.string() })),
  reasons: z.array(z.object({ about: z.string(), text: z.string() })),
  source_sql: z.array(z.string()),
  destination_sql: z.array(z.string()),
  changes: z
    .object({
      add: z.number(),
      change: z.number(),
      delete: z.number(),
      same: z.number(),
      samples: z.array(
        z.object({ kind: z.enum(['add', 'change', 'delete']), key: texts, before: texts.optional(), after: texts.optional() }),
      ),
      held: z.string().nullable().meta({ description: 'Why this publish would wait for a person' }),
    })
    .nullable()
    .meta({ description: 'Of merge and mirror, from comparing both sides by key' }),
});

export const planPipeline = defineOperation({
  name: 'pipelines.plan',
  summary: 'What a run would do: lane, SQL, rows; nothing is touched',
  scope: 'pipelines:write',
  input: z.strictObject({
    pipeline: z.string(),
    compare: z.boolean().default(true).meta({ description: 'false: rows are not compared, which reads both sides' }),
    timeout_seconds: z.number().int().min(1).max(600).default(120),
  }),
  output: z.object({
    flows: z.array(z.object({ plan: flowPlan.nullable(), error: failure.nullable() })),
  }),
  async run(context, { pipeline, compare, timeout_seconds }) {
    const plans = await eachFlow(
      context,
      { pipeline, seconds: timeout_seconds, doing: 'planning' },
      async (flow, session) => await planned(flow, session, compare),
    );
    return { flows: plans.map(({ result, error }) => ({ plan: result, error })) };
  },
});

async function planned(flow: Flow, session: Session, compare: boolean): Promise<z.input<typeof flowPlan>> {
  return show(await planFlow(flow, session, { compare }));
}

function show({ format, loadFormat, sourceSql, destinationSql, columns, changes, ...plan }: FlowPlan): z.input<typeof flowPlan> {
  return {
    ...plan,
    format,
    load_format: loadFormat,
    columns: columns.map(({ from, as, sourceType, nativeType }) => ({
      from,
      as,
      source_type: sourceType,
      native_type: nativeType,
    })),
    reasons: plan.reasons.map((reason) => ({ ...reason })),
    source_sql: [...sourceSql],
    destination_sql: [...destinationSql],
    changes: changes
      ? { ...changes, samples: changes.samples.map((sample) => ({ ...sample })), held: changes.held ?? null }
      : null,
  };
}
