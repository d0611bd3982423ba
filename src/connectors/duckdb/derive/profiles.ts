/**
 * Profiles in DuckDB. Pure. A profile that only one import has written to names it in `import`, with the number of its last
 * write in `seq`; its properties are merged as JSON. Where a second import writes, or a value that DuckDB's JSON functions would
 * change (1.10 becomes 1.1), `import` is NULL and `written` holds every value of everyone, oldest first: the last one of a
 * property is in force, and `properties` is built from it as text. One list for all would be simpler, and takes four times as long.
 */
import type { Forgotten } from '../../../sdk/index.ts';
import { quoteText } from '../../../sdk/duck-sql.ts';
import type { Write } from '../../_sql/derive/derive.ts';
import type { Tables } from '../../_sql/derive/tables.ts';

const entry = 'struct(property varchar, import integer, seq bigint, value varchar)[]';

/** Every value that was written to `p`, oldest first. */
const entries = `case when p.import is null then p.written
  else list_transform(${members('p.properties')}, lambda e: {'property': e.property, 'import': p.import, 'seq': p.seq, 'value': e.value}) end`;

export function layout({ namespace, imports, events, profiles, identities, properties }: Tables): readonly string[] {
  return [
    `create schema if not exists ${namespace}`,
    `create table if not exists ${imports} (import integer, pipeline varchar, seq bigint)`,
    `create table if not exists ${events} (import integer, id varchar, kind varchar, profile varchar, time timestamptz, properties json, seq bigint)`,
    `create table if not exists ${profiles} (kind varchar, id varchar, properties json, updated_at timestamptz, written ${entry}, import integer, seq bigint)`,
    `create table if not exists ${identities} (kind varchar, type varchar, value varchar, profile varchar, import integer)`,
    `create or replace view ${properties} as select w.kind, w.id, w.e.property as property, cast(w.e.value as json) as value, m.pipeline, w.e.seq as seq,
  row_number() over (partition by w.kind, w.id, w.e.property order by w.n desc) = 1 as current
from (select kind, id, unnest(every) as e, unnest(range(len(every))) as n from (select p.kind, p.id, ${entries} as every from ${profiles} p)) w
join ${imports} m on m.import = w.e.import`,
  ];
}

/** The members of the text of an object whose values are plain, as rows of a list. */
function members(object: string): string {
  const all = `map_entries(json_transform(${object}, '"MAP(VARCHAR, JSON)"'))`;
  return `list_transform(${all}, lambda m: {'property': m.key, 'value': cast(m.value as varchar)})`;
}

const valuesOf = (sets: string, { plain }: Pick<Write, 'plain'>): string => (plain ? members(sets) : sets);

const member = `cast(to_json(e.property) as varchar) || ':' || e.value`;

/** The JSON object of the values in force. */
const inForce = (written: string): string => {
  const names = `list_transform(${written}, lambda e: e.property)`;
  const last = `list_filter(${written}, lambda e, i: not list_contains(${names}[i + 1:], e.property))`;
  const each = (list: string): string => `array_to_string(list_transform(${list}, lambda e: ${member}), ',')`;
  return `cast('{' || case when list_unique(${names}) = len(${written}) then ${each(written)} else ${each(last)} end || '}' as json)`;
};

/** One row per profile that has several in `twice`: the last word on each property counts. */
export const collapseSql = (rows: string, twice: string, of: Pick<Write, 'plain'>): string => `
with several as (select * from ${rows} r where profile in (select profile from ${twice})), word as (
  select profile, gone, moment, place, unnest(list_concat(
    ${valuesOf('sets', of)}, list_transform(unsets, lambda e: {'property': e, 'value': cast(null as varchar)}))) as e
  from several
), last as (
  select profile, e from word
  qualify row_number() over (partition by profile, e.property order by gone, moment desc nulls last, place desc nulls last) = 1
), sums as (
  select profile, list(e.property) filter (where e.value is null) as unsets, ${
    of.plain
      ? `'{' || coalesce(string_agg(${member}, ',' order by e.property) filter (where e.value is not null), '') || '}'`
      : `list(e order by e.property) filter (where e.value is not null)`
  } as sets from last group by profile
), everyone as (select profile, bool_and(fresh) as fresh, bool_and(gone) as gone from several group by profile)
select y.profile, y.fresh, y.gone, coalesce(s.sets, ${of.plain ? `'{}'` : '[]'}) as sets, coalesce(s.unsets, []) as unsets
from everyone y left join sums s on s.profile = y.profile`;

/** Rows of profiles that have one, and what became of those that had several. */
export const onceEach = (rows: string, twice: string, merged: string): string => `(
select profile, fresh, gone, sets, unsets from ${rows} r where profile not in (select profile from ${twice})
union all select profile, fresh, gone, sets, unsets from ${merged})`;

