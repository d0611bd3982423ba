/** Staging: the table that one writer fills before a publish moves its rows. */
import { Readable } from 'node:stream';
import { HeadgateError } from '../../domain/error.ts';
import { refName, type Field } from '../../domain/schema.ts';
import type { Staged, TableWriter, Target, WriteRequest } from '../../sdk/index.ts';
import { nameList, quoteName } from '../_sql/names.ts';
import { readColumns } from './catalog.ts';
import { loaded, LoadText, type LoadColumn } from './load-text.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import { nativeType } from './types.ts';

export const deletedAt = '_deleted_at';

/** Numbers the rows of a stage, so that one of several with one key can be named. */
export const rowNumber = '_headgate_row';

/** Does a row that went away stay, with the time of its going? */
export const marksDeletes = ({ policy }: Target): boolean => policy.deletes === 'soft' && policy.mode === 'mirror';

export const columnNames = ({ schema }: Target): readonly string[] => schema.fields.map(({ name }) => name);

export const tableName = ({ table }: Target): string => quoteName(table.name);

export const keyOf = (target: Target): readonly string[] => target.policy.key ?? target.schema.key ?? [];

export const tableOptions = ({ collation }: Server): string =>
  `engine = InnoDB row_format = dynamic default character set utf8mb4 collate ${collation}`;

/** An index entry has 3072 bytes, four per character. */
const keyBytes = 3072;

/** A column of a new table. Those of a key are bounded, because a key cannot hold a text of any length. */
export function definition({ name, type, native }: Field, key: readonly string[]): string {
  const own = native?.type ?? nativeType(type) ?? 'longtext';
  const wide = key.filter((part) => part !== name).length + 1;
  const bound = /^(?:long|medium)?(text|blob)\b/.exec(own);
  if (!key.includes(name) || !bound) return `${quoteName(name)} ${own}`;
  const bytes = Math.floor((keyBytes - 64 * (wide - 1)) / wide);
  return `${quoteName(name)} ${bound[1] === 'blob' ? `varbinary(${bytes})` : `varchar(${Math.floor(bytes / 4)})`}${own.slice(bound[0].length)}`;
}

/** As the existing table has its columns, so that both sides compare alike. */
export async function createStage(session: Session, stage: string, target: Target, doing: string): Promise<void> {
  const there =
    target.existing && target.policy.existing !== 'recreate'
      ? (await readColumns(session, [target.table.name])).get(target.table.name)
      : undefined;
  const key = keyOf(target);
  const fields = target.schema.fields.map((field) => {
    const own = there?.find((facts) => facts.field.name.toLowerCase() === field.name.toLowerCase());
    if (!own || target.widen.some(({ name }) => name === field.name)) return definition(field, key);
    const [type = '', ...comment] = (own.field.native?.type ?? '').split(/(?= comment )/);
    // MariaDB's JSON is this text with a check, which its rows have to pass in the table only.
    return `${quoteName(field.name)} ${type === 'json' ? 'longtext' : `${type} ${own.collation}`} null${comment.join('')}`;
  });
  const index = key.map((name) => {
    const at = target.schema.fields.findIndex((field) => field.name === name);
    return `${quoteName(name)}${/ (?:tiny|medium|long)?(?:text|blob)\b/.test(fields[at] ?? '') ? '(191)' : ''}`;
  });
  const keyIndex = key.length > 0 ? `, key (${index.join(', ')})` : '';
  await session.rows(
    `create table ${quoteName(stage)} (${quoteName(rowNumber)} bigint unsigned auto_increment primary key, ${fields.join(', ')}${keyIndex}) ${tableOptions(session.server)}`,
    doing,
  );
}

/** Bytes of one INSERT; a row that is longer is one of its own. */
const batchBytes = 512 * 1024;

const offered = 'headgate-rows';

export class StageWriter implements TableWriter {
  readonly #session: Session;
  readonly #request: WriteRequest;
  readonly #stage: string;
  readonly #failpoint: (name: string) => Promise<void>;
  readonly #doing: string;
  #rows = 0;
  #bytes = 0;
  #flushed = false;
  #disposed = false;

  constructor(session: Session, request: WriteRequest, stage: string, failpoint: (name: string) => Promise<void>) {
    this.#session = session;
    this.#request = request;
    this.#stage = stage;
    this.#failpoint = failpoint;
    this.#doing = `loading ${refName(request.target.table)}`;
  }

