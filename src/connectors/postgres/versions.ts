/** Earlier versions of tables, kept in our own schema for whoever wants to go back to one. */
import { createHash } from 'node:crypto';
import { HeadgateError } from '../../domain/error.ts';
import { refName, type TableRef } from '../../domain/schema.ts';
import type { Forgotten, PublishRequest, Target, UndoRequest, Undone } from '../../sdk/index.ts';
import { forgetDerived } from '../_sql/derive/derive.ts';
import { nameList, quoteTable } from '../_sql/names.ts';
import { derivedNamespaces, systemOf } from './derive/system.ts';
import { readLedger } from './ledger.ts';
import { ownSchema, ownTable } from './names.ts';
import type { Session } from './session.ts';
import { swapTable } from './swap.ts';
import { tableFacts } from './swap-facts.ts';

/** `kept` = the table of ours that holds the version; null = there was no table. `shape` = columns that the run left the table with. */
const createSql = `create table if not exists ${ownSchema}.undo (
  number bigint generated always as identity primary key, pipeline text not null, run text not null,
  namespace text not null, name text not null, kept text, shape text, unique (pipeline, run, namespace, name))`;

const placeOf = ({ namespace = 'public', name }: TableRef): { readonly namespace: string; readonly name: string } => ({
  namespace,
  name,
});

const quoted = (table: TableRef): string => quoteTable(placeOf(table));

/** Columns with their types, in order. */
const shapeSql = `select coalesce(string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum), '') as shape
  from pg_attribute where attnum > 0 and not attisdropped and attrelid = to_regclass($1)`;

/** Where a version is kept: one per run and table. */
function keptName(pipeline: string, run: string, table: TableRef): string {
  const { namespace, name } = placeOf(table);
  return `undo_${createHash('sha256').update([pipeline, run, namespace, name].join('\0')).digest('hex').slice(0, 24)}`;
}

async function hasVersions(session: Session): Promise<boolean> {
  const { found } = await session.row(`select to_regclass('${ownSchema}.undo')::text as found`, 'looking for earlier versions');
  return found !== null;
}

type Publishing = Pick<PublishRequest, 'pipeline' | 'run'>;

/** Inside the publish, before its table is written: a copy of what is there, once per run. */
export async function keepVersion(session: Session, { pipeline, run }: Publishing, { table, policy }: Target): Promise<void> {
  const doing = `keeping the version of ${refName(table)}`;
  if (!policy.undo) return;
  await session.rows(createSql, doing);
  const { namespace, name } = placeOf(table);
  const values = [pipeline, run, namespace, name];
  const known = await session.rows(
    `select 1 as one from ${ownSchema}.undo where pipeline = $1 and run = $2 and namespace = $3 and name = $4`,
    doing,
    values,
  );
  if (known.length > 0) return;
  const { found } = await session.row('select to_regclass($1)::text as found', doing, [quoted(table)]);
  const kept = found === null ? undefined : keptName(pipeline, run, table);
  if (kept !== undefined) {
    // Nobody writes between the copy and what the publish does.
    await session.rows(`lock table ${quoted(table)} in exclusive mode`, doing);
    const copied = 'including defaults including storage including compression including comments including constraints';
    await session.rows(`create table ${ownTable(kept)} (like ${quoted(table)} ${copied})`, doing);
    const columns = nameList(await writableColumns(session, ownTable(kept), doing));
    await session.rows(`insert into ${ownTable(kept)} (${columns}) select ${columns} from ${quoted(table)}`, doing);
  }
  await session.rows(
    `insert into ${ownSchema}.undo (pipeline, run, namespace, name, kept) values ($1, $2, $3, $4, ${kept === undefined ? 'null' : '$5'})`,
    doing,
    kept === undefined ? values : [...values, kept],
  );
}

/** Inside the publish, when its table is written: what it looks like now, and no more versions than are wanted. */
export async function settleVersions(session: Session, { pipeline, run }: Publishing, { table, policy }: Target): Promise<void> {
  if (!policy.undo && !(await hasVersions(session))) return;
  const doing = `keeping the version of ${refName(table)}`;
  const { namespace, name } = placeOf(table);
  const { shape } = await session.row(shapeSql, doing, [quoted(table)]);
  await session.rows(
    `update ${ownSchema}.undo set shape = $5 where pipeline = $1 and run = $2 and namespace = $3 and name = $4`,
    doing,
    [pipeline, run, namespace, name, shape ?? ''],
  );
  // A publish that kept nothing cuts the way back to what was before it.
  await dropVersions(session, { pipeline, table, keep: policy.undo ?? 0 }, doing);
}

async function dropVersions(
  session: Session,
  { pipeline, table, keep }: { readonly pipeline: string; readonly table: TableRef; readonly keep: number },
  doing: string,
): Promise<void> {
  const { namespace, name } = placeOf(table);
  const old = await session.rows(
    `delete from ${ownSchema}.undo where number in (select number from ${ownSchema}.undo
       where pipeline = $1 and namespace = $2 and name = $3 order by number desc offset ${keep}) returning kept`,
    doing,
    [pipeline, namespace, name],
  );
  for (const { kept } of old) if (kept != null) await session.rows(`drop table if exists ${ownTable(kept)}`, doing);
}