/** A patch that says every value of `sets` and takes `unsets` away. */
const patched = `json_merge_patch(case when len(unsets) = 0 then was else json_merge_patch(was,
  '{' || array_to_string(list_transform(unsets, lambda e: cast(to_json(e) as varchar) || ':null'), ',') || '}') end, sets)`;

const entered = (values: string, { number, seq }: Pick<Write, 'number' | 'seq'>): string =>
  `list_transform(${values}, lambda e: {'property': e.property, 'import': ${number}::integer, 'seq': ${seq}::bigint, 'value': e.value})`;

const columns = 'kind, id, properties, updated_at, written, import, seq';

/**
 * Adds every profile that is there and written to as it will be, beside its old row, which `removeOldSql` takes away: holding
 * all of them in a table of their own costs as much memory as they have. `alone`: this import is the only one that has written to it.
 */
export function changeSql(rows: string, write: Write): string {
  const { tables, derive, number, seq, plain, differs } = write;
  const alone = plain ? `p.import is not distinct from ${number}` : 'false';
  const values = valuesOf('d.sets', write);
  const shared = {
    old: entries,
    own: entered(values, write),
    names: `list_concat(d.unsets, list_transform(${values}, lambda e: e.property))`,
  };
  const parts = Object.entries(shared).map(([name, value]) => `case when not (${alone}) then ${value} end as ${name}`);
  const written = `list_concat(list_filter(old, lambda e: not (e.import = ${number} and list_contains(names, e.property))), own)`;
  const says = `case when alone then not json_contains(was, sets) or list_has_any(json_keys(was), unsets)
  else ${said('written')} is distinct from ${said('old')} end`;
  return `
insert into ${tables.profiles} (${columns})
with found as (
  select d.profile, d.sets, d.unsets, p.properties as was, p.updated_at as before, ${alone} as alone, ${parts.join(', ')}
  from ${tables.profiles} p join ${rows} d on d.profile = p.id
  where p.kind = ${quoteText(derive.kind)} and not d.fresh and (${plain ? `d.sets <> '{}'` : 'len(d.sets) > 0'} or len(d.unsets) > 0)
), next as (select *, case when not alone then ${written} end as written from found),
built as (
  select profile, was, before, written, alone, case when alone then ${plain ? patched : 'was'} else ${inForce('written')} end as properties
  from next ${differs ? '' : `where ${plain ? says : `${said('written')} is distinct from ${said('old')}`}`}
)
select ${quoteText(derive.kind)}, profile, properties, case when properties is distinct from was then now() else before end, written,
  case when alone then ${number} end, ${seq} from built`;
}

/** How many profiles are other than before, among those that `changeSql` has added. */
export const countChangedSql = ({ tables, derive, seq }: Write): string =>
  `select count(*) from ${tables.profiles} where kind = ${quoteText(derive.kind)} and seq = ${seq} and updated_at = now()`;

export function removeOldSql({ tables, derive, seq }: Write): string {
  const kind = `kind = ${quoteText(derive.kind)}`;
  return `delete from ${tables.profiles} where ${kind} and seq < ${seq} and id in (select id from ${tables.profiles} where ${kind} and seq = ${seq})`;
}

/** Who says what, whenever it was said and in whatever order: saying it again is no change. */
function said(written: string): string {
  return `list_sort(list_transform(${written}, lambda e: {'p': e.property, 'i': e.import, 'v': e.value}))`;
}

export function addSql(rows: string, { tables, derive, number, seq, plain }: Write): string {
  const kind = quoteText(derive.kind);
  const own = entered('d.sets', { number, seq });
  const values = plain ? `d.sets, now(), null, ${number}` : `${inForce(own)}, now(), ${own}, null`;
  return `insert into ${tables.profiles} (${columns}) select ${kind}, d.profile, ${values}, ${seq} from ${rows} d
where d.fresh and not d.gone`;
}

/** Takes back what an import wrote, and restores what it covered. */
export const forgetSql = (
  { profiles, events, identities }: Tables,
  number: number,
): Readonly<Record<keyof Forgotten, readonly string[]>> => ({
  events: [`delete from ${events} where import = ${number}`],
  profiles: [
    `update ${profiles} set properties = '{}', updated_at = now() where import = ${number} and cast(properties as varchar) <> '{}'`,
    `update ${profiles} set written = list_filter(written, lambda e: e.import <> ${number}), updated_at = now(),
  properties = ${inForce(`list_filter(written, lambda e: e.import <> ${number})`)}
where list_contains(list_transform(written, lambda e: e.import), ${number})`,
  ],
  identities: [
    `delete from ${identities} as i where import = ${number}
  and not exists (select 1 from ${profiles} p where p.kind = i.kind and p.id = i.profile and cast(p.properties as varchar) <> '{}')`,
  ],
});
