import { HeadgateError } from '../../domain/error.ts';
import { refName, type TableInfo, type TableRef } from '../../domain/schema.ts';
import type {
  Claim,
  Context,
  Destination,
  Executes,
  Finding,
  Forgets,
  Forgotten,
  Publish,
  PublishRequest,
  PublishResult,
  SharesStages,
  TableResult,
  TableWriter,
  Target,
  Undoes,
  Undone,
  UndoRequest,
  WriteRequest,
} from '../../sdk/index.ts';
import { findingsOf } from '../_sql/check.ts';
import { quoteTable } from '../_sql/names.ts';
import { findRelation, readColumns, readIndexes } from './catalog.ts';
import { HeldPublish, lostWhilePublishing } from '../_sql/publish.ts';
import { tableInfo } from '../_sql/table-facts.ts';
import { describeServer } from './check.ts';
import type { Config } from '../_pg/config.ts';
import { explainPublish } from './explain.ts';
import { addPublish, claimPipeline, dropLeft, lockFence, readLedger } from './ledger.ts';
import { ownTable, stageName } from './names.ts';
import { publishTable } from './publish-table.ts';
import { Session } from './session.ts';
import { createFlushedSql, createStageSql, dropStageSql, stageGone, StageWriter, tableName, type StageShape } from './stage.ts';
import { tableFacts, type TableFacts } from './swap-facts.ts';
import { forgetTable, keepVersion, settleVersions, undoRun } from './versions.ts';

export class PostgresDestination implements Destination, Undoes, Forgets, SharesStages, Executes {
  readonly #config: Config;
  readonly #context: Context;
  #main: Promise<Session> | undefined;
  /** Of the first load, dialled while its pipeline is claimed: 15 ms of a short one. */
  #ahead: Promise<Session> | undefined;
  /** Stages that this process has made, by name: several writers fill one. */
  readonly #stages = new Map<string, Promise<StageShape>>();
  /** What the claim could not remove: a late writer of an earlier attempt held it. */
  #left: readonly string[] = [];
  /** What `describe` learnt, for `explain`. */
  readonly #facts = new Map<string, TableFacts>();

  constructor(config: Config, context: Context) {
    this.#config = config;
    this.#context = context;
  }

  #open(): Promise<Session> {
    return Session.open(this.#config, { signal: this.#context.signal, net: this.#context.net, readOnly: false });
  }

