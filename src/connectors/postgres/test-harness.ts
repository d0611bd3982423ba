/** What the tests of this connector share: a context without an engine, and the walk from a stream to a publish. */
import type { Json } from '../../domain/json.ts';
import type { CursorPolicy, Projection, WritePolicy } from '../../domain/policy.ts';
import type { Field, Schema, StreamInfo } from '../../domain/schema.ts';
import type {
  Context,
  Destination,
  FormatName,
  PublishResult,
  ReadProof,
  ReadRequest,
  Source,
  Staged,
  TablePublish,
  Target,
} from '../../sdk/index.ts';
import { postgres } from './index.ts';
import { nativeType } from './types.ts';
import { personalFiles } from '../../files/folders.ts';
import { personalNet } from '../../net/net.ts';

export function testContext(signal = new AbortController().signal): Context {
  return {
    signal,
    log: { info: () => undefined, warn: () => undefined },
    scratch: '',
    duck: () => Promise.reject(new Error('no DuckDB here')),
    net: personalNet(),
    files: personalFiles,
    failpoint: () => Promise.resolve(),
  };
}

export async function openSource(url: string, signal?: AbortSignal): Promise<Source> {
  const { source } = postgres.locate(url, {});
  if (!source) throw new Error('no source');
  return source.open(testContext(signal));
}

export async function openDestination(url: string): Promise<Destination> {
  const { destination } = postgres.locate(url, {});
  if (!destination) throw new Error('no destination');
  return destination.open(testContext());
}

export const everything = (schema: Schema): Projection => ({
  columns: schema.fields.map(({ name }) => ({ from: name, as: name })),
});

export async function streamOf(source: Source, name: string): Promise<StreamInfo> {
  const [info] = await source.discover([{ namespace: 'public', name }]);
  if (!info) throw new Error(`no stream ${name}`);
  return info;
}

export interface ReadAll {
  readonly text: string;
  readonly lines: readonly string[];
  readonly position: Json;
  readonly proof: ReadProof;
}

/** Reads a stream to its end. */
export async function readAll(
  source: Source,
  info: StreamInfo,
  request: Partial<ReadRequest> & { readonly projection?: Projection } = {},
): Promise<ReadAll> {
  const { projection, ...rest } = request;
  const flows = [{ stream: info.stream, schema: info.schema, projection: projection ?? everything(info.schema) }];
  const chunks: Uint8Array[] = [];
  for await (const event of source.read({ flows, mode: 'snapshot', format: 'csv', ...rest })) {
    if (event.type === 'bytes') chunks.push(Buffer.from(event.data));
    if (event.type === 'checkpoint' && event.proof) {
      const text = Buffer.concat(chunks).toString('utf8');
      return { text, lines: text.split('\n').filter(Boolean), position: event.position, proof: event.proof };
    }
  }
  throw new Error('the read ended without a proof');
}

export const cursor = (field: string, more: Partial<CursorPolicy> = {}): CursorPolicy => ({
  field,
  window: { fromInclusive: true, toInclusive: true, advance: 'max-read' },
  nulls: 'include',
  strict: false,
  ...more,
});

export const field = (name: string, type: Field['type']): Field => ({
  name,
  type,
  nullable: true,
  native: { system: 'postgres', type: nativeType(type), portable: true },
});

export interface Load {
  readonly table: string;
  readonly fields: readonly Field[];
  /** The whole document, or one per writer. */
  readonly csv: string | readonly string[];
  readonly policy: Partial<WritePolicy> & Pick<WritePolicy, 'mode'>;
  readonly key?: readonly string[];
  readonly brake?: TablePublish['brake'];
  readonly content?: Target['content'];
  readonly overlap?: Target['overlap'];
  readonly add?: readonly Field[];
  readonly widen?: readonly Field[];
  readonly format?: FormatName;
  readonly attempt?: string;
}

export async function makeTarget(destination: Destination, load: Load): Promise<Target> {
  const table = { namespace: 'public', name: load.table };
  const existing = await destination.describe(table);
  return {
    table,
    schema: { fields: load.fields, ...(load.key && { key: load.key }) },
    policy: {
      nulls: 'write',
      deletes: 'hard',
      existing: 'any',
      evolution: 'evolve',
      ...(load.key && { key: load.key }),
      ...load.policy,
    },
    ...(existing && { existing }),
    add: load.add ?? [],
    widen: load.widen ?? [],
    content: load.content ?? 'rows',
    ...(load.overlap && { overlap: load.overlap }),
  };
}

export async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 1 << 16) yield await Promise.resolve(Buffer.from(text.slice(at, at + (1 << 16))));
}

export async function stageLoad(destination: Destination, target: Target, load: Load): Promise<readonly Staged[]> {
  const documents = typeof load.csv === 'string' ? [load.csv] : load.csv;
  const attempt = load.attempt ?? `run${Math.random()}.1`;
  return Promise.all(
    documents.map(async (text, ordinal) => {
      await using writer = await destination.open({ target, format: load.format ?? 'csv', pipeline: 'p', attempt, ordinal });
      await writer.write(bytes(text));
      return await writer.flush();
    }),
  );
}

let token = 0;

/** Claim, stage, publish. */
export async function load(destination: Destination, request: Load): Promise<PublishResult> {
  const { fence } = await destination.claim('p');
  const target = await makeTarget(destination, request);
  const staged = await stageLoad(destination, target, request);
  return destination.publish(publishOf(target, staged, fence, request.brake));
}

export function publishOf(target: Target, staged: readonly Staged[], fence: number, brake?: TablePublish['brake']) {
  const tables = [{ target, staged, ...(brake && { brake }) }];
  return { token: `t${(token += 1)}`, pipeline: 'p', run: 'r', fence, positions: { s: { at: token } }, tables, checksums: [] };
}
