/** What a publish does to one table, inside its transaction. */
import { HeadgateError } from '../../domain/error.ts';
import { brakeHolds } from '../../domain/policy.ts';
import { refName } from '../../domain/schema.ts';
import { columnChanges, type PublishRequest, type TablePublish, type TableResult, type Target } from '../../sdk/index.ts';
import { Deriver } from '../_sql/derive/derive.ts';
import { nameList, quoteName } from '../_sql/names.ts';
import { HeldPublish } from '../_sql/publish.ts';
import { appendSql, dropKnownSql } from './append.ts';
import { readIndexes } from './catalog.ts';
import * as changes from './changes.ts';
import { systemOf } from './derive/system.ts';
import * as merge from './merge.ts';
import { ownTable } from './names.ts';
import type { Session } from './session.ts';
import { columnNames, columnSql, columnType, deletedAt, marksDeletes, tableName } from './stage.ts';
import { intoPlace, swapTable } from './swap.ts';
import { tableFacts, type TableFacts } from './swap-facts.ts';

interface Work {
  readonly session: Session;
  readonly publish: TablePublish;
  readonly target: Target;
  readonly doing: string;
  readonly stage: string;
  readonly rows: number;
  /** Logged stages can become the table itself. */
  readonly logged: boolean;
  /** Where the target derives something. */
  readonly deriver?: Deriver;
}

type Counts = Pick<TableResult, 'added' | 'changed' | 'deleted'>;

/** `of` names what is derived: the same for every attempt of a run. */
export async function publishTable(
  session: Session,
  publish: TablePublish,
  of: Pick<PublishRequest, 'pipeline' | 'run'>,
): Promise<TableResult> {
  const { target } = publish;
  const doing = `publishing ${refName(target.table)}`;
  const staged: Work = { session, publish, target, doing, ...(await countStages(session, publish, doing)) };
  const { derive } = target;
  const deriver = derive && new Deriver({ ...of, target, derive, system: await systemOf(session, doing) });
  const rejected = deriver ? await deriver.refuse(ownTable(staged.stage), publish.refused) : 0;
  const work: Work = deriver ? { ...staged, rows: staged.rows - rejected, deriver } : staged;
  const { added, changed, deleted } = await writeTable(work);
  return {
    table: refName(target.table),
    staged: staged.rows,
    added,
    changed,
    deduplicated: work.rows - added - changed,
    deleted,
    ...(rejected > 0 && { rejected }),
    ...(deriver && { derived: deriver.counts }),
    ...columnChanges(target),
  };
}

/** Counts what is staged again and joins several stages into one. A crash of the server empties what is not logged. */
async function countStages(
  session: Session,
  publish: TablePublish,
  doing: string,
): Promise<Pick<Work, 'stage' | 'rows' | 'logged'>> {
  const promised = new Map<string, number>();
  for (const { ref, rows } of publish.staged) promised.set(ref, (promised.get(ref) ?? 0) + rows);
  const [first, ...others] = [...promised.keys()];
  if (first === undefined) throw new HeadgateError('publish.counts', `${doing}: nothing is staged`);
  let logged = true;
  for (const [ref, rows] of promised) {
    const [found] = await session.rows(
      `select relpersistence::text as kept, pg_relation_size(oid)::text as size from pg_class where oid = to_regclass($1)`,
      doing,
      [ownTable(ref)],
    );
    if (!found) throw new HeadgateError('publish.counts', `${doing}: ${rows} rows were staged, and their table is gone`);
    logged &&= found.kept === 'p';
    // A logged table keeps what one COPY has committed: reading all of it again proves nothing more. Of several writers
    // one may have been lost while it committed, and written again: then only counting tells.
    const kept = found.kept === 'p' && found.size !== '0' && publish.staged.length === promised.size;
    if (!kept && !countsKeys(publish.target)) {
      const counted = await session.row(`select count(*)::text as rows from ${ownTable(ref)}`, doing);
      requireRows(rows, Number(counted.rows), doing);
    }
  }
  const all = nameList([
    ...(publish.target.content === 'changes' ? ['_op', '_seq', '_unchanged'] : []),
    ...columnNames(publish.target),
  ]);
  for (const ref of others)
    await session.run(`insert into ${ownTable(first)} (${all}) select ${all} from ${ownTable(ref)}`, doing);
  const rows = [...promised.values()].reduce((sum, count) => sum + count, 0);
  return { stage: first, rows, logged };
}

