import { refName, type StreamInfo, type StreamRef } from '../../domain/schema.ts';
import type { Context, Finding, FlowRead, ReadRequest, Source, SourceEvent } from '../../sdk/index.ts';
import type { Config } from '../_pg/config.ts';
import { streamed } from '../_pg/streamed.ts';
import { findingsOf } from '../_sql/check.ts';
import { onlyFlow } from '../_sql/reading.ts';
import { discoverStreams } from './discover.ts';
import { RowFrames } from './row-frames.ts';
import { cursor, declareSql, fetchSql, rowsAtOnce } from './select.ts';
import { Session } from './session.ts';

export class RedshiftSource implements Source {
  readonly #config: Config;
  readonly #context: Context;

  constructor(config: Config, context: Context) {
    this.#config = config;
    this.#context = context;
  }

  /** A session per use: a cancelled or broken one is of no use to the next. */
  #session(): Promise<Session> {
    return Session.open(this.#config, { signal: this.#context.signal, net: this.#context.net });
  }

  async check(): Promise<readonly Finding[]> {
    return await findingsOf(async () => {
      await using session = await this.#session();
      const { version } = await session.row('select version() as version', 'looking at the server');
      const release = /Redshift [\d.]+/.exec(version ?? '')?.[0];
      if (release !== undefined) return [{ level: 'info', code: 'server.version', message: release }];
      return [
        {
          level: 'warning',
          code: 'server.version',
          message: 'what answers there does not say that it is Redshift',
          hint: 'a connection for its own system is faster, where there is one',
        },
      ];
    });
  }

  async discover(wanted?: readonly StreamRef[]): Promise<readonly StreamInfo[]> {
    await using session = await this.#session();
    return await discoverStreams(session, wanted);
  }

  async *read(request: ReadRequest): AsyncGenerator<SourceEvent> {
    const flow = onlyFlow(request, 'Redshift reads one stream at a time');
    const doing = `reading ${refName(flow.stream)}`;
    await using session = await this.#session();
    await session.readsRows(doing);
    await session.begin(doing);
    const { at = null } = await session.row('select current_timestamp as at', doing);
    await session.rows(declareSql(flow, request.keys), doing);
    let rows = 0;
    for (let more = true; more;) {
      const part = streamed(session, fetchSql, new RowFrames(), doing);
      for await (const data of part.chunks) yield { type: 'bytes', stream: flow.stream, data };
      rows += part.rows();
      more = part.rows() === rowsAtOnce;
    }
    yield {
      type: 'checkpoint',
      position: { kind: 'snapshot', at },
      proof: {
        rows: { [refName(flow.stream)]: rows },
        evidence: `${rows} rows to the end of ${cursor}`,
        guarantee: 'one SELECT: every row as it was at one moment of the source',
        warnings: [],
      },
    };
  }

  explain(request: ReadRequest): readonly string[] {
    // Keys are values of rows: a plan does not show them.
    return request.flows.map((flow: FlowRead) => declareSql(flow));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Every session belongs to the call that opened it.
  }
}
