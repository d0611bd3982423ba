import { HeadgateError } from '../../domain/error.ts';
import { brakeHolds } from '../../domain/policy.ts';
import { refName, type Field } from '../../domain/schema.ts';
import {
  columnChanges,
  type Duck,
  type PublishRequest,
  type TablePublish,
  type TableResult,
  type Target,
} from '../../sdk/index.ts';
import { Deriver } from '../_sql/derive/derive.ts';
import { nameList, quoteName } from '../../sdk/duck-sql.ts';
import { HeldPublish } from '../_sql/publish.ts';
import { namespaceOf, quoteTable, readTable, sameName, type TableFacts } from './catalog.ts';
import { systemOf } from './derive/system.ts';
import { stageOf } from './ledger.ts';
import { addColumn, columnList, nativeType, widenColumn } from './load-sql.ts';
import {
  collapseChanges,
  countDoubleKeys,
  countNullKeys,
  deletedAt,
  deleteRows,
  missingIn,
  newestRows,
  temporary,
  type Merge,
} from './merge-sql.ts';
import { appendRows, mergeFor, mergeRows, onlyNew, type Work } from './rows.ts';
import { count } from './transaction.ts';

/** Writes one table, and what is derived from it, inside the caller's transaction. `of`: the same for every attempt of a run. */
export async function publishTable(
  duck: Duck,
  publish: TablePublish,
  of: Pick<PublishRequest, 'pipeline' | 'run'>,
): Promise<TableResult> {
  const { target } = publish;
  const { derive } = target;
  if (!derive) return await writeTable(duck, publish);
  const deriver = new Deriver({ ...of, target, derive, system: systemOf(duck) });
  const written = await writeTable(duck, publish, deriver);
  return { ...written, derived: deriver.counts };
}

async function writeTable(duck: Duck, publish: TablePublish, deriver?: Deriver): Promise<TableResult> {
  const { target } = publish;
  const { policy, content } = target;
  const doing = `publishing ${refName(target.table)}`;
  await dropTemporary(duck);
  const found = await readTable(duck, target.table);
  if (found && policy.existing === 'fail') throw new HeadgateError('schema.exists', `${doing}: the table is already there`);
  await duck.run(`create schema if not exists ${quoteName(namespaceOf(target.table))}`);
  const rows = await gatherStages(duck, publish);
  const staged = publish.staged.reduce((sum, part) => sum + part.rows, 0);
  const rejected = deriver ? await deriver.refuse(rows, publish.refused) : 0;
  const table = quoteTable(target.table);
  const work: Work = { duck, target, publish, table, staged, rejected, rows, doing, ...(deriver && { deriver }) };
  if (content === 'changes') return result(work, await writeChanges(work, await ready(work, found)));
  const unique = await uniqueRows(work);
  if (!found || policy.mode === 'replace') return result(work, await replaceTable(unique, found));
  const facts = await ready(work, found);
  if (policy.mode === 'append') return result(work, await appendRows(unique));
  return result(work, await writeMerged(unique, facts));
}

type Counts = Pick<TableResult, 'added' | 'changed' | 'deleted'>;

const result = ({ target, staged, rejected }: Work, counts: Counts): TableResult => ({
  table: refName(target.table),
  staged,
  added: counts.added,
  changed: counts.changed,
  // In a change stream the deletes are records too, but a truncate deletes more rows than it has records.
  deduplicated: Math.max(
    0,
    staged - rejected - counts.added - counts.changed - (target.content === 'changes' ? counts.deleted : 0),
  ),
  deleted: counts.deleted,
  ...(rejected > 0 && { rejected }),
  ...columnChanges(target),
});

async function dropTemporary(duck: Duck): Promise<void> {
  await duck.run(
    Object.values(temporary)
      .map((name) => `drop table if exists ${name}`)
      .join('; '),
  );
}