/** Does the write itself count the rows of the stage, together with their keys? */
function countsKeys({ policy, existing, content }: Target): boolean {
  return existing !== undefined && content === 'rows' && (policy.mode === 'merge' || policy.mode === 'mirror');
}

function requireRows(staged: number, counted: number, doing: string): void {
  if (counted !== staged) throw new HeadgateError('publish.counts', `${doing}: ${staged} rows were staged, ${counted} are there`);
}

async function writeTable(work: Work): Promise<Counts> {
  const { session, target, doing } = work;
  const facts = await tableFacts(session, target.table);
  if (facts && target.policy.existing === 'fail')
    throw new HeadgateError('schema.exists', `${doing}: the table is already there`);
  if (facts && target.policy.mode === 'replace') await holdShrink(work, facts);
  if (facts && target.policy.mode === 'replace' && target.policy.existing === 'recreate') {
    await session.rows(`drop table ${tableName(target)}`, doing);
    return createFromStage(work);
  }
  if (!facts) {
    if (work.logged && target.content === 'rows') return createFromStage(work);
    await createEmpty(work);
  }
  await changeColumns(work);
  return writeExisting(work, facts);
}

function writeExisting(work: Work, facts: TableFacts | undefined): Promise<Counts> {
  const { target } = work;
  if (target.content === 'changes') return applyChanges(work);
  switch (target.policy.mode) {
    case 'append':
      return appendRows(work);
    case 'replace':
      return replaceRows(work, facts);
    case 'merge':
      return mergeRows(work, facts);
    case 'mirror':
      return mirrorRows(work, facts);
  }
}

async function createSchema({ session, target, doing }: Work): Promise<void> {
  const schema = target.table.namespace ?? 'public';
  // Asked of the table: a session's own memory of names may be older than another one's commit.
  const exists = async (): Promise<boolean> =>
    (await session.rows('select 1 as found from pg_namespace where nspname = $1', doing, [schema])).length > 0;
  if (await exists()) return;
  // Several streams may bring the first table of a schema, and `if not exists` does not wait for the other one's commit.
  await session.rows(`select pg_advisory_xact_lock(hashtextextended('headgate schema', 0))`, doing);
  if (!(await exists())) await session.rows(`create schema ${quoteName(schema)}`, doing);
}

const primaryKey = (target: Target): readonly string[] =>
  target.policy.mode === 'append' ? [] : (target.schema.key ?? target.policy.key ?? []);

async function addKey({ session, target, doing }: Work): Promise<void> {
  const key = primaryKey(target);
  if (key.length > 0) await session.rows(`alter table ${tableName(target)} add primary key (${nameList(key)})`, doing);
}

/** The stage becomes the table; its key is built here, after the load. */
async function createFromStage(work: Work): Promise<Counts> {
  const { session, target, doing, stage } = work;
  await createSchema(work);
  const merges = target.policy.mode === 'merge' || target.policy.mode === 'mirror';
  const removed = merges && target.policy.version !== undefined ? await keepNewest(work, target.policy.version) : 0;
  await work.deriver?.derive(ownTable(stage));
  for (const sql of intoPlace(stage, target.table)) await session.rows(sql, doing);
  await addKey(work);
  return { added: work.rows - removed, changed: 0, deleted: 0 };
}

async function createEmpty(work: Work): Promise<void> {
  const { session, target, doing } = work;
  await createSchema(work);
  const fields = target.schema.fields.map((field) => `${quoteName(field.name)} ${columnType(field)}`);
  await session.rows(`create table ${tableName(target)} (${fields.join(', ')})`, doing);
  await addKey(work);
}

async function changeColumns({ session, target, doing }: Work): Promise<void> {
  const table = tableName(target);
  const mark = `alter table ${table} add column if not exists ${quoteName(deletedAt)} timestamp with time zone`;
  for (const sql of [...columnSql(table, target), ...(marksDeletes(target) ? [mark] : [])]) await session.rows(sql, doing);
}

