/** Can a table be replaced by a new one that nobody can tell from it? */
import { refName, type TableRef } from '../../domain/schema.ts';
import type { Row } from '../_pg/session.ts';
import type { Session } from './session.ts';

/**
 * Each line is a reason to fill the table in place instead. Whatever depends on the table and is not on the short list of
 * what we can make again (its own indexes, constraints, defaults, plain views) counts as one, known to us or not.
 */
const reasonsSql = `
  with t as (select c.*, n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = $1::oid),
  dependents as (
    select d.classid, d.objid, d.refobjid, d.deptype
    from pg_depend d, t
    where (d.refclassid = 'pg_class'::regclass and d.refobjid = t.oid)
      or (d.refclassid = 'pg_type'::regclass and d.refobjid in (t.reltype, (select typarray from pg_type where oid = t.reltype)))
  )
  select reason from (
    select case when t.relkind <> 'r' then 'it is not an ordinary table' end as reason from t
    union all select 'it is unlogged' from t where relpersistence <> 'p'
    union all select 'it has triggers' from t where exists (select from pg_trigger g where g.tgrelid = t.oid and not g.tgisinternal)
    union all select 'it has or is the target of foreign keys' from t
      where exists (select from pg_constraint k where k.contype = 'f' and t.oid in (k.conrelid, k.confrelid))
    union all select 'it has rules' from t where relhasrules and exists (select from pg_rewrite r where r.ev_class = t.oid)
    union all select 'it inherits or is inherited' from t
      where relispartition or exists (select from pg_inherits i where t.oid in (i.inhrelid, i.inhparent)) or reloftype <> 0
    union all select 'it has row-level security' from t where relrowsecurity or exists (select from pg_policy p where p.polrelid = t.oid)
    union all select 'it is published for replication' from t
      where exists (select from pg_publication_tables p where p.schemaname = t.nspname and p.tablename = t.relname)
    union all select 'it has identity or generated columns' from t
      where exists (select from pg_attribute a where a.attrelid = t.oid and (a.attidentity <> '' or a.attgenerated <> ''))
    union all select 'it owns a sequence' from t
      where exists (select from dependents d join pg_class s on d.classid = 'pg_class'::regclass and s.oid = d.objid where s.relkind = 'S')
    union all select 'it has extended statistics' from t where exists (select from pg_statistic_ext s where s.stxrelid = t.oid)
    union all select 'columns have grants or settings of their own' from t
      where exists (select from pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
        and (a.attacl is not null or a.attoptions is not null or a.attfdwoptions is not null or coalesce(a.attstattarget, -1) >= 0))
    union all select 'it has security labels' from t where exists (select from pg_seclabel l where l.objoid = t.oid)
    union all select 'it lies in a tablespace or on a storage of its own' from t
      where reltablespace <> 0 or relam <> (select oid from pg_am where amname = 'heap')
        or exists (select from pg_index i join pg_class x on x.oid = i.indexrelid where i.indrelid = t.oid and x.reltablespace <> 0)
    union all select 'it has a replica identity, a clustered or an unfinished index' from t
      where relreplident <> 'd' or exists (select from pg_index i where i.indrelid = t.oid
        and (i.indisclustered or not i.indisvalid or i.indisreplident))
    union all select 'grants were given by others than its owner' from t
      where exists (select from aclexplode(t.relacl) a where a.grantor <> t.relowner)
    union all select 'it belongs to another role' from t
      where relowner <> (select oid from pg_roles where rolname = current_user)
        and not (select rolsuper from pg_roles where rolname = current_user)
    union all select 'the role may not create tables in its schema' from t
      where not has_schema_privilege(relnamespace, 'create')
    union all select 'a materialized view or another role''s view reads it' from t
      where exists (select from dependents d join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
        join pg_class v on v.oid = r.ev_class where v.oid <> t.oid and (v.relkind <> 'v' or not pg_has_role(v.relowner, 'usage')))
    union all select 'something else depends on it' from t
      where exists (select from dependents d
        where not (d.refobjid = t.oid and (
            (d.classid = 'pg_class'::regclass and (
              exists (select from pg_index i where i.indexrelid = d.objid and i.indrelid = t.oid) or d.objid = t.reltoastrelid))
            or (d.classid = 'pg_constraint'::regclass
              and exists (select from pg_constraint k where k.oid = d.objid and k.conrelid = t.oid))
            or (d.classid = 'pg_attrdef'::regclass and exists (select from pg_attrdef f where f.oid = d.objid and f.adrelid = t.oid))
            or (d.classid = 'pg_type'::regclass and d.objid = t.reltype)
            or (d.classid = 'pg_rewrite'::regclass and exists (
              select from pg_rewrite r join pg_class v on v.oid = r.ev_class where r.oid = d.objid and v.relkind = 'v'))))
          and not (d.classid = 'pg_type'::regclass and d.deptype = 'i'))
  ) all_reasons where reason is not null`;

export interface TableFacts {
  readonly oid: string;
  readonly relkind: string;
  /** Why the table must be filled in place; empty = it can be swapped. */
  readonly inPlace: readonly string[];
}

/** The table by its exact name; undefined = there is none. */
export async function tableFacts(session: Session, table: TableRef): Promise<TableFacts | undefined> {
  const doing = `looking at ${refName(table)}`;
  const [found] = await session.rows(
    `select c.oid::text as oid, c.relkind::text as relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2`,
    doing,
    [table.namespace ?? 'public', table.name],
  );
  if (!found?.oid) return undefined;
  const rows = await session.rows(reasonsSql, doing, [found.oid]);
  return { oid: found.oid, relkind: found.relkind ?? '', inPlace: rows.map(({ reason }: Row) => reason ?? '') };
}
