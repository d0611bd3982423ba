/**
 * Profiles in DuckDB. Pure. `written` holds every value that any import wrote, oldest first: the last one of a property is in
 * force. `properties` is built from it as text, because DuckDB's own JSON functions write 1.10 as 1.1.
 */
import type { Forgotten } from '../../../sdk/index.ts';
import { quoteText } from '../../../sdk/duck-sql.ts';
import type { Write } from '../../_sql/derive/derive.ts';
import type { Tables } from '../../_sql/derive/tables.ts';

const entry = 'struct(property varchar, import integer, seq bigint, value varchar)[]';

export function layout({ namespace, imports, events, profiles, identities, properties }: Tables): readonly string[] {
  return [
    `create schema if not exists ${namespace}`,
    `create table if not exists ${imports} (import integer, pipeline varchar, seq bigint)`,
    `create table if not exists ${events} (import integer, id varchar, kind varchar, profile varchar, time timestamptz, properties json, seq bigint)`,
    `create table if not exists ${profiles} (kind varchar, id varchar, properties json, updated_at timestamptz, written ${entry})`,
    `create table if not exists ${identities} (kind varchar, type varchar, value varchar, profile varchar, import integer)`,
    `create or replace view ${properties} as select w.kind, w.id, w.e.property as property, cast(w.e.value as json) as value, m.pipeline, w.e.seq as seq,
  row_number() over (partition by w.kind, w.id, w.e.property order by w.n desc) = 1 as current
from (select kind, id, unnest(written) as e, unnest(range(len(written))) as n from ${profiles}) w join ${imports} m on m.import = w.e.import`,
  ];
}

/** The JSON object of the values in force. */
const inForce = (written: string): string => {
  const names = `list_transform(${written}, lambda e: e.property)`;
  const last = `list_filter(${written}, lambda e, i: not list_contains(${names}[i + 1:], e.property))`;
  const each = (list: string): string =>
    `array_to_string(list_transform(${list}, lambda e: cast(to_json(e.property) as varchar) || ':' || e.value), ',')`;
  return `cast('{' || case when list_unique(${names}) = len(${written}) then ${each(written)} else ${each(last)} end || '}' as json)`;
};

/** One row per profile out of several: the last word on each property counts. */
export const collapseSql = (rows: string): string => `
with word as (
  select profile, gone, moment, place, unnest(list_concat(
    list_transform(sets, lambda e: {'property': e.property, 'value': e.value}),
    list_transform(unsets, lambda e: {'property': e, 'value': cast(null as varchar)}))) as e
  from ${rows}
), last as (
  select profile, e.property as property, e.value as value from word
  qualify row_number() over (partition by profile, e.property order by gone, moment desc nulls last, place desc nulls last) = 1
), sums as (
  select profile, list({'property': property, 'value': value} order by property) filter (where value is not null) as sets,
    list(property) filter (where value is null) as unsets from last group by profile
), everyone as (select profile, bool_and(gone) as gone from ${rows} group by profile)
select y.profile, y.gone, coalesce(s.sets, []) as sets, coalesce(s.unsets, []) as unsets from everyone y left join sums s on s.profile = y.profile`;

/** Every profile that is written, as it will be. `fresh` = it was not there. */
export const nextSql = (rows: string, { tables, derive, number, seq, differs }: Write): string => `
with d as materialized (
  select profile, gone, list_concat(unsets, list_transform(sets, lambda e: e.property)) as names,
    list_transform(sets, lambda e: {'property': e.property, 'import': ${number}::integer, 'seq': ${seq}::bigint, 'value': e.value}) as own
  from ${rows}
), there as (select * from ${tables.profiles} where kind = ${quoteText(derive.kind)}), next as (
  select id as profile, false as fresh, p.properties as was, p.written as old,
    list_concat(list_filter(p.written, lambda e: not (e.import = ${number} and list_contains(d.names, e.property))), d.own) as written
  from there p join d on d.profile = p.id where len(d.names) > 0
  union all
  select profile, true, null, null, own from d where not gone and profile not in (select id from there)
)
select profile, fresh, written, ${inForce('written')} as properties, was from next
${differs ? '' : `where fresh or ${said('written')} is distinct from ${said('old')}`}`;

/** Who says what, whenever it was said and in whatever order: saying it again is no change. */
function said(written: string): string {
  return `list_sort(list_transform(${written}, lambda e: {'p': e.property, 'i': e.import, 'v': e.value}))`;
}

export const replaceSql = (next: string, { tables, derive }: Write): readonly string[] => [
  `delete from ${tables.profiles} where kind = ${quoteText(derive.kind)} and id in (select profile from ${next} where not fresh)`,
  `insert into ${tables.profiles} select ${quoteText(derive.kind)}, profile, properties, now(), written from ${next}`,
];

/** Takes back what an import wrote, and restores what it covered. */
export const forgetSql = (
  { profiles, events, identities }: Tables,
  number: number,
): Readonly<Record<keyof Forgotten, readonly string[]>> => ({
  events: [`delete from ${events} where import = ${number}`],
  profiles: [
    `update ${profiles} set written = list_filter(written, lambda e: e.import <> ${number}), updated_at = now(),
  properties = ${inForce(`list_filter(written, lambda e: e.import <> ${number})`)}
where list_contains(list_transform(written, lambda e: e.import), ${number})`,
  ],
  identities: [
    `delete from ${identities} as i where import = ${number}
  and not exists (select 1 from ${profiles} p where p.kind = i.kind and p.id = i.profile and len(p.written) > 0)`,
  ],
});
