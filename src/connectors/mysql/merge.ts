/** The statements of a publish. Pure. `t` is the table, `s` the stage. */
import type { Target } from '../../sdk/index.ts';
import { nameList, quoteName } from '../_sql/names.ts';
import { notStale, staleVersion } from '../_sql/stale.ts';
import { columnNames, deletedAt, keyOf, marksDeletes, rowNumber, tableName } from './stage.ts';

const sameKey = (target: Target): string =>
  keyOf(target)
    .map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`)
    .join(' and ');

const anyNull = (names: readonly string[]): string => names.map((name) => `${quoteName(name)} is null`).join(' or ');

/**
 * Does a value differ, to the last byte? A collation calls more alike than is alike; a FLOAT's text has six digits, so numbers
 * are compared as numbers.
 */
function differs(target: Target, name: string, a: string, b: string): string {
  const kind = target.schema.fields.find((field) => field.name === name)?.type.kind;
  const bytewise = kind === 'text' || kind === 'opaque' || kind === 'json' || kind === 'array';
  return bytewise ? `not (cast(${a} as binary) <=> cast(${b} as binary))` : `not (${a} <=> ${b})`;
}

/** Counts of the stage in one pass: rows, keys, and keys with a NULL in them. */
export const keyCountSql = (target: Target, stage: string): string =>
  `select coalesce(sum(n), 0) as "rows", count(*) as "keys", coalesce(sum(${anyNull(keyOf(target))}), 0) as "nulls"
from (select ${nameList(keyOf(target))}, count(*) as n from ${quoteName(stage)} group by ${nameList(keyOf(target))}) as k`;

const ranked = (target: Target, stage: string, version: readonly string[], columns: string, rank: string, then = ''): string =>
  `select ${columns}, ${rank}() over (partition by ${nameList(keyOf(target))} order by ${version.map((name) => `${quoteName(name)} is null, ${quoteName(name)} desc`).join(', ')}${then}) as place from ${quoteName(stage)}`;

/** Keys whose newest version is in the stage with different rows: nobody can say which is right. */
export function tieSql(target: Target, stage: string, version: readonly string[]): string {
  const images = columnNames(target).map(
    (name) =>
      `min(cast(${quoteName(name)} as binary)) <=> max(cast(${quoteName(name)} as binary)) and count(${quoteName(name)}) in (0, count(*))`,
  );
  return `select 1 as found from (${ranked(target, stage, version, nameList(columnNames(target)), 'rank')}) as r where place = 1
group by ${nameList(keyOf(target))} having not (${images.join(' and ')}) limit 1`;
}

/** Leaves only the newest version of each key in the stage. */
export const keepNewestSql = (target: Target, stage: string, version: readonly string[]): string =>
  `delete s from ${quoteName(stage)} s join (${ranked(target, stage, version, quoteName(rowNumber), 'row_number', `, ${quoteName(rowNumber)} desc`)}) as r
on r.${quoteName(rowNumber)} = s.${quoteName(rowNumber)} where r.place > 1`;

/** Rows of the table that share a key with another one: without a unique index that can be. */
export const ambiguousSql = (target: Target, stage: string): string =>
  `select 1 as found from ${tableName(target)} t join ${quoteName(stage)} s on ${sameKey(target)} group by ${nameList(keyOf(target), 's')} having count(*) > 1 limit 1`;

/** Rows that are there and differ; undefined = a row can only be there or not. */
export function updateSql(target: Target, stage: string): string | undefined {
  const columns = columnNames(target).filter((name) => !keyOf(target).includes(name));
  const old = (name: string): string => `t.${quoteName(name)}`;
  const value = (name: string): string =>
    target.policy.nulls === 'keep' ? `coalesce(s.${quoteName(name)}, ${old(name)})` : `s.${quoteName(name)}`;
  const mark = marksDeletes(target);
  const sets = [...columns.map((name) => `${old(name)} = ${value(name)}`), ...(mark ? [`${old(deletedAt)} = null`] : [])];
  const changed = [
    ...columns.map((name) => differs(target, name, old(name), value(name))),
    ...(mark ? [`${old(deletedAt)} is not null`] : []),
  ];
  if (sets.length === 0) return undefined;
  const own = (name: string): string => `s.${quoteName(name)}`;
  const fresh = staleVersion(target.policy) === undefined ? '' : ` and ${notStale(target.policy, old, own)}`;
  return `update ${tableName(target)} t join ${quoteName(stage)} s on ${sameKey(target)} set ${sets.join(', ')} where (${changed.join(' or ')})${fresh}`;
}

export const insertAllSql = (target: Target, stage: string): string =>
  `insert into ${tableName(target)} (${nameList(columnNames(target))}) select ${nameList(columnNames(target))} from ${quoteName(stage)}`;

/** Does one of these lists of indexed columns lead to the row of a key? */
export const leadsTo = (key: readonly string[], indexes: readonly (readonly string[])[]): boolean =>
  indexes.some((columns) => columns.slice(0, key.length).every((column) => key.includes(column)));

/**
 * Rows that are not there. Without an index for the key the server would look through the whole table for each of them: there the
 * table is read once, against the stage's own index, and what both have is written down.
 */
export function insertMissingSql(target: Target, stage: string, indexed: boolean): string {
  const rows = `insert into ${tableName(target)} (${nameList(columnNames(target))})
