import { Client } from 'pg';
import type { TestPostgres } from '../support/postgres.ts';
import type { LedgerRow, Place } from './place.ts';
import { digestSql } from './source-postgres.ts';

/** Tables of ours that stay. */
const kept = ['_headgate.ledger', '_headgate.fence', '_headgate.meta', 'public.orders'];

/** `through` is the URL that the command uses, where a proxy stands before the server. */
export async function postgresPlace(server: TestPostgres, name: string, through: (url: string) => string): Promise<Place> {
  const url = await server.database(name);
  const sql = (text: string): Promise<(string | null)[][]> => server.sql(url, text);
  const exists = async (table: string): Promise<boolean> => (await sql(`select to_regclass('${table}')`))[0]?.[0] !== null;
  return {
    location: through(url),
    rows: async () => {
      if (!(await exists('orders'))) return [];
      const rows = await sql(`select id, ${digestSql} from orders`);
      return rows.map(([key, digest]) => ({ key: key ?? '', digest: digest ?? '' }));
    },
    ledger: async () => {
      if (!(await exists('_headgate.ledger'))) return [];
      const rows = await sql('select token, run, fence, positions from _headgate.ledger order by number');
      return rows.map(([token, run, fence, positions]): LedgerRow => ({
        token: token ?? '',
        run: run ?? '',
        fence: fence ?? '',
        positions: positions ?? '',
      }));
    },
    leftovers: async () => {
      const tables = await sql(`select relnamespace::regnamespace || '.' || relname from pg_class
        where relkind in ('r', 'p', 'm', 'f') and relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
          and relnamespace::regnamespace::text !~ '^pg_toast'`);
      return tables.flatMap(([table]) => (table !== null && table !== undefined && !kept.includes(table) ? [table] : []));
    },
    addDependents: async () => {
      await sql(
        'create index orders_by_group on orders (grp, id); create view cheap as select id, amount from orders where amount < 10',
      );
    },
    hasDependents: async () => {
      const [found] = await sql(`select count(*) from pg_indexes where tablename = 'orders' and indexname = 'orders_by_group'`);
      const [seen] = await sql('select (select count(*) from cheap) = (select count(*) from orders where amount < 10)');
      return found?.[0] === '1' && seen?.[0] === 't';
    },
    corrupt: async () => {
      await sql(`update orders set note = 'not what was sent' where id = (select max(id) from orders)`);
    },
    reader: async () => {
      const client = new Client({ connectionString: url });
      await client.connect();
      return {
        size: async () => Number((await client.query<{ count: string }>('select count(*) from orders')).rows[0]?.count),
        [Symbol.asyncDispose]: () => client.end(),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await server.sql(server.url(), `drop database "${name}" with (force)`);
    },
  };
}
