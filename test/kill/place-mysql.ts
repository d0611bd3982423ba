import { createConnection } from 'mysql2/promise';
import type { TestMariadb } from '../support/mariadb.ts';
import type { LedgerRow, Place } from './place.ts';

/** As `digestSql` of `source-postgres.ts`, in MySQL's words. */
export const digestSql = `md5(concat_ws('|', id, coalesce(grp, '~'), coalesce(amount, '~'), coalesce(note, '~'), payload,
  timestampdiff(microsecond, '1970-01-01', updated_at)))`;

/** Tables of ours that stay. */
const kept = ['_headgate_ledger', '_headgate_fence', '_headgate_meta', '_headgate_pending', 'orders'];

/** `through` is the URL that the command uses, where a proxy stands before the server. */
export async function mysqlPlace(server: TestMariadb, name: string, through: (url: string) => string): Promise<Place> {
  const url = await server.database(name);
  const sql = (text: string): Promise<(string | null)[][]> => server.sql(url, text);
  const tables = async (): Promise<readonly string[]> =>
    (
      await sql(`select table_name from information_schema.tables where table_schema = database() and table_type = 'BASE TABLE'`)
    ).map(([table]) => table ?? '');
  const ifThere = async (table: string, text: string): Promise<(string | null)[][]> =>
    (await tables()).includes(table) ? sql(text) : [];
  return {
    location: `${through(url)}?sslmode=disable`, // a proxy has to see the commits
    rows: async () => {
      const rows = await ifThere('orders', `select id, ${digestSql} from orders`);
      return rows.map(([key, digest]) => ({ key: key ?? '', digest: digest ?? '' }));
    },
    ledger: async () => {
      const rows = await ifThere('_headgate_ledger', 'select token, run, fence, positions from _headgate_ledger order by number');
      return rows.map(([token, run, fence, positions]): LedgerRow => ({
        token: token ?? '',
        run: run ?? '',
        fence: fence ?? '',
        positions: positions ?? '',
      }));
    },
    leftovers: async () => {
      const pending = await ifThere('_headgate_pending', 'select made from _headgate_pending');
      return [
        ...(await tables()).filter((table) => !kept.includes(table)),
        ...pending.map(([made]) => `unfinished change of table ${made}`),
      ];
    },
    addDependents: async () => {
      await sql(
        'create index orders_by_group on orders (grp, id); create view cheap as select id, amount from orders where amount < 10',
      );
    },
    hasDependents: async () => {
      const [found] = await sql(
        `select count(*) from information_schema.statistics where table_schema = database() and index_name = 'orders_by_group'`,
      );
      const [seen] = await sql('select (select count(*) from cheap) = (select count(*) from orders where amount < 10)');
      return found?.[0] === '2' && seen?.[0] === '1';
    },
    corrupt: async () => {
      await sql(`update orders set note = 'not what was sent' order by id desc limit 1`);
    },
    reader: async () => {
      const connection = await createConnection({ uri: url, rowsAsArray: true });
      return {
        size: async () => {
          const [rows] = await connection.query('select count(*) from orders');
          return Number((rows as unknown as number[][])[0]?.[0]); // by rowsAsArray
        },
        [Symbol.asyncDispose]: () => connection.end(),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await server.sql(server.url(), `drop database \`${name}\``);
    },
  };
}
