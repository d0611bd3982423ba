import { HeadgateError } from '../../domain/error.ts';
import { refName, type StreamInfo, type StreamRef } from '../../domain/schema.ts';
import type { Context, Finding, FlowRead, ReadRequest, Source, SourceEvent } from '../../sdk/index.ts';
import { findingsOf } from '../_sql/check.ts';
import { onlyFlow } from '../_sql/reading.ts';
import { rangePredicate } from '../_sql/select.ts';
import { readRelations } from './catalog.ts';
import { describeServer } from './check.ts';
import type { Config } from './config.ts';
import { discoverStreams } from './discover.ts';
import { readIncremental } from './incremental.ts';
import { startOf } from './position.ts';
import { readRows } from './read.ts';
import { formsOf, keysPredicate, readSelect } from './select.ts';
import { Session } from './session.ts';
import { beginSnapshot } from './transactions.ts';

export class MysqlSource implements Source {
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
      return describeServer(session);
    });
  }

  async discover(wanted?: readonly StreamRef[]): Promise<readonly StreamInfo[]> {
    await using session = await this.#session();
    return await discoverStreams(session, wanted);
  }

  async *read(request: ReadRequest): AsyncGenerator<SourceEvent> {
    const flow = onlyFlow(request, 'MySQL reads one stream at a time in this mode');
    await using session = await this.#session();
    if (request.mode === 'incremental') {
      yield* readIncremental(session, flow, request);
      return;
    }
    const doing = `reading ${refName(flow.stream)}`;
    const warnings = await snapshotWarnings(session, flow);
    await session.rows(beginSnapshot, doing);
    const { at = null } = await session.row('select utc_timestamp(6) as at', doing);
    const result = readRows(session, readSelect(flow, [keysPredicate(flow, request.keys)]), formsOf(flow), doing);
    for await (const data of result.chunks) yield { type: 'bytes', stream: flow.stream, data };
    const rows = result.rows();
    yield {
      type: 'checkpoint',
      position: { kind: 'snapshot', at },
      proof: {
        rows: { [refName(flow.stream)]: rows },
        evidence: `${rows} rows to the end of one SELECT in one snapshot`,
        guarantee:
          warnings.length === 0
            ? 'one snapshot: every row as it was at one moment of the source'
            : 'one SELECT: the engine of this table has no snapshots',
        warnings,
      },
    };
  }

  explain(request: ReadRequest): readonly string[] {
    return request.flows.map((flow) => {
      const { cursor } = request;
      const field = flow.schema.fields.find(({ name }) => name === cursor?.field);
      const range = request.mode === 'incremental' && cursor && field;
      // Keys are values of rows: a plan does not show them.
      return readSelect(flow, [range ? rangePredicate(cursor, startOf(cursor, field, request.from), field.nullable) : undefined]);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Every session belongs to the call that opened it.
  }
}

/** Tables of engines without transactions are read as they are at each moment of the read. */
async function snapshotWarnings(session: Session, { stream }: FlowRead): Promise<readonly string[]> {
  if (stream.query !== undefined) return [];
  const [relation] = await readRelations(session, stream.name);
  if (!relation) throw new HeadgateError('stream.missing', `reading ${refName(stream)}: there is no such table`);
  if (relation.kind === 'view' || relation.engine === 'InnoDB') return [];
  return [
    `${stream.name} is kept by ${relation.engine}, which has no snapshots: rows written during the read may be in it or not`,
  ];
}