  /** The session of all calls but loads, which have one each. Opened again when it has broken. */
  async #session(): Promise<Session> {
    const current = await this.#main?.catch(() => undefined);
    if (current?.alive) return current;
    this.#main = this.#open();
    return this.#main;
  }

  async #takeAhead(): Promise<Session> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const session = await ahead?.catch(() => undefined);
    return session?.alive ? session : await this.#open();
  }

  async check(): Promise<readonly Finding[]> {
    return await findingsOf(async () => describeServer(await this.#session()));
  }

  async describe(table: TableRef): Promise<TableInfo | undefined> {
    const session = await this.#session();
    const relation = await findRelation(session, table);
    if (!relation) return undefined;
    const facts = await tableFacts(session, table);
    if (facts) this.#facts.set(quoteTable(relation.stream), facts);
    const columns = (await readColumns(session, [relation.oid])).get(relation.oid) ?? [];
    const indexes = (await readIndexes(session, [relation.oid])).get(relation.oid) ?? [];
    return tableInfo(columns, indexes, relation.rows);
  }

  async ledger(pipeline: string): Promise<readonly Publish[]> {
    return readLedger(await this.#session(), pipeline);
  }

  async execute(statements: readonly string[]): Promise<void> {
    await using session = await this.#open();
    for (const [at, sql] of statements.entries()) await session.rows(sql, `running statement ${at + 1}`);
  }

  async claim(pipeline: string, fence?: number): Promise<Claim> {
    // A claim drops what was staged under an older one.
    this.#stages.clear();
    this.#ahead ??= this.#open();
    this.#ahead.catch(() => undefined); // it is dialled again then
    const { claim, left } = await claimPipeline(await this.#session(), pipeline, fence);
    this.#left = left;
    return claim;
  }

  async open(request: WriteRequest): Promise<TableWriter> {
    const { target, pipeline, attempt, once } = request;
    const stage = stageName(pipeline, attempt, target.table);
    const session = await this.#takeAhead();
    if (once)
      return new StageWriter(await stillThere(session, stage, target), request, stage, (name) => this.#context.failpoint(name));
    try {
      const made = this.#stages.get(stage) ?? makeStage(session, stage, target);
      this.#stages.set(stage, made);
      await made;
    } catch (error) {
      this.#stages.delete(stage);
      await session[Symbol.asyncDispose]();
      throw error;
    }
    return new StageWriter(session, request, stage, (name) => this.#context.failpoint(name));
  }

  async prepare({ target, pipeline, attempt }: Omit<WriteRequest, 'ordinal'>): Promise<void> {
    const session = await this.#session();
    const stage = stageName(pipeline, attempt, target.table);
    const shape = await makeStage(session, stage, target);
    await session.rows(createFlushedSql(stage, shape), `staging ${refName(target.table)}`);
  }

  async publish(request: PublishRequest): Promise<PublishResult> {
    const session = await this.#session().catch(lostWhilePublishing);
    const refs = new Set(request.tables.flatMap(({ staged }) => staged.map(({ ref }) => ref)));
    for (const ref of refs) this.#stages.delete(ref);
    await session.rows('begin', 'publishing');
    try {
      const result = await this.#publish(session, request, refs);
      this.#left = await dropLeft(session, this.#left);
      return result;
    } catch (error) {
      if (session.alive) await session.rows('rollback', 'publishing').catch(() => undefined);
      // After a broken connection the same request comes again and needs its stages; after anything else nobody does.
      const lost = error instanceof HeadgateError && error.code === 'connect.lost';
      if (session.alive && !lost) await dropStages(session, refs);
      if (!(error instanceof HeldPublish)) throw error;
      return { status: 'held', tables: [], held: error.held };
    }
  }

  async #publish(session: Session, request: PublishRequest, refs: ReadonlySet<string>): Promise<PublishResult> {
    const { failpoint } = this.#context;
    const done = await lockFence(session, request);
    if (done) {
      await dropStages(session, refs);
      await session.rows('commit', 'publishing');
      return { status: 'already', tables: done.tables };
    }
    await failpoint('postgres.publish.begun');
    const tables: TableResult[] = [];
    for (const table of request.tables) {
      await keepVersion(session, request, table.target);
      tables.push(await publishTable(session, table, request));
      await settleVersions(session, request, table.target);
    }
    await failpoint('postgres.publish.written');
    await addPublish(session, request, tables);
    await dropStages(session, refs);
    await failpoint('postgres.publish.before-commit');
    await session.rows('commit', 'publishing: committing');
    await failpoint('postgres.publish.committed');
    return { status: 'published', tables };
  }

  async undo(request: UndoRequest): Promise<Undone> {
    return await undoRun(await this.#session(), request);
  }

  async forget(table: TableRef, pipelines: readonly string[]): Promise<Forgotten> {
    return await forgetTable(await this.#session(), table, pipelines);
  }

  explain(target: Target): readonly string[] {
    return explainPublish(target, this.#facts.get(tableName(target)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const opened of [this.#main, this.#ahead]) {
      const session = await opened?.catch(() => undefined);
      await session?.[Symbol.asyncDispose]();
    }
  }
}

async function makeStage(session: Session, stage: string, target: Target): Promise<StageShape> {
  const shape = await stageShape(session, target);
  for (const sql of createStageSql(stage, target, shape)) await session.rows(sql, `staging ${refName(target.table)}`);
  return shape;
}

/** Ends the session where the stage is gone. */
async function stillThere(session: Session, stage: string, { table }: Target): Promise<Session> {
  try {
    const { found } = await session.row('select to_regclass($1)::text as found', `staging ${refName(table)}`, [ownTable(stage)]);
    if (found != null) return session;
    throw stageGone(table);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

/** Rows that the publish will move by renaming are staged in their final form; all others in what is fastest to fill. */
async function stageShape(session: Session, target: Target): Promise<StageShape> {
  if (target.content === 'changes') return { kind: 'plain' };
  if (!target.existing || target.policy.existing === 'recreate') return { kind: 'final' };
  const facts = target.policy.mode === 'replace' ? await tableFacts(session, target.table) : undefined;
  if (!facts || facts.inPlace.length > 0) return { kind: 'plain' };
  return { kind: 'like', table: tableName(target) };
}

async function dropStages(session: Session, refs: ReadonlySet<string>): Promise<void> {
  for (const ref of refs) await session.rows(dropStageSql(ref), 'removing staged rows');
}
