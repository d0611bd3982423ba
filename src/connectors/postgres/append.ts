/** Appending staged rows, without those that an earlier read has already brought. Pure. */
import type { Target } from '../../sdk/index.ts';
import { nameList, quoteName } from '../_sql/names.ts';
import { columnNames, tableName } from './stage.ts';
import { ownTable } from './names.ts';

type Overlap = NonNullable<Target['overlap']>;

export function appendSql(target: Target, stage: string): string {
  const columns = columnNames(target);
  const into = `insert into ${tableName(target)} (${nameList(columns)})\nselect ${nameList(columns, 's')} from ${ownTable(stage)} s`;
  if (!target.overlap) return into;
  return `${knownRows(target, target.overlap, stage)}
${into}
where not exists (select from known where known.id = s.ctid)`;
}

/** Removes from the stage what `appendSql` would leave out. */
export const dropKnownSql = (target: Target, overlap: Overlap, stage: string): string =>
  `${knownRows(target, overlap, stage)}
delete from ${ownTable(stage)} s using known where known.id = s.ctid`;

/**
 * Rows as text: NULL equals NULL, every type has one, and the planner can hash it. With a key, a row is the key and the
 * cursor; without one it is the whole row, numbered among its equals, so that true duplicates stay.
 */
function knownRows(target: Target, { cursor, key }: Overlap, stage: string): string {
  const columns = columnNames(target);
  const name = quoteName(cursor);
  const compared = key === undefined ? columns : [...key, cursor];
  const image = (alias: string): string => `row(${nameList(compared, alias)})::text`;
  const number = (alias: string): string => (key === undefined ? `row_number() over (partition by ${image(alias)})` : '1');
  return `with edge as materialized (
  select (select min(${name}) from ${ownTable(stage)}) as low, (select max(${name}) from ${tableName(target)}) as high
), there as (
  select ${image('t')} as image, ${number('t')} as number from ${tableName(target)} t
  where t.${name} >= (select low from edge) or t.${name} is null
), again as (
  select s.ctid as id, ${image('s')} as image, ${number('s')} as number from ${ownTable(stage)} s
  where s.${name} <= (select high from edge) or s.${name} is null
), known as materialized (
  select again.id from again where exists (select from there where there.image = again.image and there.number = again.number)
)`;
}
