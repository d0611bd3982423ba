import type { Target } from '../../sdk/index.ts';
import { nameList, quoteName } from '../../sdk/duck-sql.ts';
import { quoteTable, type TableFacts } from './catalog.ts';
import { addColumn, columnList, stageFields, widenColumn } from './load-sql.ts';
import { collapseChanges, collectChanged, deleteRows, matchRows, missingIn, temporary, writeMerge } from './merge-sql.ts';
import { appendSql, mergeFor, onlyNew } from './rows.ts';
import { sameColumns } from './table.ts';

/** The statements of a publish, with the stage under the name `staged`. */
export function explainPublish(target: Target): readonly string[] {
  const table = quoteTable(target.table);
  const { policy, existing, schema } = target;
  const rows = target.content === 'changes' ? temporary.rows : 'staged';
  const additions = [
    ...target.add.map((field) => addColumn(table, field)),
    ...target.widen.map((field) => widenColumn(table, field)),
  ];
  const stage = `create table staged (${columnList(stageFields(target))})`;
  if (target.content === 'rows' && (!existing || policy.mode === 'replace')) {
    const rename = `alter table staged rename to ${quoteName(target.table.name)}`;
    if (!existing) return [stage, rename];
    // The catalog tells for certain inside the publish whether there is more to the table than its columns.
    const facts: TableFacts = { ...existing, structured: existing.unique.length > 0 || existing.required.length > 0 };
    if (policy.existing === 'recreate' || sameColumns(facts, target)) return [stage, `drop table ${table}`, rename];
    const names = nameList(schema.fields.map(({ name }) => name));
    return [stage, ...additions, `delete from ${table}`, `insert into ${table} (${names}) select ${names} from staged`];
  }
  if (policy.mode === 'append') return [stage, ...additions, appendSql(target, table, rows)];
  const plain = mergeFor({ target, table, rows }, existing ?? { schema });
  const merge = target.content === 'changes' ? { ...plain, ...onlyNew(target, false) } : plain;
  const collapse = target.content === 'changes' ? [collapseChanges('staged', merge.key, merge.values)] : [];
  const deletes =
    policy.mode === 'mirror' && policy.deletes !== 'ignore'
      ? [deleteRows(table, policy.deletes, missingIn(rows, merge.key))]
      : [];
  return [stage, ...additions, ...collapse, matchRows(merge), collectChanged(merge), ...writeMerge(merge), ...deletes];
}
