import { HeadgateError } from '../../domain/error.ts';
import { notStale } from '../_sql/stale.ts';
import { nameList, quoteName } from '../../sdk/duck-sql.ts';
import type { Duck, TablePublish, Target } from '../../sdk/index.ts';
import type { Deriver } from '../_sql/derive/derive.ts';
import { sameName, type TableFacts } from './catalog.ts';
import { nativeType } from './load-sql.ts';
import { collectChanged, countMatches, deletedAt, matchRows, temporary, writeMerge, type Merge } from './merge-sql.ts';

/** One table that a publish writes. */
export interface Work {
  readonly duck: Duck;
  readonly target: Target;
  readonly publish: TablePublish;
  /** Quoted name of the target. */
  readonly table: string;
  /** Rows that were staged, and the quoted name of the one table that holds them. */
  readonly staged: number;
  /** Of them, rows that the derivation refused. */
  readonly rejected: number;
  readonly rows: string;
  readonly doing: string;
  /** Where the target derives something. */
  readonly deriver?: Deriver;
}

/** Adds rows; of those read again by an incremental read only what is not there yet. */
export async function appendRows({
  duck,
  target,
  table,
  rows,
  deriver,
}: Work): Promise<{ added: number; changed: number; deleted: number }> {
  if (!deriver || !target.overlap) {
    await deriver?.derive(rows);
    return { added: await duck.run(appendSql(target, table, rows)), changed: 0, deleted: 0 };
  }
  // What is new is set aside: nothing is derived from rows that are there already.
  const { match: fresh } = temporary;
  const names = nameList(target.schema.fields.map(({ name }) => name));
  await duck.run(`create temp table ${fresh} as select ${names} from ${rows} limit 0`);
  const added = await duck.run(appendSql(target, table, rows, fresh));
  await deriver.derive(fresh);
  await duck.run(`insert into ${table} (${names}) select ${names} from ${fresh}`);
  return { added, changed: 0, deleted: 0 };
}

/** `into` = where the rows go that are not in the table yet, where that is not the table itself. */
export function appendSql(
  { schema, overlap }: Pick<Target, 'schema' | 'overlap'>,
  table: string,
  rows: string,
  into = table,
): string {
  const names = nameList(schema.fields.map(({ name }) => name));
  const insert = `insert into ${into} (${names})`;
  if (!overlap) return `${insert} select ${names} from ${rows}`;
  if (overlap.key?.length) {
    const same = [...overlap.key, overlap.cursor].map((name) => `t.${quoteName(name)} is not distinct from s.${quoteName(name)}`);
    return `${insert} select ${names} from ${rows} s where not exists (select 1 from ${table} t where ${same.join(' and ')})`;
  }
  // Without a key whole rows are compared, as often as they occur: true duplicates stay. Only rows from the lowest cursor of
  // this read on can have been read before.
  const cursor = quoteName(overlap.cursor);
  const before = `select ${names} from ${table} where ${cursor} is null or ${cursor} >= (select min(${cursor}) from ${rows})`;
  return `${insert} select ${names} from ${rows} except all ${before}`;
}

export function mergeFor(
  { target, table, rows }: Pick<Work, 'target' | 'table' | 'rows'>,
  facts: Pick<TableFacts, 'schema'>,
): Merge {
  const { policy, schema } = target;
  const key = policy.key ?? schema.key ?? [];
  const arriving = schema.fields.map(({ name }) => name);
  const values = arriving.filter((name) => !key.includes(name));
  const others = facts.schema.fields.map(({ name }) => name).filter((name) => !arriving.some((own) => sameName(own, name)));
  const keep = policy.nulls === 'keep';
  return {
    table,
    rows,
    key,
    values,
    others,
    intervals: schema.fields.filter((field) => nativeType(field) === 'INTERVAL').map(({ name }) => name),
    effective: (name) => (keep ? `coalesce(s.${quoteName(name)}, t.${quoteName(name)})` : `s.${quoteName(name)}`),
    soft: policy.deletes === 'soft' && others.includes(deletedAt),
    ...(policy.stale && {
      fresh: notStale(
        policy,
        (name) => `t.${quoteName(name)}`,
        (name) => `s.${quoteName(name)}`,
      ),
    }),
  };
}

/** What a collapsed change stream writes: sent values, else what is stored, unless that was deleted or truncated in between. */
export function onlyNew({ policy }: Target, truncated: boolean): Pick<Merge, 'effective' | 'where'> {
  return {
    where: 'not s._headgate_gone',
    effective: (name) => {
      const [s, t] = [`s.${quoteName(name)}`, `t.${quoteName(name)}`];
      const stored = truncated ? 'null' : `case when s._headgate_fresh then null else ${t} end`;
      const sent = policy.nulls === 'keep' ? `coalesce(${s}.v, ${stored})` : `${s}.v`;
      return `case when ${s} is not null then ${sent} else ${stored} end`;
    },
  };
}

/** Throws `key.duplicate` where the target itself has several rows with one of the incoming keys. */
export async function mergeRows({ duck, doing }: Work, merge: Merge): Promise<{ added: number; changed: number }> {
  await duck.run(matchRows(merge));
  const [pairs, incoming, added, changed] = ((await duck.rows(countMatches))[0] ?? []).map(Number);
  if (pairs !== incoming) {
    throw new HeadgateError(
      'key.duplicate',
      `${doing}: the table itself has several rows with one key (${merge.key.join(', ')})`,
    );
  }
  await duck.run(collectChanged(merge));
  let written = 0;
  for (const sql of writeMerge(merge)) written += await duck.run(sql);
  if (added === undefined || changed === undefined || written !== added + 2 * changed) {
    throw new HeadgateError('publish.counts', `${doing}: the rows written are not the rows that differ`);
  }
  return { added, changed };
}
