/** Earlier versions of tables, kept in our own schema for whoever wants to go back to one. */
import { createHash } from 'node:crypto';
import { HeadgateError } from '../../domain/error.ts';
import { refName, type TableRef } from '../../domain/schema.ts';
import { nameList, quoteText } from '../../sdk/duck-sql.ts';
import type { Duck, Forgotten, PublishRequest, Target, UndoRequest, Undone } from '../../sdk/index.ts';
import { namespaceOf, ownSchema, quoteTable, readTable, relationExists, sameName } from './catalog.ts';
import { forgetDerived } from '../_sql/derive/derive.ts';
import { derivedNamespaces, systemOf } from './derive/system.ts';
import { checkFence, ledgerExists, readLedger } from './ledger.ts';
import { count, transaction } from './transaction.ts';

/** `kept` = the table of ours that holds the version; null = there was no table. `shape` = columns that the run left the table with. */
const books = quoteTable({ namespace: ownSchema, name: 'undo' });
const createSql = `create table if not exists ${books} (seq bigint, pipeline varchar, run varchar, place varchar, kept varchar, shape varchar)`;
const ledger = quoteTable({ namespace: ownSchema, name: 'ledger' });

/** Equal for names that mean the same table. */
const placeOf = (table: TableRef): string => JSON.stringify([namespaceOf(table), table.name]).toLowerCase();

const keptTable = (name: string): string => quoteTable({ namespace: ownSchema, name });

function keptName(pipeline: string, run: string, table: TableRef): string {
  return `undo_${createHash('sha256')
    .update([pipeline, run, placeOf(table)].join('\0'))
    .digest('hex')
    .slice(0, 24)}`;
}

const hasVersions = async (duck: Duck): Promise<boolean> => await relationExists(duck, { namespace: ownSchema, name: 'undo' });

async function shapeOf(duck: Duck, table: TableRef): Promise<string> {
  const found = await readTable(duck, table);
  return JSON.stringify(found?.schema.fields.map(({ name, native }) => [name, native?.type ?? '']) ?? null);
}

type Publishing = Pick<PublishRequest, 'pipeline' | 'run'>;

/** Inside the publish, before its table is written: a copy of what is there, once per run. */
export async function keepVersion(duck: Duck, { pipeline, run }: Publishing, { table, policy }: Target): Promise<void> {
  if (!policy.undo) return;
  await duck.run(createSql);
  const own = `pipeline = ${quoteText(pipeline)} and run = ${quoteText(run)} and place = ${quoteText(placeOf(table))}`;
  if ((await count(duck, `select count(*) from ${books} where ${own}`)) > 0) return;
  const kept = (await readTable(duck, table)) ? keptName(pipeline, run, table) : undefined;
  if (kept !== undefined) await duck.run(`create table ${keptTable(kept)} as select * from ${quoteTable(table)}`);
  const values = [pipeline, run, placeOf(table)].map(quoteText).join(', ');
  await duck.run(
    `insert into ${books} select coalesce(max(seq), 0) + 1, ${values}, ${kept === undefined ? 'null' : quoteText(kept)}, null from ${books}`,
  );
}

/** Inside the publish, when its table is written: what it looks like now, and no more versions than are wanted. */
export async function settleVersions(duck: Duck, { pipeline, run }: Publishing, { table, policy }: Target): Promise<void> {
  if (!policy.undo && !(await hasVersions(duck))) return;
  const own = `pipeline = ${quoteText(pipeline)} and place = ${quoteText(placeOf(table))}`;
  await duck.run(`update ${books} set shape = ${quoteText(await shapeOf(duck, table))} where ${own} and run = ${quoteText(run)}`);
  // A publish that kept nothing cuts the way back to what was before it.
  await dropVersions(duck, pipeline, table, policy.undo ?? 0);
}

async function dropVersions(duck: Duck, pipeline: string, table: TableRef, keep: number): Promise<void> {
  const own = `pipeline = ${quoteText(pipeline)} and place = ${quoteText(placeOf(table))}`;
  for (const [seq, kept] of await duck.rows(`select seq, kept from ${books} where ${own} order by seq desc offset ${keep}`)) {
    await duck.run(`delete from ${books} where seq = ${seq}`);
    if (kept != null) await duck.run(`drop table if exists ${keptTable(kept)}`);
  }
}

