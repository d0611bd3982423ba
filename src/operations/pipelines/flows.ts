/** A stored pipeline as the engine takes it: its connections, and its flows with their models and schemas. */
import { HeadgateError } from '../../domain/error.ts';
import { flowSpecs, type FlowSpec } from '../../domain/pipeline.ts';
import type { StreamInfo } from '../../domain/schema.ts';
import type { Flow } from '../../engine/flow.ts';
import { wantedStream } from '../../engine/pipeline-flow.ts';
import { readAsShown } from '../../engine/shown.ts';
import { discoverStreams } from '../../engine/streams.ts';
import { assignTargets } from '../../engine/targets.ts';
import type { SchemaFile } from '../../rules/schema-file.ts';
import type { Context } from '../../sdk/index.ts';
import type { PipelineRow } from '../../store/pipelines.ts';
import { requireGrant } from '../access.ts';
import { requireModel } from '../models/model.ts';
import type { OpContext } from '../operation.ts';
import { sidesOf, type Ends } from './ends.ts';
import { fittedFlow } from './fitted.ts';
import { namedUploads, uploadsAsSource } from './uploads.ts';
import { loadSchema, readSchemaRef, requireSchema } from '../schemas/schema.ts';

/** A flow whose model is its query, with what its rows are held to. */
export interface LoadedFlow {
  readonly spec: FlowSpec;
  readonly schema?: SchemaFile;
}

/** Throws `object.missing` for a model or schema that is gone. */
export async function loadFlows(
  context: Pick<OpContext, 'db' | 'workspace'>,
  pipeline: Pick<PipelineRow, 'flows'>,
): Promise<readonly LoadedFlow[]> {
  const loaded: LoadedFlow[] = [];
  for (const { model, schema, ...spec } of flowSpecs.parse(pipeline.flows)) {
    const found = model === undefined ? undefined : await requireModel(context, model);
    const query = found ? { query: { name: found.slug, sql: found.sql } } : {};
    loaded.push({ spec: { ...spec, ...query }, ...(schema !== undefined && { schema: await loadSchema(context, schema) }) });
  }
  return loaded;
}

/** Which rows of a stream are wanted, in the source's own SQL; undefined = all. */
type Filter = (stream: StreamInfo) => Promise<string | undefined>;

/** A flow and the connection that it reads. */
export interface SourcedFlow {
  readonly flow: Flow;
  readonly source: Ends['source'];
  /** What it came of. */
  readonly spec: FlowSpec;
}

/** One spec may name several streams with a pattern. `rejects` = where the refused rows of each are written. Throws what is wrong with it before anything is read. */
export async function flowsOf(
  { spec, schema }: LoadedFlow,
  given: Ends,
  context: Context,
  rejects: (at: number) => string,
  filter?: Filter,
): Promise<readonly SourcedFlow[]> {
  const { destination } = given;
  const held = spec.files ? await uploadsAsSource(spec, spec.files, given, context) : given.source;
  const wanted = spec.files ? undefined : [wantedStream(spec, held.source.defaultNamespace)];
  const found = await discoverStreams(held.source, context, wanted);
  const read = await readAsShown({ source: held.source, streams: found }, context, wanted, schema);
  const { streams } = read;
  const source = { ...held, source: read.source };
  const ends = { source, destination };
  const targets = assignTargets(streams, spec.into, sidesOf(ends), source.identity === destination.identity);
  const flows: SourcedFlow[] = [];
  for (const [at, { info, into }] of targets.entries()) {
    const where = await filter?.(info);
    const fitting = { into, rejects: rejects(at), ...(where !== undefined && { where }), ...(schema && { schema }) };
    flows.push({ flow: fittedFlow(spec, info, fitting), source, spec });
  }
  return flows;
}

/** What flows are to become, and what they have been: who changes a pipeline is not asked again about what it reads already. */
export interface Settling {
  readonly flows: readonly FlowSpec[];
  /** Id of the connection. */
  readonly source: string;
  readonly before?: readonly FlowSpec[];
}

/**
 * Models and schemas by their ids, as they are stored. Who names one must have been granted reading it. Throws `object.missing`,
 * `request.invalid` for a model of another connection.
 */
export async function settledFlows(context: OpContext, { flows, source, before = [] }: Settling): Promise<readonly FlowSpec[]> {
  const known = new Set(
    before.flatMap(({ model, schema }) => [model, schema === undefined ? schema : readSchemaRef(schema).ref]),
  );
  const settled: FlowSpec[] = [];
  for (const flow of flows) {
    const model = flow.model === undefined ? undefined : await requireModel(context, flow.model);
    if (model && !known.has(model.id)) await requireGrant(context, { kind: 'model', ref: model.id, level: 'read' });
    if (model && model.connection_id !== source) {
      throw new HeadgateError('request.invalid', `the model ${model.slug} is not of this pipeline's source`);
    }
    const schema = flow.schema === undefined ? undefined : await settledSchema(context, flow.schema, known);
    const files = flow.files && (await namedUploads(context, flow.files));
    settled.push({
      ...flow,
      ...(model && { model: model.id }),
      ...(schema !== undefined && { schema }),
      ...(files && { files }),
    });
  }
  return settled;
}

async function settledSchema(context: OpContext, text: string, known: ReadonlySet<string | undefined>): Promise<string> {
  const { ref, version } = readSchemaRef(text);
  const { id } = await requireSchema(context, ref);
  if (!known.has(id)) await requireGrant(context, { kind: 'schema', ref: id, level: 'read' });
  await loadSchema(context, text);
  return version === undefined ? id : `${id}@${version}`;
}
