/** What the benchmarks move: two shapes of generated rows, the same on every machine. */

/** How a column is made (an expression over the row number `i`) and how its values are summed for comparison. */
export interface Column {
  readonly name: string;
  readonly postgres: string;
  readonly duckdb: string;
  readonly kind: 'number' | 'text' | 'date' | 'timestamp' | 'boolean' | 'float';
  readonly from: string;
}

export interface Shape {
  readonly name: 'narrow' | 'wide';
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /** Changes one value of one row: a comparison must notice it. */
  spoil(table: string): string;
}

type Kind = Column['kind'];

const column = (name: string, postgres: string, duckdb: string, kind: Kind, from: string): Column => ({
  name,
  postgres,
  duckdb,
  kind,
  from,
});
const bigint = (name: string, from: string): Column => column(name, 'bigint', 'BIGINT', 'number', from);
const integer = (name: string, from: string): Column => column(name, 'integer', 'INTEGER', 'number', from);
const money = (name: string, from: string): Column => column(name, 'numeric(12,2)', 'DECIMAL(12,2)', 'number', from);
const text = (name: string, from: string, type = 'text'): Column => column(name, type, 'VARCHAR', 'text', from);
const date = (name: string, from: string): Column => column(name, 'date', 'DATE', 'date', from);

/** A number below `n` that looks random and depends on the row and the salt only. */
const below = (n: number, salt: number): string => `((i * 2654435761 + ${salt} * 40503) % 1000003 % ${n})`;

/** TPC-H's lineitem: about 120 bytes per row as csv. */
const narrow: Shape = {
  name: 'narrow',
  key: ['orderkey', 'linenumber'],
  spoil: (table) => `update ${table} set quantity = quantity + 1 where orderkey = 7 and linenumber = 1`,
  columns: [
    bigint('orderkey', 'i / 4 + 1'),
    integer('partkey', below(200_000, 1)),
    integer('suppkey', below(10_000, 2)),
    integer('linenumber', 'i % 4 + 1'),
    money('quantity', `1 + ${below(50, 3)}`),
    money('extendedprice', `${below(10_000_000, 4)} / 100.0`),
    money('discount', `${below(11, 5)} / 100.0`),
    money('tax', `${below(9, 6)} / 100.0`),
    text('returnflag', `substr('ANR', ${below(3, 7)}::int + 1, 1)`, 'varchar(1)'),
    text('linestatus', `substr('FO', ${below(2, 8)}::int + 1, 1)`, 'varchar(1)'),
    date('shipdate', `date '1992-01-01' + ${below(2500, 9)}::int`),
    date('commitdate', `date '1992-01-01' + ${below(2500, 10)}::int`),
    date('receiptdate', `date '1992-01-01' + ${below(2500, 11)}::int`),
    text(
      'shipinstruct',
      `(array['DELIVER IN PERSON','COLLECT COD','NONE','TAKE BACK RETURN'])[${below(4, 12)} + 1]`,
      'varchar(25)',
    ),
    text('shipmode', `(array['AIR','MAIL','SHIP','TRUCK','REG AIR','RAIL','FOB'])[${below(7, 13)} + 1]`, 'varchar(10)'),
    text('comment', `case when i % 50 > 0 then 'said "' || substr(md5(i::text), 1, 20) || '", naïve' end`, 'varchar(44)'),
  ],
};

/** An event or customer table: 15 mixed columns, about 400 bytes per row as csv. */
const wide: Shape = {
  name: 'wide',
  key: ['id'],
  spoil: (table) => `update ${table} set visits = visits + 1 where id = 7`,
  columns: [
    bigint('id', 'i'),
    column('uid', 'uuid', 'UUID', 'text', `md5(i::text)::uuid`),
    column(
      'created_at',
      'timestamptz',
      'TIMESTAMPTZ',
      'timestamp',
      `timestamptz '2024-01-01 00:00:00+00' + i * interval '1.000001 second'`,
    ),
    column('updated_at', 'timestamp', 'TIMESTAMP', 'timestamp', `timestamp '2024-01-01 00:00:00' + i * interval '1.5 second'`),
    column('active', 'boolean', 'BOOLEAN', 'boolean', 'i % 3 = 0'),
    integer('visits', below(100_000, 1)),
    money('balance', `${below(100_000_000, 2)} / 100.0 - 5000`),
    // Never a whole number and always exact: both systems then print the same shortest text.
    column('score', 'double precision', 'DOUBLE', 'float', `${below(90_000, 3)} / 16.0 + 0.03125`),
    date('born', `date '1950-01-01' + ${below(20_000, 4)}::int`),
    text('email', `'user' || i || '@' || substr(md5((i * 7)::text), 1, 12) || '.example.com'`),
    text('name', `initcap(translate(substr(md5((i * 3)::text), 1, 16), '0123456789', 'ghijklmnop'))`),
    text('country', `(array['DE','FR','US','IN','BR','JP'])[${below(6, 5)} + 1]`),
    text('note', `case when i % 5 > 0 then repeat(md5((i * 11)::text) || ', ', 3) else '' end`),
    text('body', `repeat(md5((i * 13)::text) || ' ', 3)`),
    text('tag', `case when i % 4 = 0 then md5((i * 17)::text) end`),
  ],
};

export const shapes: Readonly<Record<Shape['name'], Shape>> = { narrow, wide };

const identifiers = (shape: Shape): string => shape.columns.map(({ name }) => name).join(', ');

export const createTable = (table: string, { columns }: Shape): string =>
  `create table ${table} (${columns.map(({ name, postgres }) => `${name} ${postgres}`).join(', ')})`;

/** Rows of the numbers `first` to `last`, `seed` steps aside in every value that is not part of the key. */
export function insertRows(table: string, shape: Shape, first: number, last: number, seed = 0): string {
  const values = shape.columns.map(({ name, from }) =>
    seed === 0 || shape.key.includes(name) ? from : from.replace(/\bi\b/g, `(i + ${seed})`),
  );
  return `insert into ${table} (${identifiers(shape)}) select ${values.join(', ')} from generate_series(${first}::bigint, ${last}::bigint) i`;
}
