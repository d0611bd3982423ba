/** The statements of merge and mirror. Pure: measured.md section 4 chose them. */
import type { Target } from '../../sdk/index.ts';
import { nameList, quoteName } from '../_sql/names.ts';
import { notStale, staleVersion } from '../_sql/stale.ts';
import { ownTable } from './names.ts';
import { columnNames, deletedAt, marksDeletes, tableName } from './stage.ts';

export const keyOf = (target: Target): readonly string[] => target.policy.key ?? [];

export const sameKey = (target: Target, a: string, b: string): string =>
  keyOf(target)
    .map((name) => `${a}.${quoteName(name)} = ${b}.${quoteName(name)}`)
    .join(' and ');

const otherColumns = (target: Target): readonly string[] => columnNames(target).filter((name) => !keyOf(target).includes(name));

/** Binary images: they exist for types without equality, and 1.10 differs from 1.1 as it does for who reads it. */
const differ = (a: readonly string[], b: readonly string[]): string =>
  a.length === 0 ? 'false' : `row(${a.join(', ')})::record *<> row(${b.join(', ')})::record`;

export interface Assignment {
  readonly set: string;
  readonly where: string;
}

/** What an update writes from `source` over `t`, and when that is a change; undefined = a row can only be there or not. */
export function assignment(target: Target, value: (column: string) => string): Assignment | undefined {
  const columns = otherColumns(target);
  const old = (name: string): string => `t.${quoteName(name)}`;
  const incoming = (name: string): string =>
    target.policy.nulls === 'keep' ? `coalesce(${value(name)}, ${old(name)})` : value(name);
  const sets = columns.map((name) => `${quoteName(name)} = ${incoming(name)}`);
  const differs = differ(columns.map(old), columns.map(incoming));
  const changed = staleVersion(target.policy) === undefined ? differs : `(${differs}) and ${notStale(target.policy, old, value)}`;
  if (!marksDeletes(target)) return sets.length === 0 ? undefined : { set: sets.join(', '), where: changed };
  // A row that went away and comes back is a change even where nothing else is.
  return {
    set: [...sets, `${quoteName(deletedAt)} = null`].join(', '),
    where: `t.${quoteName(deletedAt)} is not null or ${changed}`,
  };
}

/** Counts of the stage in one pass: rows, keys, and keys with a NULL in them. */
export function keyCountSql(target: Target, stage: string): string {
  const key = keyOf(target);
  const none = key.map((name) => `${quoteName(name)} is null`).join(' or ');
  return `select sum(_rows)::text as rows, count(*)::text as keys, (count(*) filter (where ${none}))::text as nulls
from (select ${nameList(key)}, count(*) as _rows from ${ownTable(stage)} group by ${nameList(key)}) as keys`;
}

const newestFirst = (version: readonly string[]): string =>
  version.map((name) => `${quoteName(name)} desc nulls last`).join(', ');

/** Keys whose newest version is in the stage with different rows: nobody can say which is right. */
export function tieSql(target: Target, stage: string, version: readonly string[]): string {
  const key = nameList(keyOf(target));
  const columns = nameList(columnNames(target));
  return `select 1 as found from (
  select ${columns}, rank() over (partition by ${key} order by ${newestFirst(version)}) as _place from ${ownTable(stage)}
) as ranked where _place = 1 group by ${key} having count(distinct row(${columns})::text) > 1 limit 1`;
}

/** Leaves only the newest version of each key in the stage. */
export function keepNewestSql(target: Target, stage: string, version: readonly string[]): string {
  const key = nameList(keyOf(target));
  return `delete from ${ownTable(stage)} where ctid in (
  select ctid from (
    select ctid, row_number() over (partition by ${key} order by ${newestFirst(version)}, ctid desc) as _place from ${ownTable(stage)}
  ) as ranked where _place > 1
)`;
}

/**
 * A mirror finds most rows as they should be, and ON CONFLICT locks every row that it meets: each lock is a write. Of 100,000
 * rows with 1 % changed, all of them cost 700 ms and 18 MB of log, those that differ 310 ms and 0.3 MB. A merge mostly brings
 * what is new or changed.
 */
function differingSql(target: Target): string {
  if (target.policy.mode !== 'mirror') return '';
  const update = assignment(target, (name) => `s.${quoteName(name)}`);
  const same = update ? ` and not (${update.where})` : '';
  return `\n  where not exists (select from ${tableName(target)} as t where ${sameKey(target, 't', 's')}${same})`;
}

/** Insert and update in one statement; needs a unique index on exactly the key. Answers `added` and `changed`. */
export function upsertSql(target: Target, stage: string): string {
  const columns = columnNames(target);
  const update = assignment(target, (name) => `excluded.${quoteName(name)}`);
  const action = update ? `do update set ${update.set}\n  where ${update.where}` : 'do nothing';
  return `with written as (
  insert into ${tableName(target)} as t (${nameList(columns)})
  select ${nameList(columns, 's')} from ${ownTable(stage)} as s${differingSql(target)}
  on conflict (${nameList(keyOf(target))}) ${action}
  returning (xmax = 0) as fresh
)
select (count(*) filter (where fresh))::text as added, (count(*) filter (where not fresh))::text as changed from written`;
}

export const lockSql = (target: Target): string => `lock table ${tableName(target)} in share row exclusive mode`;

/** Rows of the table that share a key with another one: without a unique index that can be. */
export function ambiguousSql(target: Target, stage: string): string {
  return `select 1 as found from ${tableName(target)} t join ${ownTable(stage)} s on ${sameKey(target, 't', 's')}
group by ${nameList(keyOf(target), 't')} having count(*) > 1 limit 1`;
}

/** Without a unique index: updates first, then what was not there. */
export function updateSql(target: Target, stage: string): string | undefined {
  const update = assignment(target, (name) => `s.${quoteName(name)}`);
  return (
    update &&
    `update ${tableName(target)} as t set ${update.set}
from ${ownTable(stage)} s where ${sameKey(target, 't', 's')} and (${update.where})`
  );
}

export function insertMissingSql(target: Target, stage: string): string {
  const columns = columnNames(target);
  return `insert into ${tableName(target)} (${nameList(columns)})
select ${nameList(columns, 's')} from ${ownTable(stage)} s
where not exists (select from ${tableName(target)} t where ${sameKey(target, 't', 's')})`;
}

/** Mirror: what the source no longer has. */
export function deleteMissingSql(target: Target, stage: string): string | undefined {
  const gone = `not exists (select from ${ownTable(stage)} s where ${sameKey(target, 't', 's')})`;
  const table = tableName(target);
  if (target.policy.deletes === 'ignore') return undefined;
  if (target.policy.deletes === 'hard') return `delete from ${table} t where ${gone}`;
  return `update ${table} t set ${quoteName(deletedAt)} = now() where t.${quoteName(deletedAt)} is null and ${gone}`;
}

/** Rows that a reader of the table takes as being there. */
export function liveRowsSql(target: Target): string {
  const live = marksDeletes(target) ? ` where ${quoteName(deletedAt)} is null` : '';
  return `select count(*)::text as rows from ${tableName(target)}${live}`;
}