select ${nameList(columnNames(target), 's')} from ${quoteName(stage)} s`;
  if (indexed) return `${rows} where not exists (select 1 from ${tableName(target)} t where ${sameKey(target)})`;
  const id = quoteName(rowNumber);
  const both = `select distinct s.${id} as id from ${tableName(target)} t join ${quoteName(stage)} s on ${sameKey(target)}`;
  return `${rows} left join (${both}) as there on there.id = s.${id} where there.id is null`;
}

/** Mirror: what the source no longer has. */
export function deleteMissingSql(target: Target, stage: string): string | undefined {
  const join = `left join ${quoteName(stage)} s on ${sameKey(target)}`;
  const gone = `s.${quoteName(rowNumber)} is null`;
  if (target.policy.deletes === 'ignore') return undefined;
  if (target.policy.deletes === 'hard') return `delete t from ${tableName(target)} t ${join} where ${gone}`;
  return `update ${tableName(target)} t ${join} set t.${quoteName(deletedAt)} = utc_timestamp(6) where t.${quoteName(deletedAt)} is null and ${gone}`;
}

/** Rows that a reader of the table takes as being there. */
export const liveRowsSql = (target: Target): string =>
  `select count(*) as "rows" from ${tableName(target)}${marksDeletes(target) ? ` where ${quoteName(deletedAt)} is null` : ''}`;

/**
 * Appends rows without those that an earlier read has brought: with a key, a row is the key and the cursor; without one it is
 * the whole row, numbered among its equals, so that true duplicates stay. Rows are compared by a digest of their bytes. DISTINCT
 * makes the server write the table's digests down and index them: otherwise it compares every row with every other.
 */
export function appendSql(target: Target, stage: string): string {
  if (!target.overlap) return insertAllSql(target, stage);
  const { cursor, key } = target.overlap;
  const compared = key === undefined ? columnNames(target) : [...key, cursor];
  const image = `md5(concat_ws(',', ${compared.map((name) => `ifnull(hex(${exactBytes(target, name)}), '~')`).join(', ')}))`;
  const number = key === undefined ? `row_number() over (partition by ${image})` : '1';
  const name = quoteName(cursor);
  const low = `(select min(${name}) from ${quoteName(stage)})`;
  return `insert into ${tableName(target)} (${nameList(columnNames(target))})
select ${nameList(columnNames(target), 's')} from ${quoteName(stage)} s
join (select ${quoteName(rowNumber)} as id, ${image} as image, ${number} as number from ${quoteName(stage)}) as again
  on again.id = s.${quoteName(rowNumber)}
left join (select distinct ${image} as image, ${number} as number from ${tableName(target)} where ${name} >= ${low} or ${name} is null) as there
  on there.image = again.image and there.number = again.number
where there.image is null`;
}

function exactBytes(target: Target, name: string): string {
  const type = target.schema.fields.find((field) => field.name === name)?.type;
  return type?.kind === 'float' ? `cast(cast(${quoteName(name)} as double) as char)` : `cast(${quoteName(name)} as binary)`;
}