  async write(data: AsyncIterable<Uint8Array>): Promise<void> {
    const { target } = this.#request;
    const columns = target.schema.fields.map(({ name, type, native }) => ({ name, type, native: native?.type ?? '' }));
    const { allowed } = await this.#session.row('select @@local_infile as allowed', this.#doing);
    await this.#session.rows('start transaction', this.#doing);
    if (allowed === '1') await this.#load(columns, data);
    else await this.#insert(columns, data);
  }

  /** LOAD DATA turns errors into warnings, because it cannot stop the stream: any warning is a value that did not fit. */
  async #load(columns: readonly LoadColumn[], data: AsyncIterable<Uint8Array>): Promise<void> {
    const text = new LoadText(columns, 'lines', this.#doing);
    const failed: unknown[] = [];
    const lines = async function* (this: StageWriter): AsyncGenerator<Buffer> {
      try {
        for await (const rows of this.#parsed(text, data)) yield Buffer.from(rows.join(''), 'latin1');
        text.end();
      } catch (error) {
        failed.push(error); // the server gets an end of file; the transaction is not committed
      }
    };
    const made = columns.map((column, index) => loaded(column, `@v${index}`));
    const names = columns.map(({ name }, index) => (made[index] === undefined ? quoteName(name) : `@v${index}`));
    const sets = columns.flatMap(({ name }, index) => (made[index] === undefined ? [] : [`${quoteName(name)} = ${made[index]}`]));
    const sql = `load data local infile '${offered}' into table ${quoteName(this.#stage)} character set utf8mb4
fields terminated by '\t' escaped by '\\' lines terminated by '\n' (${names.join(', ')})${sets.length > 0 ? ` set ${sets.join(', ')}` : ''}`;
    const outcome = await this.#session.load(sql, offered, Readable.from(lines.call(this), { objectMode: false }), this.#doing);
    if (failed.length > 0) throw failed[0];
    await this.#exact(outcome.warnings);
    this.#rows = text.rows;
    if (outcome.changed !== text.rows)
      throw new HeadgateError('publish.counts', `${this.#doing}: ${text.rows} rows were sent, ${outcome.changed} arrived`);
  }

  async #insert(columns: readonly LoadColumn[], data: AsyncIterable<Uint8Array>): Promise<void> {
    const text = new LoadText(columns, 'values', this.#doing);
    const lead = `insert into ${quoteName(this.#stage)} (${nameList(columns.map(({ name }) => name))}) values `;
    let [batch, size]: [string[], number] = [[], 0];
    const send = async (): Promise<void> => {
      if (batch.length === 0) return;
      const sql = lead + Buffer.from(batch.join(','), 'latin1').toString('utf8');
      [batch, size] = [[], 0];
      await this.#exact((await this.#session.run(sql, this.#doing)).warnings);
    };
    for await (const rows of this.#parsed(text, data)) {
      for (const row of rows) {
        if (size + row.length > batchBytes) await send();
        batch.push(row);
        size += row.length;
      }
    }
    text.end();
    await send();
    this.#rows = text.rows;
  }

  async *#parsed(text: LoadText, data: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
    let first = true;
    for await (const chunk of data) {
      this.#bytes += chunk.length;
      const rows = text.push(chunk);
      if (rows.length > 0) yield rows;
      if (first) await this.#failpoint('mysql.load.mid');
      first = false;
    }
  }

  async #exact(warnings: number): Promise<void> {
    if (warnings === 0) return;
    const [row] = await this.#session.rows('show warnings limit 1', this.#doing);
    const column = /column (?:`[^`]*`\.`[^`]*`\.)?[`']([^`']+)[`'](?: at row (\d+))?/.exec(row?.['Message'] ?? '');
    const where = column ? ` (column ${column[1]})` : '';
    throw new HeadgateError(
      'value.invalid',
      `${this.#doing}: a value does not fit its column exactly${where} [${row?.['Code']}]`,
    );
  }

  async flush(): Promise<Staged> {
    const { table } = this.#request.target;
    await this.#session.rows('commit', `staging ${refName(table)}`);
    this.#flushed = true;
    await this.#failpoint('mysql.stage.flushed');
    return { table, ref: this.#stage, rows: this.#rows, bytes: this.#bytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    if (!this.#flushed && this.#session.alive) {
      await this.#session.rows('rollback', this.#doing).catch(() => undefined);
      await this.#session.rows(`drop table if exists ${quoteName(this.#stage)}`, this.#doing).catch(() => undefined);
    }
    await this.#session[Symbol.asyncDispose]();
  }
}
