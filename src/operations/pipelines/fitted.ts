/** A stored flow and the stream that was found → a flow of the engine. Pure. */
import { z } from 'zod';
import { HeadgateError } from '../../domain/error.ts';
import { fitFlow } from '../../domain/fit.ts';
import { followFlow } from '../../domain/follow.ts';
import type { FlowSpec } from '../../domain/pipeline.ts';
import type { StreamInfo, TableRef } from '../../domain/schema.ts';
import { parseType } from '../../domain/types.ts';
import { buildFlow } from '../../engine/build-flow.ts';
import { shapeColumns } from '../../engine/columns.ts';
import type { Flow } from '../../engine/flow.ts';
import { flowRequest } from '../../engine/pipeline-flow.ts';
import { problems } from '../../rules/problems.ts';
import { rowRuleForms, type SchemaFile } from '../../rules/schema-file.ts';

const ruleList = z.array(z.discriminatedUnion('rule', rowRuleForms));

interface Fitting {
  readonly into: TableRef;
  readonly rejects: string;
  /** A filter beside the flow's own. */
  readonly where?: string;
  readonly schema?: SchemaFile;
}

export function fittedFlow(asked: FlowSpec, stream: StreamInfo, { into, rejects, where, schema }: Fitting): Flow {
  const fields = stream.schema.fields.map(({ name }) => name);
  const spec = fitFlow(followFlow(asked, stream.schema), fields);
  const both = where !== undefined && spec.where !== undefined ? `(${spec.where}) and ${where}` : (where ?? spec.where);
  const request = flowRequest({ ...spec, ...(both !== undefined && { where: both }) }, rejects);
  const flow = buildFlow(request, stream, into, rulesOf(spec, stream, request.shape) ?? schema);
  // Whoever sent a file is told which of its rows is wrong.
  return spec.files ? { ...flow, rejects: { ...flow.rejects, named: true } } : flow;
}

/** Rules hold for columns; each field keeps the type that it has. */
function rulesOf({ fit, cast }: FlowSpec, { schema }: StreamInfo, shape: Flow['shape']): SchemaFile | undefined {
  if (!fit || fit.rules.length === 0) return undefined;
  const rules = ruleList.safeParse(fit.rules);
  if (!rules.success) throw new HeadgateError('usage.schema', 'reading the rules of the flow: they are none of docs/rules.md');
  const types = new Map(schema.fields.map(({ name, type }) => [name, type]));
  const file: SchemaFile = {
    fields: shapeColumns(schema, shape).flatMap(({ from, as }) => {
      const type = Object.hasOwn(cast, from) ? parseType(cast[from] ?? '') : types.get(from);
      return type ? [{ name: as, from: [from], type, trim: false }] : [];
    }),
    // What is absent in them stays absent.
    rules: rules.data.map((rule) => JSON.parse(JSON.stringify(rule)) as SchemaFile['rules'][number]),
  };
  const wrong = problems(file);
  if (wrong.length === 0) return file;
  throw new HeadgateError('usage.schema', `reading the rules of the flow: ${wrong.slice(0, 8).join('; ')}`);
}