/** Several writers' stages become one; a single one is used as it is. */
async function gatherStages(duck: Duck, { staged, target }: TablePublish): Promise<string> {
  const [first, ...others] = staged.map(({ ref }) => quoteTable(stageOf(ref)));
  if (first === undefined) {
    await duck.run(`create temp table ${temporary.rows} (${columnList(target.schema.fields)})`);
    return temporary.rows;
  }
  for (const other of others) await duck.run(`insert into ${first} select * from ${other}`);
  return first;
}

/** The table as the publish needs it: created where missing, with the columns that it lacks. */
async function ready(work: Work, found: TableFacts | undefined): Promise<TableFacts> {
  const { duck, target, table } = work;
  const soft: readonly Field[] =
    target.policy.deletes === 'soft' && (target.policy.mode === 'mirror' || target.content === 'changes')
      ? [{ name: deletedAt, type: { kind: 'timestamp', zone: true }, nullable: true }]
      : [];
  if (!found) await duck.run(`create table ${table} (${columnList([...target.schema.fields, ...soft])})`);
  const known = found?.schema.fields ?? [...target.schema.fields, ...soft];
  const missing = [...target.add, ...soft].filter((field) => !known.some(({ name }) => sameName(name, field.name)));
  for (const field of missing) await duck.run(addColumn(table, field));
  if (found) for (const field of target.widen) await widen(work, field);
  const now = await readTable(duck, target.table);
  if (!now) throw new HeadgateError('internal.unexpected', `${work.doing}: the table vanished inside the transaction`);
  return now;
}

async function widen({ duck, table, doing }: Work, field: Field): Promise<void> {
  try {
    await duck.run(widenColumn(table, field));
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'query.invalid') throw error;
    const message = `${doing}: column ${field.name} cannot become ${nativeType(field)}: a key or an index depends on it`;
    const hint = 'drop what depends on it, or build the table anew with --mode replace --existing recreate';
    throw new HeadgateError('schema.incompatible', message, { hint, cause: error });
  }
}

/** The incoming rows with one row per key. Throws `key.null` and `key.duplicate`. */
async function uniqueRows(work: Work): Promise<Work> {
  const { duck, target, rows } = work;
  const { policy } = target;
  const key = policy.mode === 'append' ? undefined : (policy.key ?? target.schema.key);
  if (!key?.length) return work;
  await requireKeys(work, rows, key);
  const doubles = await count(duck, countDoubleKeys(rows, key));
  if (doubles === 0) return work;
  if (policy.version === undefined) throw doubled(work, doubles, 'arrive');
  const columns = target.schema.fields.map(({ name }) => name);
  await duck.run(
    `create temp table ${temporary.rows} as ${newestRows(rows, key, policy.version, { columns, later: policy.stale === 'skip' })}`,
  );
  return { ...work, rows: temporary.rows };
}

async function requireKeys({ duck, doing }: Work, rows: string, key: readonly string[]): Promise<void> {
  const nulls = await count(duck, countNullKeys(rows, key));
  if (nulls > 0) throw new HeadgateError('key.null', `${doing}: ${nulls} rows have a NULL in the key (${key.join(', ')})`);
}

const doubled = ({ doing }: Work, keys: number, where: string): HeadgateError =>
  new HeadgateError('key.duplicate', `${doing}: ${keys} keys ${where} with more than one row each`);

