import { Client } from 'pg';
import type { TestPostgres } from '../support/postgres.ts';
import type { Row } from './model.ts';
import type { Scenario } from './scenario.ts';
import { movesRows, type SourceTable } from './source.ts';

/** Digest of a row: NULL and '' differ, times count in microseconds. `place-duckdb.ts` says the same in DuckDB's words. */
export const digestSql = `md5(concat_ws('|', id::text, coalesce(grp::text, '~'), coalesce(amount::text, '~'), coalesce(note, '~'), payload,
  ((extract(epoch from updated_at) * 1000000)::bigint)::text))`;

const insert = (rows: number, stamp: string): string => `insert into orders (grp, amount, note, payload, updated_at)
  select nullif(i % 7, 0), (i * 37 % 100000) / 100.0,
    case i % 11 when 0 then null when 1 then '' when 2 then E'two\\nlines, "quoted"' when 3 then '\\N' else 'grün ' || i end,
    repeat(md5(i::text), 5), ${stamp}
  from generate_series(1, ${rows}) i`;

export class PostgresTable implements SourceTable {
  readonly url: string;
  readonly #server: TestPostgres;
  readonly #scenario: Scenario;
  #late: readonly Client[] = [];

  private constructor(url: string, server: TestPostgres, scenario: Scenario) {
    this.url = url;
    this.#server = server;
    this.#scenario = scenario;
  }

  /** Groups of 50 rows share a stamp: ties on the cursor, everywhere. */
  static async create(server: TestPostgres, name: string, scenario: Scenario): Promise<PostgresTable> {
    const url = await server.database(name);
    await server.sql(
      url,
      `create table orders (id bigserial${scenario.keyed ? ' primary key' : ' not null'}, grp integer, amount numeric(12,2), note text,
         payload text not null, updated_at timestamptz not null);
       ${insert(scenario.rows, `timestamptz '2024-01-01 00:00:00.000001+00' + (i / 50) * interval '1 second'`)};
       create index on orders (updated_at); analyze orders`,
    );
    return new PostgresTable(url, server, scenario);
  }

  async edit(): Promise<void> {
    const { rows, deletes } = this.#scenario;
    const statements = [
      insert(Math.ceil(rows / 3), 'now()'),
      ...(movesRows(this.#scenario)
        ? [
            `update orders set amount = amount + 1, note = note || '!', updated_at = now() where id % 7 = 2 and id % 97 not in (3, 5)`,
          ]
        : []),
      ...(deletes ? ['delete from orders where id % 97 = 3'] : []),
    ];
    for (const statement of statements) await this.#server.sql(this.url, statement);
  }

  async openLate(): Promise<void> {
    this.#late = await Promise.all([0, 1].map(() => this.#begin()));
    await this.#late[0]?.query(insert(20, 'now()'));
    if (movesRows(this.#scenario))
      await this.#late[0]?.query('update orders set amount = -amount, updated_at = now() where id % 97 = 5');
  }

  async commitLate(): Promise<void> {
    const late = this.#late;
    this.#late = [];
    await late[1]?.query(insert(20, 'now()'));
    for (const client of late) {
      await client.query('commit');
      await client.end();
    }
  }

  async rows(): Promise<readonly Row[]> {
    const rows = await this.#server.sql(this.url, `select id, ${digestSql} from orders`);
    return rows.map(([key, digest]) => ({ key: key ?? '', digest: digest ?? '' }));
  }

  async #begin(): Promise<Client> {
    const client = new Client({ connectionString: this.url });
    await client.connect();
    await client.query('begin');
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#late) await client.end();
    await this.#server.sql(this.#server.url(), `drop database "${new URL(this.url).pathname.slice(1)}" with (force)`);
  }
}
