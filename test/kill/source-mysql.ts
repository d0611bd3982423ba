import { createConnection, type Connection } from 'mysql2/promise';
import type { TestMariadb } from '../support/mariadb.ts';
import type { Row } from './model.ts';
import { digestSql } from './place-mysql.ts';
import type { Scenario } from './scenario.ts';
import { movesRows, type SourceTable } from './source.ts';

/** The rows of `source-postgres.ts`. */
const insert = (rows: number, stamp: string): string => `insert into orders (grp, amount, note, payload, updated_at)
  select nullif(seq % 7, 0), (seq * 37 % 100000) / 100,
    case seq % 11 when 0 then null when 1 then '' when 2 then concat('two', char(10), 'lines, "quoted"')
      when 3 then concat(char(92), 'N') else concat('grün ', seq) end,
    repeat(md5(seq), 5), ${stamp}
  from seq_1_to_${rows}`;

/** A statement then locks the rows that it changes, not all that it looks at: the late transactions hold up nobody else. */
const session = [
  `set time_zone = '+00:00', innodb_lock_wait_timeout = 5`,
  'set session transaction isolation level read committed',
];

export class MysqlTable implements SourceTable {
  readonly url: string;
  readonly #server: TestMariadb;
  readonly #scenario: Scenario;
  #late: readonly Connection[] = [];

  private constructor(url: string, server: TestMariadb, scenario: Scenario) {
    this.url = url;
    this.#server = server;
    this.#scenario = scenario;
  }

  static async create(server: TestMariadb, name: string, scenario: Scenario): Promise<MysqlTable> {
    const table = new MysqlTable(await server.database(name), server, scenario);
    await table.#sql(`create table orders (id bigint not null auto_increment, grp int, amount decimal(12,2), note longtext,
        payload longtext not null, updated_at timestamp(6) not null, ${scenario.keyed ? 'primary key' : 'key'} (id),
        key (updated_at)) engine = InnoDB character set utf8mb4`);
    await table.#sql(insert(scenario.rows, `timestamp'2024-01-01 00:00:00.000001' + interval (seq div 50) second`));
    return table;
  }

  async edit(): Promise<void> {
    const { rows, deletes } = this.#scenario;
    await this.#sql(insert(Math.ceil(rows / 3), 'now(6)'));
    if (movesRows(this.#scenario)) {
      await this.#sql(
        `update orders set amount = amount + 1, note = concat(note, '!'), updated_at = now(6) where id % 7 = 2 and id % 97 not in (3, 5)`,
      );
    }
    if (!deletes) return;
    // By their keys: a DELETE that looks at a row waits for whoever has it locked.
    const gone = await this.#sql('select id from orders where id % 97 = 3');
    if (gone.length > 0) await this.#sql(`delete from orders where id in (${gone.join(', ')})`);
  }

  async openLate(): Promise<void> {
    this.#late = await Promise.all([0, 1].map(() => this.#begin()));
    await this.#late[0]?.query(insert(20, 'now(6)'));
    if (movesRows(this.#scenario))
      await this.#late[0]?.query('update orders set amount = -amount, updated_at = now(6) where id % 97 = 5');
  }

  async commitLate(): Promise<void> {
    const late = this.#late;
    this.#late = [];
    await late[1]?.query(insert(20, 'now(6)'));
    for (const connection of late) {
      await connection.query('commit');
      await connection.end();
    }
  }

  async rows(): Promise<readonly Row[]> {
    const rows = await this.#sql(`select id, ${digestSql} from orders`);
    return rows.map(([key, digest]) => ({ key: key ?? '', digest: digest ?? '' }));
  }

  #sql(text: string): Promise<(string | null)[][]> {
    return this.#server.sql(this.url, [...session, text].join('; '));
  }

  async #begin(): Promise<Connection> {
    const connection = await createConnection({ uri: this.url, charset: 'utf8mb4_bin' });
    for (const statement of [...session, 'start transaction']) await connection.query(statement);
    return connection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#late) await connection.end();
    const name = new URL(this.url).pathname.slice(1);
    await this.#server.sql(this.#server.url(), `drop database \`${name}\``);
  }
}