async function appendRows({ session, target, doing, stage, rows, deriver }: Work): Promise<Counts> {
  if (target.overlap && rows >= analyzeFrom) await session.rows(`analyze ${ownTable(stage)}`, doing);
  if (!deriver) return { added: await session.run(appendSql(target, stage), doing), changed: 0, deleted: 0 };
  if (target.overlap) await session.run(dropKnownSql(target, target.overlap, stage), doing);
  await deriver.derive(ownTable(stage));
  const { overlap: _removed, ...rest } = target;
  return { added: await session.run(appendSql(rest, stage), doing), changed: 0, deleted: 0 };
}

/** Old rows are not counted as deleted: a replace has a new table for a result, not a difference. */
async function replaceRows(work: Work, facts: TableFacts | undefined): Promise<Counts> {
  const { session, target, doing, stage, rows } = work;
  await work.deriver?.derive(ownTable(stage));
  if (facts && facts.inPlace.length === 0 && work.logged && (await sameShape(work, facts))) {
    await swapTable(session, facts.oid, target.table, stage);
    return { added: rows, changed: 0, deleted: 0 };
  }
  await session.run(`delete from ${tableName(target)}`, doing);
  const columns = nameList(columnNames(target));
  await session.run(`insert into ${tableName(target)} (${columns}) select ${columns} from ${ownTable(stage)}`, doing);
  return { added: rows, changed: 0, deleted: 0 };
}

/** Somebody may have changed the table since its copy was made. */
async function sameShape({ session, doing, stage }: Work, facts: TableFacts): Promise<boolean> {
  const shape = `select array_agg((attname, atttypid, atttypmod, attnotnull, attcollation)::text order by attnum) from pg_attribute
    where attnum > 0 and not attisdropped and attrelid`;
  const sql = `select ((${shape} = $1::oid) is not distinct from (${shape} = to_regclass($2)))::text as same`;
  return (await session.row(sql, doing, [facts.oid, ownTable(stage)])).same === 'true';
}

/** The size of the old table is only counted exactly where its estimate comes near what the brake would hold. */
async function holdShrink({ session, publish, target, doing, rows }: Work, facts: TableFacts): Promise<void> {
  const { brake } = publish;
  if (!brake) return;
  const { guess } = await session.row(
    `select case when reltuples >= 0 and relpages > 0
       then (reltuples / relpages * pg_relation_size(oid) / current_setting('block_size')::int)::bigint::text end as guess
     from pg_class where oid = $1::oid`,
    doing,
    [facts.oid],
  );
  if (guess != null && Number(guess) * 1.2 < rows) return;
  const before = Number((await session.row(merge.liveRowsSql(target), doing)).rows);
  const deleted = Math.max(0, before - rows);
  if (brakeHolds(brake, { before, deleted, incoming: rows })) {
    throw new HeldPublish({ table: refName(target.table), before, deleted, incoming: rows });
  }
}

/** Rows from which on the planner's guess about an unknown stage costs more than looking at it. */
const analyzeFrom = 5000;

/** Every key once in the stage, and none with a NULL. Resolves to the rows that newer versions replaced. */
async function keepNewest(
  { session, target, doing, stage, rows }: Work,
  version: readonly string[] | undefined,
): Promise<number> {
  // A hash table of 300,000 keys takes 250 ms where it fits into memory, 330 ms where the default of 4 MB spills it.
  const room = `greatest(pg_size_bytes(current_setting('work_mem')) / 1024, 65536)::text || 'kB'`;
  await session.rows(`select set_config('work_mem', ${room}, true)`, doing);
  const counts = await session.row(merge.keyCountSql(target, stage), doing);
  requireRows(rows, Number(counts.rows ?? 0), doing);
  const key = merge.keyOf(target).join(', ');
  if (Number(counts.nulls) > 0) throw new HeadgateError('key.null', `${doing}: rows have no value in their key (${key})`);
  const extra = Number(counts.rows ?? 0) - Number(counts.keys);
  if (extra === 0) return 0;
  // Where older rows are left out, the later of two with one version is the newer one.
  const ties = target.policy.stale !== 'skip';
  const ambiguous =
    version === undefined || (ties && (await session.rows(merge.tieSql(target, stage, version), doing)).length > 0);
  if (ambiguous || version === undefined) {
    const why = version === undefined ? '' : `, also with the same ${version.join(', ')}`;
    throw new HeadgateError('key.duplicate', `${doing}: several rows of the read have the same key (${key})${why}`);
  }
  return session.run(merge.keepNewestSql(target, stage, version), doing);
}

