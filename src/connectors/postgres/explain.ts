import { refName } from '../../domain/schema.ts';
import type { Target } from '../../sdk/index.ts';
import { nameList, quoteName } from '../_sql/names.ts';
import { appendSql } from './append.ts';
import * as changes from './changes.ts';
import * as merge from './merge.ts';
import { columnNames, columnSql, columnType, tableName } from './stage.ts';
import type { TableFacts } from './swap-facts.ts';

/** Stands for the name of the staged table, which only a run has. */
const stage = 'stage';

/** What a publish would run for this table, in order; comments say why. */
export function explainPublish(target: Target, facts: TableFacts | undefined): readonly string[] {
  const table = tableName(target);
  const add = columnSql(table, target);
  if (!target.existing || target.policy.existing === 'recreate') return explainNew(target);
  if (target.content === 'changes') return [...add, ...explainChanges(target)];
  const deletes = target.policy.mode === 'mirror' ? merge.deleteMissingSql(target, stage) : undefined;
  switch (target.policy.mode) {
    case 'append':
      return [...add, appendSql(target, stage)];
    case 'replace':
      return explainReplace(target, facts);
    default:
      return [...add, ...explainMerge(target), ...(deletes === undefined ? [] : [deletes])];
  }
}

function explainNew(target: Target): readonly string[] {
  const table = tableName(target);
  const fields = target.schema.fields.map((field) => `  ${quoteName(field.name)} ${columnType(field)}`);
  const key = target.policy.mode === 'append' ? [] : (target.schema.key ?? []);
  return [
    ...(target.existing ? [`drop table ${table}`] : []),
    `-- loaded under a name of our own, then renamed\ncreate table ${table} (\n${fields.join(',\n')}\n)`,
    ...(key.length > 0 ? [`alter table ${table} add primary key (${nameList(key)})`] : []),
  ];
}

function explainReplace(target: Target, facts: TableFacts | undefined): readonly string[] {
  const table = tableName(target);
  if (facts?.inPlace.length === 0) {
    return [
      `-- a copy of ${refName(target.table)} is loaded, gets the same indexes, constraints, grants and comments, and takes its place
create table stage (like ${table} including defaults including constraints including storage including compression including comments)`,
    ];
  }
  const why = facts ? ` because ${facts.inPlace.join(', ')}` : '';
  const columns = nameList(columnNames(target));
  return [
    `-- in place${why}\ndelete from ${table}`,
    `insert into ${table} (${columns}) select ${columns} from "_headgate"."stage"`,
  ];
}

function explainMerge(target: Target): readonly string[] {
  const key = new Set(merge.keyOf(target));
  const unique = target.existing?.unique.some((columns) => columns.length === key.size && columns.every((name) => key.has(name)));
  if (unique) return [merge.upsertSql(target, stage)];
  const update = merge.updateSql(target, stage);
  const lock = `-- the table has no unique index on exactly the key\n${merge.lockSql(target)}`;
  return [lock, ...(update === undefined ? [] : [update]), merge.insertMissingSql(target, stage)];
}

function explainChanges(target: Target): readonly string[] {
  const statements = [
    changes.netSql(target, stage, null),
    changes.deleteSql(target, stage),
    changes.updateChangedSql(target, stage),
    changes.insertNewSql(target, stage),
  ];
  return statements.filter((sql) => sql !== undefined);
}