/** The rows become the table. A table that is only its columns is swapped for the stage, which copies no row. */
async function replaceTable(work: Work, found: TableFacts | undefined): Promise<Counts> {
  await work.deriver?.derive(work.rows);
  const { duck, target, table, rows, publish, doing } = work;
  const incoming = await count(duck, `select count(*) from ${rows}`);
  const before = found ? await count(duck, `select count(*) from ${table}`) : 0;
  const deleted = Math.max(0, before - incoming);
  if (brakeHolds(publish.brake, { before, deleted, incoming }))
    throw new HeldPublish({ table: refName(target.table), before, deleted, incoming });
  const stage = publish.staged.map(({ ref }) => stageOf(ref)).find((candidate) => quoteTable(candidate) === rows);
  const movable = stage && sameName(stage.namespace, namespaceOf(target.table)) && target.content === 'rows';
  const recreate = target.policy.existing === 'recreate';
  if (movable && (!found || recreate || sameColumns(found, target))) {
    if (found) await duck.run(`drop table ${table}`);
    await duck.run(`alter table ${rows} rename to ${quoteName(target.table.name)}`);
    if (!found) await ready(work, await readTable(duck, target.table));
    return { added: incoming, changed: 0, deleted };
  }
  if (found && recreate) await duck.run(`drop table ${table}`);
  await ready(work, recreate ? undefined : found);
  const names = nameList(target.schema.fields.map(({ name }) => name));
  await duck.run(`delete from ${table}`);
  const added = await duck.run(`insert into ${table} (${names}) select ${names} from ${rows}`);
  if (added !== incoming)
    throw new HeadgateError('publish.counts', `${doing}: ${incoming} rows were to be written, ${added} were`);
  return { added, changed: 0, deleted };
}

/** Would dropping the table and renaming the stage leave the same table? Views find it by name. */
export function sameColumns(found: TableFacts, target: Target): boolean {
  const { fields } = found.schema;
  if (found.structured || fields.length !== target.schema.fields.length) return false;
  return target.schema.fields.every(
    (field, i) => field.name === fields[i]?.name && nativeType(field) === fields[i]?.native?.type,
  );
}

async function writeMerged(work: Work, table: TableFacts): Promise<Counts> {
  const { target, duck, rows, publish } = work;
  const merge = mergeFor(work, table);
  const live = merge.soft ? ` where ${deletedAt} is null` : '';
  const before = await count(duck, `select count(*) from ${work.table}${live}`);
  const softened = merge.soft ? `t.${deletedAt} is not null` : undefined;
  await work.deriver?.derive(rows, { name: work.table, ...(softened !== undefined && { softened }) });
  const counts = await mergeRows(work, merge);
  if (target.policy.mode !== 'mirror' || target.policy.deletes === 'ignore') return { ...counts, deleted: 0 };
  const deleted = await duck.run(deleteRows(work.table, target.policy.deletes, missingIn(rows, merge.key)));
  const incoming = await count(duck, `select count(*) from ${rows}`);
  if (brakeHolds(publish.brake, { before, deleted, incoming }))
    throw new HeldPublish({ table: refName(target.table), before, deleted, incoming });
  return { ...counts, deleted };
}

async function writeChanges(work: Work, table: TableFacts): Promise<Counts> {
  const { duck, target, rows, doing } = work;
  const { key } = target.policy;
  if (!key?.length) throw new HeadgateError('key.missing', `${doing}: changes are applied by key, and none is named`);
  await requireKeys(work, `(select * from ${rows} where _op <> 't')`, key);
  const values = target.schema.fields.map(({ name }) => name).filter((name) => !key.includes(name));
  if (work.publish.staged.length === 0) return { added: 0, changed: 0, deleted: 0 };
  const how = target.policy.deletes;
  const truncated = await count(duck, `select count(*) from ${rows} where _op = 't'`);
  let deleted = truncated > 0 && how !== 'ignore' ? await duck.run(deleteRows(work.table, how, 'true')) : 0;
  await duck.run(collapseChanges(rows, key, values));
  const collapsed: Work = { ...work, rows: temporary.rows };
  const merge: Merge = { ...mergeFor(collapsed, table), ...onlyNew(target, truncated > 0 && how !== 'hard') };
  const counts = await mergeRows(collapsed, merge);
  if (how !== 'ignore') {
    const gone = `exists (select 1 from ${temporary.rows} s where s._headgate_gone and ${merge.key.map((name) => `t.${quoteName(name)} = s.${quoteName(name)}`).join(' and ')})`;
    deleted += await duck.run(deleteRows(work.table, how, gone));
  }
  return { ...counts, deleted };
}