/** In one transaction of its own, under the fence of the pipeline. */
export async function undoRun(duck: Duck, request: UndoRequest): Promise<Undone> {
  const { pipeline, run, fence, table } = request;
  const doing = `undoing ${run} of ${refName(table)}`;
  return await transaction(duck, async () => {
    await checkFence(duck, pipeline, fence);
    const { seq, kept } = await keptVersion(duck, request, doing);
    await duck.run(`delete from ${books} where seq = ${seq}`);
    const rows = await restore(duck, table, kept);
    await duck.run(`delete from ${ledger} where pipeline = ${quoteText(pipeline)} and run = ${quoteText(run)}`);
    const [before] = await readLedger(duck, pipeline);
    return { ...(rows !== undefined && { rows }), ...(before && { positions: before.positions }) };
  });
}

/** Throws `undo.gone`, `undo.overtaken`, `undo.changed`. */
async function keptVersion(
  duck: Duck,
  { pipeline, run, table }: UndoRequest,
  doing: string,
): Promise<{ readonly seq: number; readonly kept: string | null }> {
  const gone = (why: string): HeadgateError => new HeadgateError('undo.gone', `${doing}: ${why}`);
  if (!(await hasVersions(duck))) throw gone('no earlier version is kept');
  const own = `pipeline = ${quoteText(pipeline)}`;
  const [found] = await duck.rows(
    `select seq, run, kept, shape from ${books} where ${own} and place = ${quoteText(placeOf(table))} order by seq desc limit 1`,
  );
  if (!found) throw gone('no earlier version is kept');
  const [seq, keptBy, kept = null, shape] = found;
  const [last] = await duck.rows(`select run, seq from ${ledger} where ${own} order by seq desc limit 1`);
  if (keptBy !== run || last?.[0] !== run) throw gone('it is not the newest run, or no version from before it is kept');
  const names = [table.name, refName({ namespace: namespaceOf(table), name: table.name })].map((name) =>
    quoteText(name.toLowerCase()),
  );
  const later = await count(
    duck,
    `select count(*) from (select unnest(from_json(tables, '[{"table": "VARCHAR"}]')) as one from ${ledger}
       where seq > ${last[1]} and not (${own})) where lower(one."table") in (${names.join(', ')})`,
  );
  if (later > 0) throw new HeadgateError('undo.overtaken', `${doing}: another pipeline has published into the table since`);
  if ((await shapeOf(duck, table)) !== shape) {
    throw new HeadgateError('undo.changed', `${doing}: the table has other columns than the run left it with`);
  }
  return { seq: Number(seq), kept };
}

/** Resolves to the rows that are there again; undefined = there was no table, and is none now. Columns that the run added stay empty. */
async function restore(duck: Duck, table: TableRef, kept: string | null): Promise<number | undefined> {
  if (kept === null) {
    await duck.run(`drop table ${quoteTable(table)}`);
    return undefined;
  }
  const from = keptTable(kept);
  const [now, before] = [await readTable(duck, table), await readTable(duck, { namespace: ownSchema, name: kept })];
  const names = (before?.schema.fields ?? [])
    .map(({ name }) => name)
    .filter((name) => now?.schema.fields.some((field) => sameName(field.name, name)));
  await duck.run(`delete from ${quoteTable(table)}`);
  const rows = await duck.run(`insert into ${quoteTable(table)} (${nameList(names)}) select ${nameList(names)} from ${from}`);
  await duck.run(`drop table ${from}`);
  return rows;
}

/** In one transaction: the table, what is kept of it, and what the ledger says of the pipelines. */
export async function forgetTable(duck: Duck, table: TableRef, pipelines: readonly string[]): Promise<Forgotten> {
  return await transaction(duck, async () => {
    const versions = await hasVersions(duck);
    for (const pipeline of versions ? pipelines : []) await dropVersions(duck, pipeline, table, 0);
    const forgotten = await forgetDerived(systemOf(duck), await derivedNamespaces(duck), pipelines);
    await duck.run(`drop table if exists ${quoteTable(table)}`);
    if (!(await ledgerExists(duck))) return forgotten;
    const own = pipelines.map(quoteText).join(', ');
    await duck.run(`delete from ${ledger} where pipeline in (${own})`);
    return forgotten;
  });
}