async function mergeRows(work: Work, facts: TableFacts | undefined): Promise<Counts & { readonly keys: number }> {
  const { session, target, doing, stage, rows } = work;
  const keys = rows - (await keepNewest(work, target.policy.version));
  const softened = marksDeletes(target) ? `t.${quoteName(deletedAt)} is not null` : undefined;
  await work.deriver?.derive(ownTable(stage), { name: tableName(target), ...(softened !== undefined && { softened }) });
  if (await canUpsert(work, facts ?? (await tableFacts(session, target.table)))) {
    const { added, changed } = await session.row(merge.upsertSql(target, stage), doing);
    return { added: Number(added), changed: Number(changed), deleted: 0, keys };
  }
  if (rows >= analyzeFrom) await session.rows(`analyze ${ownTable(stage)}`, doing);
  await session.rows(merge.lockSql(target), doing);
  const twice = await session.rows(merge.ambiguousSql(target, stage), doing);
  if (twice.length > 0) throw new HeadgateError('key.duplicate', `${doing}: the table has several rows with the same key`);
  const update = merge.updateSql(target, stage);
  const changed = update === undefined ? 0 : await session.run(update, doing);
  return { added: await session.run(merge.insertMissingSql(target, stage), doing), changed, deleted: 0, keys };
}

/** ON CONFLICT needs a unique index on exactly the key, and only an ordinary table tells new rows from changed ones. */
async function canUpsert({ session, target }: Work, facts: TableFacts | undefined): Promise<boolean> {
  if (facts?.relkind !== 'r') return false;
  const key = new Set(merge.keyOf(target));
  const indexes = (await readIndexes(session, [facts.oid])).get(facts.oid) ?? [];
  return indexes.some(({ unique, columns }) => unique && columns.length === key.size && columns.every((name) => key.has(name)));
}

async function mirrorRows(work: Work, facts: TableFacts | undefined): Promise<Counts> {
  const { session, publish, target, doing, stage, rows } = work;
  const { keys, ...merged } = await mergeRows(work, facts);
  const sql = merge.deleteMissingSql(target, stage);
  if (sql === undefined) return merged;
  // Every key of the stage is a row by now: as many rows as keys, and none is missing. Counting takes a fifth of looking.
  const live = Number((await session.row(merge.liveRowsSql(target), doing)).rows);
  if (live === keys) return merged;
  if (rows >= analyzeFrom) await session.rows(`analyze ${ownTable(stage)}`, doing);
  const deleted = await session.run(sql, doing);
  const { brake } = publish;
  if (brake && deleted > 0 && (rows === 0 || deleted > brake.floor)) {
    const before = live - merged.added;
    if (brakeHolds(brake, { before, deleted, incoming: rows })) {
      throw new HeldPublish({ table: refName(target.table), before, deleted, incoming: rows });
    }
  }
  return { ...merged, deleted };
}

async function applyChanges({ session, target, doing, stage, rows }: Work): Promise<Counts> {
  if (merge.keyOf(target).length === 0) throw new HeadgateError('key.missing', `${doing}: a change stream is applied by key`);
  const run = async (sql: string | undefined): Promise<number> => (sql === undefined ? 0 : session.run(sql, doing));
  if (rows >= analyzeFrom) await run(`analyze ${ownTable(stage)}`);
  const facts = await session.row(changes.factsSql(target, stage), doing);
  if (Number(facts.nulls) > 0) throw new HeadgateError('key.null', `${doing}: changes have no value in their key`);
  await run(changes.netSql(target, stage, facts.truncated ?? null));
  const unsent = await session.rows(changes.unsentSql(stage), doing);
  const columns = new Set(columnNames(target));
  for (const { field } of unsent) if (field != null && columns.has(field)) await run(changes.fillSql(target, stage, field));
  if (target.policy.deletes === 'hard') await run(changes.restartSql(stage));
  await run(merge.lockSql(target));
  const truncated = facts.truncated == null ? 0 : await run(changes.truncateSql(target));
  const deleted = await run(changes.deleteSql(target, stage));
  const changed = await run(changes.updateChangedSql(target, stage));
  const added = await run(changes.insertNewSql(target, stage));
  return { added, changed, deleted: truncated + deleted };
}
