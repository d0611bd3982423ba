/** Writes tables as the engine would: planned by its planner, staged by writers, made visible by one publish. */
import assert from 'node:assert/strict';
import { HeadgateError } from '../../src/domain/error.ts';
import type { Json } from '../../src/domain/json.ts';
import type { Brake, CursorPolicy, WritePolicy } from '../../src/domain/policy.ts';
import type { Schema } from '../../src/domain/schema.ts';
import { plan } from '../../src/engine/planner.ts';
import type { Destination, PublishResult, Staged, TablePublish, TableResult, TableWriter, Target } from '../../src/sdk/index.ts';
import type { Cell, Row, Table, Trial } from './kit.ts';
import { encodeCsv } from './wire.ts';

/** One table's part of a publish. Rows of `changes` are led by the cells of `_op`, `_seq`, `_unchanged`. */
export interface Load {
  readonly table: Table;
  readonly policy: Partial<WritePolicy> & Pick<WritePolicy, 'mode'>;
  readonly mode?: 'snapshot' | 'incremental' | 'changes';
  readonly cursor?: CursorPolicy;
  readonly brake?: Brake;
}

export const pipeline = 'conformance';

export async function openDestination({ place, context }: Pick<Trial, 'place' | 'context'>): Promise<Destination> {
  assert.ok(place.connection.destination, 'the connection can be written to');
  return place.connection.destination.open(context);
}

/** What the table must become, as the engine decides it. */
export async function targetOf({ place }: Pick<Trial, 'place'>, destination: Destination, load: Load): Promise<Target> {
  const facts = place.connection.destination;
  assert.ok(facts);
  const { table } = load;
  const into = { name: table.name, ...(table.namespace !== undefined && { namespace: table.namespace }) };
  const existing = await destination.describe(into);
  const schema: Schema = {
    fields: table.fields.map((field) => ({ ...field, nullable: true })),
    ...(table.key && { key: table.key }),
  };
  const policy: WritePolicy = {
    nulls: 'write',
    deletes: 'hard',
    existing: 'any',
    evolution: 'evolve',
    ...(needsKey(load) && table.key && { key: table.key }),
    ...load.policy,
  };
  const planned = plan({
    flow: {
      stream: { stream: { name: 'origin' }, kind: 'table', schema, cursors: [] },
      into,
      mode: load.mode ?? 'snapshot',
      ...(load.cursor && { cursor: load.cursor }),
      policy,
      shape: { rename: {}, cast: {}, mask: {} },
      rejects: { limit: 0, unit: 'rows' },
    },
    connectors: { source: 'origin', destination: place.connection.connector },
    source: { modes: ['snapshot', 'incremental', 'changes'], pushdown: [], produces: () => ['csv'] },
    destination: facts,
    ...(existing && { table: existing }),
  });
  return planned.target;
}

const needsKey = ({ policy }: Load): boolean => policy.mode !== 'append';

let attempts = 0;
export const newAttempt = (): string => `run_${(attempts += 1)}.1`;

export interface StageOptions {
  readonly attempt?: string;
  readonly ordinal?: number;
}

export async function openWriter(destination: Destination, target: Target, options: StageOptions = {}): Promise<TableWriter> {
  const { attempt = newAttempt(), ordinal = 1 } = options;
  return destination.open({ target, format: 'csv', pipeline, attempt, ordinal });
}

/** The rows as a document in chunks that end anywhere, each of them overwritten when the next is asked for. */
export async function* chunks(rows: readonly Row[]): AsyncGenerator<Uint8Array> {
  const data = encodeCsv(rows);
  const size = Math.max(7, Math.ceil(data.length / 5));
  for (let at = 0; at < data.length; at += size) {
    const chunk = Buffer.from(data.subarray(at, at + size));
    yield chunk;
    chunk.fill('x');
  }
}

export async function stage(
  trial: Trial,
  destination: Destination,
  load: Load,
  options: StageOptions = {},
): Promise<TablePublish & { staged: readonly [Staged] }> {
  const target = await targetOf(trial, destination, load);
  await using writer = await openWriter(destination, target, options);
  await writer.write(chunks(load.table.rows));
  const staged = await writer.flush();
  assert.equal(staged.rows, load.table.rows.length, 'the writer counts every record');
  return { target, staged: [staged], ...(load.brake && { brake: load.brake }) };
}

export interface PublishOptions {
  readonly token?: string;
  readonly fence: number;
  readonly positions?: Readonly<Record<string, Json>>;
  readonly of?: string;
}

let tokens = 0;

export function publish(
  destination: Destination,
  tables: readonly TablePublish[],
  options: PublishOptions,
): Promise<PublishResult> {
  const { token = `token_${(tokens += 1)}`, fence, positions = {}, of = pipeline } = options;
  const checksums = tables.flatMap(({ staged }) => staged.map(() => 'crc32:00000000'));
  return destination.publish({ token, pipeline: of, run: token, fence, positions, tables, checksums });
}

/** Claim, stage and publish of one attempt, through an open destination. */
export async function loadInto(trial: Trial, destination: Destination, ...loads: readonly Load[]): Promise<PublishResult> {
  const { fence } = await destination.claim(pipeline);
  const attempt = newAttempt();
  const tables: TablePublish[] = [];
  for (const load of loads) tables.push(await stage(trial, destination, load, { attempt }));
  const result = await publish(destination, tables, { fence });
  if (result.status === 'published') for (const [index, table] of result.tables.entries()) addsUp(table, loads[index]);
  return result;
}

/** `loadInto` over a destination of its own. */
export async function load(trial: Trial, ...loads: readonly Load[]): Promise<PublishResult> {
  await using destination = await openDestination(trial);
  return await loadInto(trial, destination, ...loads);
}

function addsUp(result: TableResult, of: Load | undefined): void {
  const { staged, added, changed, deduplicated } = result;
  if (of?.mode === 'changes') return;
  assert.equal(staged, added + changed + deduplicated, `staged = added + changed + deduplicated: ${JSON.stringify(result)}`);
  assert.equal(staged, of?.table.rows.length);
}

/** The counts of the only table of a publish. */
export function countsOf(result: PublishResult): Omit<TableResult, 'table' | 'staged'> {
  assert.equal(result.status, 'published');
  const [counts, ...others] = result.tables;
  assert.ok(counts && others.length === 0, 'one table was published');
  const { added, changed, deduplicated, deleted } = counts;
  return { added, changed, deduplicated, deleted };
}

export async function rejectsWith(work: Promise<unknown>, ...codes: readonly string[]): Promise<HeadgateError> {
  const failure: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(failure instanceof HeadgateError, `one of ${codes.join(', ')}, not ${String(failure)}`);
  assert.ok(codes.includes(failure.code), `${failure.code} is one of ${codes.join(', ')}: ${failure.message}`);
  return failure;
}

export const contents = (trial: Pick<Trial, 'place'>, table: Table): Promise<readonly Row[] | undefined> =>
  trial.place.rows(table, table.fields);

/** The table with other rows. */
export const withRows = (table: Table, ...rows: readonly (readonly Cell[])[]): Table => ({ ...table, rows });
