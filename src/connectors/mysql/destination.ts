import { HeadgateError } from '../../domain/error.ts';
import { refName, type TableInfo, type TableRef } from '../../domain/schema.ts';
import type {
  Claim,
  Context,
  Destination,
  Executes,
  Finding,
  Publish,
  PublishRequest,
  PublishResult,
  TableResult,
  TableWriter,
  Target,
  WriteRequest,
} from '../../sdk/index.ts';
import { findingsOf } from '../_sql/check.ts';
import { quoteName } from '../_sql/names.ts';
import { readColumns, readIndexes, readRelations } from './catalog.ts';
import { HeldPublish, lostWhilePublishing } from '../_sql/publish.ts';
import { tableInfo } from '../_sql/table-facts.ts';
import { describeServer } from './check.ts';
import type { Config } from './config.ts';
import { explainPublish } from './explain.ts';
import { addPublish, claimPipeline, lockFence, readLedger } from './ledger.ts';
import { stageName } from './names.ts';
import { recover } from './pending.ts';
import { prepareTable, publishTable } from './publish-table.ts';
import { Session } from './session.ts';
import { createStage, StageWriter } from './stage.ts';

export class MysqlDestination implements Destination, Executes {
  readonly #config: Config;
  readonly #context: Context;
  #main: Promise<Session> | undefined;

  constructor(config: Config, context: Context) {
    this.#config = config;
    this.#context = context;
  }

  #open(loads = false): Promise<Session> {
    return Session.open(this.#config, { signal: this.#context.signal, net: this.#context.net, readOnly: false, loads });
  }

  /** The session of all calls but loads, which have one each. Opened again when it has broken. */
  async #session(): Promise<Session> {
    const current = await this.#main?.catch(() => undefined);
    if (current?.alive) return current;
    this.#main = this.#open();
    return this.#main;
  }

  async check(): Promise<readonly Finding[]> {
    return await findingsOf(async () => describeServer(await this.#session()));
  }

  async describe(table: TableRef): Promise<TableInfo | undefined> {
    const session = await this.#session();
    const [relation] = await readRelations(session, table.name);
    if (!relation) return undefined;
    const columns = (await readColumns(session, [table.name])).get(table.name) ?? [];
    const indexes = (await readIndexes(session, [table.name])).get(table.name) ?? [];
    return tableInfo(columns, indexes, relation.rows);
  }

  async ledger(pipeline: string): Promise<readonly Publish[]> {
    return readLedger(await this.#session(), pipeline);
  }

  async execute(statements: readonly string[]): Promise<void> {
    await using session = await this.#open();
    for (const [at, sql] of statements.entries()) await session.run(sql, `running statement ${at + 1}`);
  }

  async claim(pipeline: string, fence?: number): Promise<Claim> {
    return claimPipeline(await this.#session(), pipeline, fence);
  }

  async open(request: WriteRequest): Promise<TableWriter> {
    const { target, pipeline, attempt, ordinal } = request;
    const stage = stageName(pipeline, attempt, target.table.name, ordinal);
    const session = await this.#open(true);
    try {
      await createStage(session, stage, target, `staging ${refName(target.table)}`);
    } catch (error) {
      await session[Symbol.asyncDispose]();
      throw error;
    }
    return new StageWriter(session, request, stage, (name) => this.#context.failpoint(name));
  }

  /**
   * First, under the fence, what commits by itself (a table without rows, new columns), then one transaction with all rows
   * and the ledger. `pending.ts` says what becomes of the first where the second does not happen.
   */
  async publish(request: PublishRequest): Promise<PublishResult> {
    const session = await this.#session().catch(lostWhilePublishing);
    const refs = request.tables.flatMap(({ staged }) => staged.map(({ ref }) => ref));
    let other: Session | undefined;
    try {
      other = await this.#open().catch(lostWhilePublishing);
      await session.rows('start transaction', 'publishing');
      const done = await lockFence(session, other, request);
      if (done) {
        await session.rows('commit', 'publishing');
        await recover(session, request.pipeline, request.token);
        await dropStages(session, refs);
        return { status: 'already', tables: done.tables };
      }
      await this.#context.failpoint('mysql.publish.begun');
      // A first try of this publish may have lost its connection between a table and the ledger.
      await recover(other, request.pipeline, request.token);
      for (const table of request.tables) await prepareTable(other, request, table);
      const tables = await this.#write(session, other, request);
      await recover(other, request.pipeline, request.token);
      await dropStages(other, refs);
      return { status: 'published', tables };
    } catch (error) {
      await this.#undo(session, request, refs, error);
      if (!(error instanceof HeldPublish)) throw error;
      return { status: 'held', tables: [], held: error.held };
    } finally {
      await other?.[Symbol.asyncDispose]();
    }
  }

  async #write(session: Session, other: Session, request: PublishRequest): Promise<readonly TableResult[]> {
    const { failpoint } = this.#context;
    const tables: TableResult[] = [];
    for (const table of request.tables) tables.push(await publishTable(session, other, request, table));
    await failpoint('mysql.publish.written');
    await addPublish(session, request, tables);
    await failpoint('mysql.publish.before-commit');
    await session.rows('commit', 'publishing: committing');
    await failpoint('mysql.publish.committed');
    return tables;
  }

  /** After a broken connection the same request comes again and needs its stages; after anything else nobody does. */
  async #undo(session: Session, request: PublishRequest, refs: readonly string[], error: unknown): Promise<void> {
    if (!session.alive) return;
    await session.rows('rollback', 'publishing').catch(() => undefined);
    if (error instanceof HeadgateError && error.code === 'connect.lost') return;
    if (error instanceof HeadgateError && error.code === 'publish.fenced') return;
    await recover(session, request.pipeline, request.token).catch(() => undefined);
    await dropStages(session, refs).catch(() => undefined);
  }

  explain(target: Target): readonly string[] {
    return explainPublish(target);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#main?.catch(() => undefined);
    await session?.[Symbol.asyncDispose]();
  }
}

async function dropStages(session: Session, refs: readonly string[]): Promise<void> {
  for (const ref of refs) await session.rows(`drop table if exists ${quoteName(ref)}`, 'removing staged rows');
}
