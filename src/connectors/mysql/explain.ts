import type { Target } from '../../sdk/index.ts';
import { nameList } from '../_sql/names.ts';
import * as sql from './merge.ts';
import { definition, keyOf, tableName } from './stage.ts';

/** Stands for the name of the staged table, which only a run has. */
const stage = 'stage';

/** What a publish would run for this table, in order; comments say why. */
export function explainPublish(target: Target): readonly string[] {
  const table = tableName(target);
  const recreate = target.policy.existing === 'recreate';
  const key = target.policy.mode === 'append' ? [] : keyOf(target);
  const fields = target.schema.fields.map((field) => `  ${definition(field, key)}`);
  const primary = key.length > 0 ? [`  primary key (${nameList(key)})`] : [];
  const create = `create table ${table} (\n${[...fields, ...primary].join(',\n')}\n)`;
  if (target.existing && recreate)
    return [`-- loaded beside the old one, then both change places in one RENAME TABLE\n${create}`];
  const add = [
    ...target.add.map((field) => `alter table ${table} add column ${definition(field, [])}`),
    ...target.widen.map((field) => `alter table ${table} modify column ${definition(field, [])}`),
  ];
  const lead = target.existing ? add : [create];
  switch (target.policy.mode) {
    case 'append':
      return [...lead, sql.appendSql(target, stage)];
    case 'replace':
      return [
        ...lead,
        ...(target.existing ? [`-- in one transaction with the rows that follow\ndelete from ${table}`] : []),
        sql.insertAllSql(target, stage),
      ];
    default: {
      const deletes = target.policy.mode === 'mirror' ? sql.deleteMissingSql(target, stage) : undefined;
      const indexed = target.existing === undefined || sql.leadsTo(keyOf(target), target.existing.unique);
      return [...lead, sql.updateSql(target, stage), sql.insertMissingSql(target, stage, indexed), deletes].filter(
        (text) => text !== undefined,
      );
    }
  }
}
