/** What a database holds, read from its catalog: the facts behind discovery and `describe`. */
import type { StreamRef } from '../../domain/schema.ts';
import type { ColumnFacts, IndexFacts } from '../_sql/table-facts.ts';
import { logicalType } from './types.ts';
import type { Row } from '../_pg/session.ts';
import type { Session } from './session.ts';

export interface Relation {
  readonly oid: string;
  readonly stream: { readonly namespace: string; readonly name: string };
  /** As pg_class has it: r table, p partitioned, v view, m materialized view, f foreign. */
  readonly relkind: string;
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
}

/** Everything readable but the system's own; a partition is read through its table. */
const relationsSql = `
  select c.oid::text as oid, n.nspname as namespace, c.relname as name, c.relkind::text as kind,
    case when c.relkind = 'p' then parts.rows when c.reltuples >= 0 then c.reltuples end::bigint::text as rows,
    case when c.relkind = 'p' then parts.bytes when c.relkind in ('r', 'm') then pg_table_size(c.oid) end::bigint::text as bytes
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  left join lateral (
    select sum(greatest(p.reltuples, 0)) as rows, sum(pg_table_size(p.oid)) as bytes
    from pg_partition_tree(c.oid) as t join pg_class p on p.oid = t.relid where t.isleaf
  ) parts on c.relkind = 'p'
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition and c.relpersistence <> 't'
    and n.nspname not in ('pg_catalog', 'information_schema', '_headgate') and n.nspname !~ '^pg_(toast|temp_)'`;

const number = (text: string | null | undefined): number | undefined =>
  text === null || text === undefined ? undefined : Number(text);

function relation(row: Row): Relation {
  return {
    oid: row.oid ?? '',
    stream: { namespace: row.namespace ?? '', name: row.name ?? '' },
    relkind: row.kind ?? '',
    rows: number(row.rows),
    bytes: number(row.bytes),
  };
}

export async function readRelations(session: Session): Promise<readonly Relation[]> {
  const rows = await session.rows(`${relationsSql} order by n.nspname, c.relname`, 'listing the tables');
  return rows.map(relation);
}

/** One relation by its exact name, our own schema included. */
export async function findRelation(session: Session, stream: StreamRef): Promise<Relation | undefined> {
  const sql = relationsSql.replace(/and not c\.relispartition[^]*$/, 'and n.nspname = $1 and c.relname = $2');
  const rows = await session.rows(sql, `looking for ${stream.name}`, [stream.namespace ?? 'public', stream.name]);
  return rows[0] && relation(rows[0]);
}

const columnsSql = `
  select a.attrelid::text as oid, a.attname as name, format_type(a.atttypid, a.atttypmod) as native,
    case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end as base,
    (t.oid < 16384 and t.typtype <> 'd')::text as portable,
    a.attnotnull::text as not_null,
    (a.attnotnull and not a.atthasdef and a.attidentity = '')::text as required
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
  order by a.attrelid, a.attnum`;

export async function readColumns(
  session: Session,
  oids: readonly string[],
): Promise<ReadonlyMap<string, readonly ColumnFacts[]>> {
  const rows = await session.rows(columnsSql, 'listing the columns', [`{${oids.join(',')}}`]);
  const columns = Map.groupBy(rows, (row) => row.oid ?? '');
  return new Map([...columns].map(([oid, group]) => [oid, group.map(columnFacts)]));
}

function columnFacts(row: Row): ColumnFacts {
  const native = row.native ?? '';
  const field = {
    name: row.name ?? '',
    type: logicalType(row.base ?? native),
    nullable: row.not_null !== 'true',
    native: { system: 'postgres', type: native, portable: row.portable === 'true' },
  };
  return { field, required: row.required === 'true' };
}

/** An index that treats NULLs as equal or not is listed alike: a key of ours is never NULL. */
const indexesSql = `
  select i.indrelid::text as oid, i.indisprimary::text as primary,
    (i.indisunique and i.indpred is null and i.indexprs is null and i.indimmediate)::text as unique,
    array_to_json(array(
      select a.attname from unnest(i.indkey::int2[]) with ordinality k(attnum, n)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
      where k.n <= i.indnkeyatts order by k.n
    ))::text as columns
  from pg_index i where i.indrelid = any($1::oid[]) and i.indisvalid and i.indkey[0] <> 0
  order by i.indrelid, i.indisprimary desc, i.indexrelid`;

export async function readIndexes(
  session: Session,
  oids: readonly string[],
): Promise<ReadonlyMap<string, readonly IndexFacts[]>> {
  const rows = await session.rows(indexesSql, 'listing the indexes', [`{${oids.join(',')}}`]);
  const indexes = Map.groupBy(rows, (row) => row.oid ?? '');
  const facts = (row: Row): IndexFacts => ({
    columns: JSON.parse(row.columns ?? '[]') as string[], // built by the query above
    primary: row.primary === 'true',
    unique: row.unique === 'true',
  });
  return new Map([...indexes].map(([oid, group]) => [oid, group.map(facts)]));
}
