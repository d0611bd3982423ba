/** What a publish does to one table. */
import { HeadgateError } from '../../domain/error.ts';
import { brakeHolds } from '../../domain/policy.ts';
import { refName } from '../../domain/schema.ts';
import { columnChanges, type PublishRequest, type TablePublish, type TableResult, type Target } from '../../sdk/index.ts';
import { nameList, quoteName } from '../_sql/names.ts';
import { HeldPublish } from '../_sql/publish.ts';
import { readColumns, readIndexes, readRelations } from './catalog.ts';
import * as sql from './merge.ts';
import { oldName } from './names.ts';
import { exists, writeDown } from './pending.ts';
import type { Session } from './session.ts';
import { columnNames, definition, deletedAt, keyOf, marksDeletes, tableName, tableOptions } from './stage.ts';

interface Work {
  readonly session: Session;
  readonly publish: TablePublish;
  readonly target: Target;
  readonly doing: string;
  readonly stage: string;
  readonly rows: number;
}

type Counts = Pick<TableResult, 'added' | 'changed' | 'deleted'>;

const doingOf = (target: Target): string => `publishing ${refName(target.table)}`;

function createTable(session: Session, name: string, target: Target): string {
  const key = target.policy.mode === 'append' ? [] : keyOf(target);
  const fields = target.schema.fields.map((field) => definition(field, key));
  const primary = key.length > 0 ? [`primary key (${nameList(key)})`] : [];
  const mark = marksDeletes(target) ? [`${quoteName(deletedAt)} datetime(6)`] : [];
  return `create table ${quoteName(name)} (${[...fields, ...mark, ...primary].join(', ')}) ${tableOptions(session.server)}`;
}

/** All that commits by itself, before the transaction: a new table without rows, new columns. */
export async function prepareTable(session: Session, request: PublishRequest, { target }: TablePublish): Promise<void> {
  if (target.content === 'changes')
    throw new HeadgateError('usage.mode', `${doingOf(target)}: MySQL does not take change streams yet`);
  const { token, pipeline } = request;
  const doing = doingOf(target);
  const [relation] = await readRelations(session, target.table.name);
  const there = relation !== undefined;
  if (relation && relation.engine !== 'InnoDB') {
    const what = relation.kind === 'view' ? 'it is a view' : `its engine is ${relation.engine}, which has no transactions`;
    throw new HeadgateError('schema.incompatible', `${doing}: ${what}`);
  }
  if (there && target.policy.existing === 'fail')
    throw new HeadgateError('schema.exists', `${doing}: the table is already there`);
  if (!there) {
    await writeDown(session, { token, pipeline, made: target.table.name, kept: null });
    await session.rows(createTable(session, target.table.name, target), doing);
    return;
  }
  if (target.policy.existing === 'recreate') return;
  const { fields } = await session.query(`select * from ${tableName(target)} limit 0`, doing);
  const columns = new Set(fields.map(({ name }) => name.toLowerCase()));
  const add = target.add.map((field) => ({ name: field.name, sql: definition(field, []) }));
  const mark = marksDeletes(target) ? [{ name: deletedAt, sql: `${quoteName(deletedAt)} datetime(6)` }] : [];
  const missing = [...add, ...mark].filter(({ name }) => !columns.has(name.toLowerCase()));
  const changes = [...missing.map((column) => `add column ${column.sql}`), ...(await widenSteps(session, target))];
  if (changes.length > 0) await session.rows(`alter table ${tableName(target)} ${changes.join(', ')}`, doing);
}

/** A changed column keeps only what the statement says again: whether it may be NULL, which we know; its default, which we do not. */
async function widenSteps(session: Session, target: Target): Promise<readonly string[]> {
  if (target.widen.length === 0) return [];
  const columns = (await readColumns(session, [target.table.name])).get(target.table.name) ?? [];
  return target.widen.map((field) => {
    const old = columns.find((column) => column.field.name === field.name);
    if (old?.preset) {
      const message = `${doingOf(target)}: column ${field.name} would lose its default when it becomes wider`;
      throw new HeadgateError('schema.incompatible', message, { hint: 'widen the column by hand, with its default' });
    }
    return `modify column ${definition(field, [])} ${old?.field.nullable === false ? 'not null' : 'null'}`;
  });
}

/** Inside the transaction. `other` is a session of its own for what commits by itself. */
export async function publishTable(
  session: Session,
  other: Session,
  request: PublishRequest,
  publish: TablePublish,
): Promise<TableResult> {
  const { target } = publish;
  const doing = doingOf(target);
  const work: Work = { session, publish, target, doing, ...(await countStages(session, publish, doing)) };
  const { added, changed, deleted } = await writeTable(work, other, request);
  return {
    table: refName(target.table),
    staged: work.rows,
    added,
    changed,
    deduplicated: work.rows - added - changed,
    deleted,
    ...columnChanges(target),
  };
}

