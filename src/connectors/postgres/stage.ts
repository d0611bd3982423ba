/** Staging: the table that the writers of an attempt fill before a publish moves its rows. */
import { HeadgateError } from '../../domain/error.ts';
import { refName, type Field, type TableRef } from '../../domain/schema.ts';
import type { Staged, TableWriter, Target, WriteRequest } from '../../sdk/index.ts';
import { nameList, quoteName, quoteTable } from '../_sql/names.ts';
import { copyIn, type Copied } from './copy-in.ts';
import { copyOptions } from './copy-out.ts';
import { sqlState } from '../_pg/errors.ts';
import { ownTable } from './names.ts';
import type { Session } from './session.ts';
import { nativeType } from './types.ts';

export const changeColumns = ['_op', '_seq', '_unchanged'] as const;

export const deletedAt = '_deleted_at';

/** Does a row that went away stay, with the time of its going? */
export function marksDeletes({ policy, content }: Target): boolean {
  return policy.deletes === 'soft' && (policy.mode === 'mirror' || content === 'changes');
}

export const columnType = (field: Field): string => field.native?.type ?? nativeType(field.type);

export const columnNames = ({ schema }: Target): readonly string[] => schema.fields.map(({ name }) => name);

export const tableName = ({ table }: Target): string => quoteTable({ namespace: table.namespace ?? 'public', name: table.name });

const definition = (field: Field): string => `${quoteName(field.name)} ${columnType(field)}`;

/** How a stage is made. `final` = the publish renames it into place, so it is logged and has the table's own shape. */
export type StageShape =
  { readonly kind: 'plain' } | { readonly kind: 'final' } | { readonly kind: 'like'; readonly table: string };

/** The columns that a table lacks, and those that get a wider type. */
export function columnSql(table: string, { add, widen }: Target): readonly string[] {
  return [
    ...add.map((field) => `alter table ${table} add column if not exists ${definition(field)}`),
    ...widen.map((field) => `alter table ${table} alter column ${quoteName(field.name)} type ${columnType(field)}`),
  ];
}

export function createStageSql(stage: string, target: Target, shape: StageShape): readonly string[] {
  const fields = target.schema.fields.map(definition);
  const name = ownTable(stage);
  if (shape.kind === 'like') {
    const copied = 'including defaults including constraints including storage including compression including comments';
    return [`create table if not exists ${name} (like ${shape.table} ${copied})`, ...columnSql(name, target)];
  }
  if (shape.kind === 'final') {
    const extra = marksDeletes(target) ? [`${quoteName(deletedAt)} timestamp with time zone`] : [];
    return [`create table if not exists ${name} (${[...fields, ...extra].join(', ')})`];
  }
  const lead = target.content === 'changes' ? ['_op text', '_seq numeric', '_unchanged jsonb'] : [];
  return [`create unlogged table if not exists ${name} (${[...lead, ...fields].join(', ')})`];
}

/** Which ordinals of a shared stage have been flushed. */
const flushedTable = (stage: string): string => ownTable(`${stage}_flushed`);

/** Kept as the stage is: a crash of the server empties both, or none. */
export function createFlushedSql(stage: string, { kind }: StageShape): string {
  const kept = kind === 'plain' ? 'unlogged ' : '';
  const columns = 'ordinal integer primary key, rows bigint not null, bytes bigint not null';
  return `create ${kept}table if not exists ${flushedTable(stage)} (${columns})`;
}

export const dropStageSql = (stage: string): string => `drop table if exists ${ownTable(stage)}, ${flushedTable(stage)}`;

const undefinedTable = '42P01';

/** A later claim of the pipeline has removed what its earlier attempts staged. */
export function stageGone(table: TableRef, cause?: unknown): HeadgateError {
  const what = 'another attempt has taken over and removed what this one had staged';
  return new HeadgateError('publish.fenced', `staging ${refName(table)}: ${what}`, { cause });
}

/** One COPY into a stage, in a transaction of its own that `flush` commits. */
export class StageWriter implements TableWriter {
  readonly #session: Session;
  readonly #request: WriteRequest;
  readonly #stage: string;
  readonly #failpoint: (name: string) => Promise<void>;
  #copied: Copied = { rows: 0, bytes: 0 };
  #flushed = false;

  constructor(session: Session, request: WriteRequest, stage: string, failpoint: (name: string) => Promise<void>) {
    this.#session = session;
    this.#request = request;
    this.#stage = stage;
    this.#failpoint = failpoint;
  }

  async write(data: AsyncIterable<Uint8Array>): Promise<void> {
    const { target, format } = this.#request;
    const doing = `loading ${refName(target.table)}`;
    const lead = target.content === 'changes' ? changeColumns : [];
    const columns = nameList([...lead, ...columnNames(target)]);
    await this.#session.rows('begin', doing);
    const sql = `copy ${ownTable(this.#stage)} (${columns}) from stdin ${copyOptions(format)}`;
    this.#copied = await copyIn(this.#session, sql, data, doing, () => this.#failpoint('postgres.copy.mid'));
  }

  async flush(): Promise<Staged> {
    const { target, once = false } = this.#request;
    const { table } = target;
    const staged = { table, ref: this.#stage, ...this.#copied };
    const first = once ? await this.#flushedBefore() : undefined;
    await this.#session.rows(first ? 'rollback' : 'commit', `staging ${refName(table)}`);
    this.#flushed = true;
    await this.#failpoint('postgres.stage.flushed');
    return { ...staged, ...first };
  }

  /** In the transaction of the rows: of several that stage an ordinal one alone commits, and the others learn what it staged. */
  async #flushedBefore(): Promise<Pick<Staged, 'rows' | 'bytes'> | undefined> {
    const { target, ordinal } = this.#request;
    const [table, doing] = [flushedTable(this.#stage), `staging ${refName(target.table)}`];
    const values = [ordinal, this.#copied.rows, this.#copied.bytes].map(String);
    const mine = `insert into ${table} values ($1, $2, $3) on conflict do nothing returning ordinal::text`;
    const inserted = await this.#session.rows(mine, doing, values).catch((error: unknown) => {
      throw sqlState(error) === undefinedTable ? stageGone(target.table, error) : error;
    });
    if (inserted.length > 0) return undefined;
    const earlier = `select rows::text, bytes::text from ${table} where ordinal = $1`;
    const { rows, bytes } = await this.#session.row(earlier, doing, [String(ordinal)]);
    return { rows: Number(rows), bytes: Number(bytes) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // An open transaction ends with its connection: what was not flushed was never there.
    if (this.#flushed) await this.#session[Symbol.asyncDispose]();
    else await this.#session.cancel();
  }
}