/** In one transaction of its own, under the fence of the pipeline. */
export async function undoRun(session: Session, request: UndoRequest): Promise<Undone> {
  const { pipeline, run, fence, table } = request;
  const doing = `undoing ${run} of ${refName(table)}`;
  await session.rows('begin', doing);
  try {
    const held = await session.rows(`select fence::text from ${ownSchema}.fence where pipeline = $1 for update`, doing, [
      pipeline,
    ]);
    if (Number(held[0]?.fence ?? 0) > fence) {
      throw new HeadgateError('publish.fenced', `${doing}: another run of this pipeline has taken over`);
    }
    const rows = await restore(session, request, await keptVersion(session, request, doing), doing);
    await session.rows(`delete from ${ownSchema}.ledger where pipeline = $1 and run = $2`, doing, [pipeline, run]);
    const [before] = await readLedger(session, pipeline);
    await session.rows('commit', doing);
    return { ...(rows !== undefined && { rows }), ...(before && { positions: before.positions }) };
  } catch (error) {
    if (session.alive) await session.rows('rollback', doing).catch(() => undefined);
    throw error;
  }
}

interface Kept {
  readonly number: string;
  readonly table: string | undefined;
}

/** Throws `undo.gone`, `undo.overtaken`, `undo.changed`. */
async function keptVersion(session: Session, { pipeline, run, table }: UndoRequest, doing: string): Promise<Kept> {
  const gone = (why: string): HeadgateError => new HeadgateError('undo.gone', `${doing}: ${why}`);
  if (!(await hasVersions(session))) throw gone('no earlier version is kept');
  const { namespace, name } = placeOf(table);
  const [found] = await session.rows(
    `select number::text, run, kept, shape from ${ownSchema}.undo where pipeline = $1 and namespace = $2 and name = $3
     order by number desc limit 1`,
    doing,
    [pipeline, namespace, name],
  );
  if (!found) throw gone('no earlier version is kept');
  const [last] = await session.rows(
    `select run, number::text from ${ownSchema}.ledger where pipeline = $1 order by number desc limit 1`,
    doing,
    [pipeline],
  );
  if (found.run !== run || last?.run !== run) throw gone('it is not the newest run, or no version from before it is kept');
  await session.rows(`lock table ${ownSchema}.ledger in share row exclusive mode`, doing);
  const later = await session.rows(
    `select 1 as one from ${ownSchema}.ledger l, jsonb_array_elements(l.tables) t
     where l.number > $1 and l.pipeline <> $2 and t->>'table' = any($3::text[]) limit 1`,
    doing,
    [last.number ?? '0', pipeline, `{${[name, `${namespace}.${name}`].map((one) => JSON.stringify(one)).join(',')}}`],
  );
  if (later.length > 0) {
    throw new HeadgateError('undo.overtaken', `${doing}: another pipeline has published into the table since`);
  }
  const { shape } = await session.row(shapeSql, doing, [quoted(table)]);
  if (shape !== found.shape)
    throw new HeadgateError('undo.changed', `${doing}: the table has other columns than the run left it with`);
  return { number: found.number ?? '', table: found.kept ?? undefined };
}

/** Resolves to the rows that are there again; undefined = there was no table, and is none now. */
async function restore(session: Session, { table }: UndoRequest, kept: Kept, doing: string): Promise<number | undefined> {
  await session.rows(`delete from ${ownSchema}.undo where number = $1`, doing, [kept.number]);
  if (kept.table === undefined) {
    await session.rows(`drop table ${quoted(table)}`, doing);
    return undefined;
  }
  const from = ownTable(kept.table);
  const { rows } = await session.row(`select count(*)::text as rows from ${from}`, doing);
  const facts = await tableFacts(session, table);
  if (facts && facts.inPlace.length === 0 && (await sameShape(session, from, quoted(table), doing))) {
    await swapTable(session, facts.oid, table, kept.table);
    return Number(rows);
  }
  // Columns that the run added stay, without values.
  const columns = nameList(await writableColumns(session, from, doing));
  await session.rows(`delete from ${quoted(table)}`, doing);
  await session.rows(`insert into ${quoted(table)} (${columns}) overriding system value select ${columns} from ${from}`, doing);
  await session.rows(`drop table ${from}`, doing);
  return Number(rows);
}

async function sameShape(session: Session, one: string, other: string, doing: string): Promise<boolean> {
  const shape = `select array_agg((attname, atttypid, atttypmod, attnotnull, attcollation)::text order by attnum) from pg_attribute
    where attnum > 0 and not attisdropped and attrelid = to_regclass`;
  const sql = `select ((${shape}($1)) is not distinct from (${shape}($2)))::text as same`;
  return (await session.row(sql, doing, [one, other])).same === 'true';
}

/** Without those that the database computes. */
async function writableColumns(session: Session, table: string, doing: string): Promise<readonly string[]> {
  const rows = await session.rows(
    `select attname as name from pg_attribute where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = ''
     order by attnum`,
    doing,
    [table],
  );
  return rows.map(({ name }) => name ?? '');
}

/** In one transaction: the table, what is kept of it and was derived from it, and what the ledger says of the pipelines. */
export async function forgetTable(session: Session, table: TableRef, pipelines: readonly string[]): Promise<Forgotten> {
  const doing = `dropping ${refName(table)}`;
  await session.rows('begin', doing);
  try {
    if (await hasVersions(session)) {
      for (const pipeline of pipelines) await dropVersions(session, { pipeline, table, keep: 0 }, doing);
    }
    const forgotten = await forgetDerived(await systemOf(session, doing), await derivedNamespaces(session, doing), pipelines);
    await session.rows(`drop table if exists ${quoted(table)}`, doing);
    for (const pipeline of pipelines) {
      await session.rows(`delete from ${ownSchema}.ledger where pipeline = $1`, doing, [pipeline]);
    }
    await session.rows('commit', doing);
    return forgotten;
  } catch (error) {
    if (session.alive) await session.rows('rollback', doing).catch(() => undefined);
    throw error;
  }
}