/** Counts what is staged again, and joins several stages into one. */
async function countStages(
  session: Session,
  { staged, target }: TablePublish,
  doing: string,
): Promise<Pick<Work, 'stage' | 'rows'>> {
  const [first, ...others] = staged;
  if (!first) throw new HeadgateError('publish.counts', `${doing}: nothing is staged`);
  let rows = 0;
  for (const part of staged) {
    if (!(await exists(session, part.ref)))
      throw new HeadgateError('publish.counts', `${doing}: ${part.rows} rows were staged, and their table is gone`);
    const { counted } = await session.row(`select count(*) as counted from ${quoteName(part.ref)}`, doing);
    if (Number(counted) !== part.rows)
      throw new HeadgateError('publish.counts', `${doing}: ${part.rows} rows were staged, ${counted} are there`);
    rows += part.rows;
  }
  const all = nameList(columnNames(target));
  // What is exchanged is loaded by another session, which sees only what is committed.
  const joined = exchanges(target) ? [] : others;
  for (const { ref } of joined)
    await session.run(`insert into ${quoteName(first.ref)} (${all}) select ${all} from ${quoteName(ref)}`, doing);
  return { stage: first.ref, rows };
}

const exchanges = ({ existing, policy }: Target): boolean => existing !== undefined && policy.existing === 'recreate';

async function writeTable(work: Work, other: Session, request: PublishRequest): Promise<Counts> {
  const { session, target, doing, stage, rows } = work;
  switch (target.policy.mode) {
    case 'append':
      return { added: (await session.run(sql.appendSql(target, stage), doing)).changed, changed: 0, deleted: 0 };
    case 'replace':
      return replaceRows(work, other, request);
    case 'merge':
      return mergeRows(work);
    case 'mirror': {
      const merged = await mergeRows(work);
      const gone = sql.deleteMissingSql(target, stage);
      const deleted = gone === undefined ? 0 : (await session.run(gone, doing)).changed;
      const left = Number((await session.row(sql.liveRowsSql(target), doing))['rows']);
      hold(work, { before: left - merged.added + deleted, deleted, incoming: rows });
      return { ...merged, deleted };
    }
  }
}

function hold({ publish, target }: Work, counts: { before: number; deleted: number; incoming: number }): void {
  if (brakeHolds(publish.brake, counts)) throw new HeldPublish({ table: refName(target.table), ...counts });
}

/** Old rows are not counted as deleted: a replace has a new table for a result, not a difference. */
async function replaceRows(work: Work, other: Session, request: PublishRequest): Promise<Counts> {
  const { session, publish, target, doing, stage, rows } = work;
  if (publish.brake) {
    // Whoever is to rename the table must not meet our own lock on it.
    const counting = exchanges(target) ? other : session;
    const before = Number((await counting.row(sql.liveRowsSql(target), doing))['rows']);
    hold(work, { before, deleted: Math.max(0, before - rows), incoming: rows });
  }
  if (exchanges(target)) await exchange(work, other, request);
  else {
    // DELETE and not TRUNCATE, which commits: readers see the old rows until the new ones are there.
    await session.run(`delete from ${tableName(target)}`, doing);
    await session.run(sql.insertAllSql(target, stage), doing);
  }
  return { added: rows, changed: 0, deleted: 0 };
}

/** A table of the new structure takes the old one's place. The transaction holds the fence and touches neither. */
async function exchange({ publish, target, doing }: Work, other: Session, { token, pipeline }: PublishRequest): Promise<void> {
  const kept = oldName(token, target.table.name);
  const fresh = `${kept}_new`;
  await other.rows(`drop table if exists ${quoteName(fresh)}`, doing);
  await other.rows(createTable(other, fresh, target), doing);
  const all = nameList(columnNames(target));
  for (const { ref } of publish.staged) {
    await other.run(`insert into ${quoteName(fresh)} (${all}) select ${all} from ${quoteName(ref)}`, doing);
  }
  await writeDown(other, { token, pipeline, made: target.table.name, kept });
  await other.rows(`rename table ${tableName(target)} to ${quoteName(kept)}, ${quoteName(fresh)} to ${tableName(target)}`, doing);
}

/** Has the table an index that leads to the row of a key? */
async function finds(session: Session, target: Target): Promise<boolean> {
  const { name } = target.table;
  const indexes = (await readIndexes(session, [name])).get(name) ?? [];
  return sql.leadsTo(
    keyOf(target),
    indexes.map(({ columns }) => columns),
  );
}

async function mergeRows({ session, target, doing, stage, rows }: Work): Promise<Counts> {
  const { version } = target.policy;
  const key = keyOf(target).join(', ');
  const counts = await session.row(sql.keyCountSql(target, stage), doing);
  if (Number(counts['nulls']) > 0) throw new HeadgateError('key.null', `${doing}: rows have no value in their key (${key})`);
  if (Number(counts['keys']) !== rows) {
    // Where older rows are left out, the later of two with one version is the newer one.
    const ties = target.policy.stale !== 'skip';
    const ambiguous =
      version === undefined || (ties && (await session.rows(sql.tieSql(target, stage, version), doing)).length > 0);
    if (ambiguous) {
      const why = version === undefined ? '' : `, also with the same ${version.join(', ')}`;
      throw new HeadgateError('key.duplicate', `${doing}: several rows of the read have the same key (${key})${why}`);
    }
    await session.run(sql.keepNewestSql(target, stage, version), doing);
  }
  const twice = await session.rows(sql.ambiguousSql(target, stage), doing);
  if (twice.length > 0) throw new HeadgateError('key.duplicate', `${doing}: the table has several rows with the same key`);
  const update = sql.updateSql(target, stage);
  const changed = update === undefined ? 0 : (await session.run(update, doing)).changed;
  const missing = sql.insertMissingSql(target, stage, await finds(session, target));
  return { added: (await session.run(missing, doing)).changed, changed, deleted: 0 };
}
