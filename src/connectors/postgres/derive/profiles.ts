/**
 * Profiles in PostgreSQL. Pure. A profile that only one import has written to names it in `import`, with the number of its last
 * write in `seq`; its properties are merged in place. Where a second import writes, `import` becomes NULL and `written` holds
 * every value of everyone, oldest first, as {p: property, i: import, s: seq, v: value}: the last one of a property is in force.
 * One list for all would be simpler; it takes an unfolding and folding of every profile that changes.
 */
import { quoteText } from '../../_sql/names.ts';
import type { Write } from '../../_sql/derive/derive.ts';
import type { Forgotten } from '../../../sdk/index.ts';
import type { Tables } from '../../_sql/derive/tables.ts';

/** What is written, oldest first; `p` is a profile. */
const entries = `(
      select e->>'p' as p, (e->>'i')::int as i, (e->>'s')::bigint as s, e->'v' as v, n
      from jsonb_array_elements(p.written) with ordinality as w (e, n)
      union all select key, p.import, p.seq, value, 0 from jsonb_each(p.properties) where p.written is null
    )`;

/** A row may have changed in a way that says nothing: a value that became NULL where NULL is kept. */
const says = `(d.sets <> '{}' or cardinality(d.unsets) > 0)`;

const folded = `jsonb_agg(jsonb_build_object('p', p, 'i', i, 's', s, 'v', v) order by n), jsonb_object_agg(p, v order by n)`;

/** Found by nothing but equality: the order of a language makes each step through an index several times as long. */
const bytes = `text collate "C"`;

/**
 * How full a page of profiles is made, in per cent: a changed row that finds room in its page needs no new entry in the index,
 * which has random keys. Of 500,000 profiles all of which change, the update takes 8.5 s without room, 5.7 s with 70 and 3.4 s
 * with 50; a full page would be half empty space after such an update as well.
 */
const fill = 50;

export function layout({ namespace, imports, events, profiles, identities, properties }: Tables): readonly string[] {
  return [
    `create schema if not exists ${namespace}`,
    `create table if not exists ${imports} (import integer primary key, pipeline text not null unique, seq bigint not null)`,
    `create table if not exists ${events} (import integer not null, id text not null, kind text not null, profile text,
  time timestamptz not null, properties jsonb not null, seq bigint not null, primary key (import, id))`,
    `create table if not exists ${profiles} (kind text not null, id ${bytes} not null, properties jsonb not null, updated_at timestamptz not null,
  import integer, seq bigint not null, written jsonb, primary key (id, kind)) with (fillfactor = ${fill})`,
    `create table if not exists ${identities} (kind text not null, type text not null, value ${bytes} not null, profile ${bytes} not null,
  import integer not null, primary key (value, type, kind))`,
    `create or replace view ${properties} as
select p.kind, p.id, e.p as property, e.v as value, m.pipeline, e.s as seq,
  row_number() over (partition by p.kind, p.id, e.p order by e.n desc) = 1 as current
from ${profiles} p cross join lateral ${entries} e join ${imports} m on m.import = e.i`,
  ];
}

/** Several rows of one profile become one: the last word on each property counts. `twice` names the profiles that have some. */
export const collapseSql = (rows: string, twice: string): string => `(
select r.profile, r.fresh, r.gone, r.sets, r.unsets from ${rows} r where not exists (select from ${twice} t where t.profile = r.profile)
union all
select profile, bool_and(fresh), bool_and(gone), coalesce(jsonb_object_agg(key, value) filter (where value is not null), '{}'),
  coalesce(array_agg(key) filter (where value is null and key is not null), '{}')
from (
  select distinct on (r.profile, w.key) r.profile, r.fresh, w.key, w.value, bool_and(r.gone) over (partition by r.profile) as gone
  from ${rows} r join ${twice} t on t.profile = r.profile
  left join lateral (select key, value from jsonb_each(r.sets) union all select name, null from unnest(r.unsets) as u (name)) w on true
  order by r.profile, w.key, r.gone, r.moment desc nulls last, r.place desc nulls last
) as last group by profile)`;

/** Profiles that others have written to as well. */
export const sharedSql = (rows: string, { tables, derive, number, seq }: Write): string => `
update ${tables.profiles} p set properties = coalesce(n.properties, '{}'), written = coalesce(n.written, '[]'), import = null,
  seq = ${seq}, updated_at = now()
from (
  select p.id, f.written, f.properties from ${tables.profiles} p join ${rows} d on d.profile = p.id
  cross join lateral (select ${folded} from (
    select p, i, s, v, n from ${entries} o where not (i = ${number} and (p = any (d.unsets) or d.sets ? p))
    union all select key, ${number}, ${seq}, value, 1e9 from jsonb_each(d.sets)
  ) x) as f (written, properties)
  where p.kind = ${quoteText(derive.kind)} and p.import is distinct from ${number} and not d.fresh and ${says}
) n where p.kind = ${quoteText(derive.kind)} and p.id = n.id`;

/** Profiles that are this import's alone. */
export function changeSql(rows: string, { tables, derive, number, seq, differs, unsets }: Write): string {
  // Taking nothing away would copy all of it.
  const left = `case when cardinality(d.unsets) = 0 then p.properties else p.properties - d.unsets end`;
  const merged = `(${unsets ? left : 'p.properties'}) || d.sets`;
  return `
update ${tables.profiles} p set properties = ${merged}, seq = ${seq}, updated_at = now()
from ${rows} d where p.kind = ${quoteText(derive.kind)} and p.id = d.profile and p.import = ${number} and not d.fresh and ${says}${differs ? '' : ` and p.properties <> (${merged})`}`;
}

export const addSql = (rows: string, { tables, derive, number, seq }: Write): string => `
insert into ${tables.profiles} (kind, id, properties, updated_at, import, seq)
select ${quoteText(derive.kind)}, d.profile, d.sets, now(), ${number}, ${seq} from ${rows} d
where d.fresh and not d.gone`;

/** Takes back what an import wrote, and restores what it covered. */
export const forgetSql = (
  { profiles, events, identities }: Tables,
  number: number,
): Readonly<Record<keyof Forgotten, readonly string[]>> => ({
  events: [`delete from ${events} where import = ${number}`],
  profiles: [
    `update ${profiles} set properties = '{}', updated_at = now() where import = ${number} and properties <> '{}'`,
    `update ${profiles} u set properties = coalesce(f.properties, '{}'), written = coalesce(f.written, '[]'), updated_at = now()
from ${profiles} p cross join lateral (select ${folded} from ${entries} o where i <> ${number}) as f (written, properties)
where u.kind = p.kind and u.id = p.id and p.written @> '[{"i": ${number}}]'`,
  ],
  identities: [
    `delete from ${identities} i where import = ${number}
  and not exists (select from ${profiles} p where p.kind = i.kind and p.id = i.profile and p.properties <> '{}')`,
  ],
});
