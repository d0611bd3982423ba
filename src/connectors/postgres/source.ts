import type { Json } from '../../domain/json.ts';
import { refName, type StreamInfo, type StreamRef } from '../../domain/schema.ts';
import type {
  Context,
  Finding,
  FlowRead,
  Partitionable,
  ReadRequest,
  Snapshot,
  Snapshots,
  Source,
  SourceEvent,
} from '../../sdk/index.ts';
import { findingsOf } from '../_sql/check.ts';
import { onlyFlow } from '../_sql/reading.ts';
import { rangePredicate } from '../_sql/select.ts';
import { findRelation } from './catalog.ts';
import type { Config } from '../_pg/config.ts';
import { copyOut } from './copy-out.ts';
import { describeServer } from './check.ts';
import { discoverStreams } from './discover.ts';
import { readIncremental } from './incremental.ts';
import { partitionBlocks } from './partition.ts';
import { startOf } from './position.ts';
import { copySelect, keysPredicate, partitionPredicate } from './select.ts';
import { requireSameTypes } from './same-types.ts';
import { Session } from './session.ts';
import { beginSnapshot, useSnapshot } from './transactions.ts';

export class PostgresSource implements Source, Snapshots, Partitionable {
  readonly #config: Config;
  readonly #context: Context;

  constructor(config: Config, context: Context) {
    this.#config = config;
    this.#context = context;
  }

  /** A session per use: a cancelled or broken one is of no use to the next. */
  #session(): Promise<Session> {
    return Session.open(this.#config, { signal: this.#context.signal, net: this.#context.net, readOnly: true });
  }

  async check(): Promise<readonly Finding[]> {
    return await findingsOf(async () => {
      await using session = await this.#session();
      return await describeServer(session);
    });
  }

  async discover(wanted?: readonly StreamRef[]): Promise<readonly StreamInfo[]> {
    await using session = await this.#session();
    return await discoverStreams(session, wanted);
  }

  async openSnapshot(): Promise<Snapshot> {
    const session = await this.#session();
    try {
      await session.rows(beginSnapshot, 'opening a snapshot');
      const { id } = await session.row('select pg_export_snapshot() as id', 'opening a snapshot');
      return { id: id ?? '', [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
  }

  async partition(flow: FlowRead, _snapshot: Json, target: number): Promise<readonly Json[]> {
    if (flow.stream.query !== undefined) return [null];
    await using session = await this.#session();
    const relation = await findRelation(session, flow.stream);
    return relation?.relkind === 'r' ? await partitionBlocks(session, relation.oid, target) : [null];
  }

  async *read(request: ReadRequest): AsyncGenerator<SourceEvent> {
    const flow = onlyFlow(request, 'PostgreSQL reads one stream at a time in this mode');
    await using session = await this.#session();
    if (request.mode === 'incremental') {
      yield* readIncremental(session, flow, request);
      return;
    }
    const doing = `reading ${refName(flow.stream)}`;
    await session.rows(beginSnapshot, doing);
    if (typeof request.snapshot === 'string') {
      await useSnapshot(session, request.snapshot, doing);
    }
    const { snapshot = null, at = null } = await session.row(
      `select pg_current_snapshot()::text as snapshot, clock_timestamp()::text as at, ${session.readsRows}`,
      doing,
    );
    await requireSameTypes(session, flow, request.format, doing);
    const sql = copySelect(flow, request.format, [partitionPredicate(request.partition), keysPredicate(flow, request.keys)]);
    const copy = copyOut(session, sql, doing);
    for await (const data of copy.chunks) yield { type: 'bytes', stream: flow.stream, data };
    const rows = copy.rows();
    yield {
      type: 'checkpoint',
      position: { kind: 'snapshot', snapshot, at },
      proof: {
        rows: { [refName(flow.stream)]: rows },
        evidence: `COPY ${rows} of one snapshot`,
        guarantee: 'one snapshot: every row as it was at one moment of the source',
        warnings: [],
      },
    };
  }

  explain(request: ReadRequest): readonly string[] {
    return request.flows.map((flow) => {
      const { cursor } = request;
      const field = flow.schema.fields.find(({ name }) => name === cursor?.field);
      const range = request.mode === 'incremental' && cursor && field;
      // Only a read learns whether the stream is a table; a plan shows what it does when it is one.
      const start = range && startOf(cursor, field, request.from, flow.stream.query === undefined);
      const rows = range && start ? rangePredicate(cursor, start, field.nullable) : undefined;
      // Keys are values of rows: a plan does not show them.
      return copySelect(flow, request.format, [rows, partitionPredicate(request.partition)]);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Every session belongs to the call that opened it.
  }
}
