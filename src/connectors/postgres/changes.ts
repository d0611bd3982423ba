/** Applying a change stream: first the net effect per key, then one update, one insert and one delete. Pure statements. */
import type { Target } from '../../sdk/index.ts';
import { nameList, quoteName, quoteText } from '../_sql/names.ts';
import { assignment, keyOf, sameKey } from './merge.ts';
import { ownTable } from './names.ts';
import { columnNames, deletedAt, tableName } from './stage.ts';

/** A temporary table, so that two streams of one publish need names of their own: it is named after its stage. */
export const netTable = (stage: string): string => `pg_temp.${quoteName(`net_${stage}`)}`;

export const factsSql = (target: Target, stage: string): string => `
select max(_seq) filter (where _op = 't')::text as truncated,
  (count(*) filter (where _op <> 't' and (${keyOf(target)
    .map((name) => `${quoteName(name)} is null`)
    .join(' or ')})))::text as nulls
from ${ownTable(stage)}`;

/** Fields that some change of the stage did not send. */
export const unsentSql = (stage: string): string =>
  `select distinct u.field from ${ownTable(stage)} s, jsonb_array_elements_text(s._unchanged) as u (field)`;

/**
 * The last change of each key, with what it did not send in `_unsent`, and in `_after` the last truncate or delete of the
 * key: values from before it are those of another row.
 */
export function netSql(target: Target, stage: string, truncated: string | null): string {
  const key = nameList(keyOf(target), 's');
  const after = truncated === null ? '' : ` and s._seq > ${truncated}`;
  return `create temp table ${quoteName(`net_${stage}`)} on commit drop as
select distinct on (${key}) s._op, coalesce(s._unchanged, '[]') as _unsent,
  greatest(${truncated ?? 'null'}::numeric, max(s._seq) filter (where s._op = 'd') over (partition by ${key})) as _after,
  ${nameList(columnNames(target), 's')}
from ${ownTable(stage)} s where s._op <> 't'${after}
order by ${key}, s._seq desc`;
}

/** Fills a field that the last change did not send with the newest value that was. */
export function fillSql(target: Target, stage: string, column: string): string {
  const name = quoteName(column);
  return `update ${netTable(stage)} as n set ${name} = p.${name}, _unsent = n._unsent - ${quoteText(column)}
from (
  select distinct on (${nameList(keyOf(target), 's')}) ${nameList(keyOf(target), 's')}, s.${name}
  from ${ownTable(stage)} s join ${netTable(stage)} m on ${sameKey(target, 's', 'm')}
  where s._op in ('i', 'u') and not coalesce(s._unchanged ? ${quoteText(column)}, false) and (m._after is null or s._seq > m._after)
  order by ${nameList(keyOf(target), 's')}, s._seq desc
) as p
where ${sameKey(target, 'n', 'p')} and n._unsent ? ${quoteText(column)}`;
}

/** A row that was deleted and came back in one read is a new one: what was not sent is NULL, not what the old one had. */
export const restartSql = (stage: string): string =>
  `update ${netTable(stage)} set _unsent = '[]' where _after is not null and _unsent <> '[]'`;

export function truncateSql(target: Target): string | undefined {
  if (target.policy.deletes === 'ignore') return undefined;
  if (target.policy.deletes === 'hard') return `delete from ${tableName(target)}`;
  return `update ${tableName(target)} set ${quoteName(deletedAt)} = now() where ${quoteName(deletedAt)} is null`;
}

export function deleteSql(target: Target, stage: string): string | undefined {
  if (target.policy.deletes === 'ignore') return undefined;
  const net = `${netTable(stage)} n where n._op = 'd' and ${sameKey(target, 't', 'n')}`;
  if (target.policy.deletes === 'hard') return `delete from ${tableName(target)} t using ${net}`;
  const name = quoteName(deletedAt);
  return `update ${tableName(target)} t set ${name} = now() from ${net} and t.${name} is null`;
}

export function updateChangedSql(target: Target, stage: string): string | undefined {
  const value = (name: string): string => {
    const column = quoteName(name);
    return `case when n._unsent ? ${quoteText(name)} then t.${column} else n.${column} end`;
  };
  const update = assignment(target, value);
  return (
    update &&
    `update ${tableName(target)} as t set ${update.set}
from ${netTable(stage)} n where n._op in ('i', 'u') and ${sameKey(target, 't', 'n')} and (${update.where})`
  );
}

export function insertNewSql(target: Target, stage: string): string {
  const columns = columnNames(target);
  return `insert into ${tableName(target)} (${nameList(columns)})
select ${nameList(columns, 'n')} from ${netTable(stage)} n where n._op in ('i', 'u')
  and not exists (select from ${tableName(target)} t where ${sameKey(target, 't', 'n')})`;
}
