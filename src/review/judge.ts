/** Rows that were changed, judged again: they, and the rows that have the same keys as they have or had. */
import { openKnown } from '../rules/meanings/known.ts';
import { isLooked } from '../rules/meanings/looked.ts';
import { openSets } from '../rules/sets.ts';
import type { Duck } from '../sdk/index.ts';
import { columnName, layered, type Part } from '../shape/assess/cells.ts';
import { chosenSql } from '../shape/assess/fill.ts';
import { cellsOf, verdicts, type Verdict } from '../shape/assess/verdicts.ts';
import { cellsSaid, type CellCounts } from './counts.ts';
import { firstNote, messageCounts, noteSaid } from './build.ts';
import { decidedBy, sleepingVerdicts, type Plan, type UniqueKey } from './plan.ts';

/** Which rows: a condition on the column `id` that the engine finds their place by. */
export interface Touched {
  readonly where: string;
  /** Columns of the file with new texts; undefined = rows have come or gone. */
  readonly columns: ReadonlySet<number> | undefined;
}

interface Open {
  readonly duck: Duck;
  readonly plan: Plan;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
}

/** More ids than these are looked up in their table. */
const listed = 1000;

/** The condition that picks the rows of a table of ids. */
export async function rowsIn(duck: Duck, table: string): Promise<string> {
  const ids = await duck.rows(`select distinct id from ${table} limit ${listed + 1}`);
  if (ids.length > listed) return `id in (select id from ${table})`;
  return ids.length === 0 ? 'false' : `id in (${ids.map(([id]) => id).join(', ')})`;
}

/** The numbers of the verdicts that may change. Pure. */
export function affected(plan: Plan, columns: Touched['columns']): ReadonlySet<number> {
  const { verdicts: all, every } = plan;
  const asleep = sleepingVerdicts(plan);
  const touches = (verdict: Verdict): boolean => !columns || [...decidedBy(verdict, every.parts)].some((one) => columns.has(one));
  return new Set(all.flatMap((verdict, at) => (!asleep.has(at) && touches(verdict) ? [at] : [])));
}

/** The keys that must be looked at again. Pure. */
function touchedKeys({ keys, verdicts: all }: Plan, numbers: ReadonlySet<number>): readonly UniqueKey[] {
  return keys.filter(({ rule }) => all.some((verdict, at) => verdict.rule === rule && numbers.has(at)));
}

/**
 * Remembers the keys that the rows have, before they change. To be called in the transaction of the change; `judgeAgain` is its
 * other half.
 */
export async function rememberKeys({ duck, plan }: Open, touched: Touched): Promise<void> {
  const statements = touchedKeys(plan, affected(plan, touched.columns)).map(
    ({ column }) =>
      `create or replace temp table old_${column} as select distinct ${column} as k from rows where ${touched.where} and ${column} is not null`,
  );
  if (statements.length > 0) await duck.run(statements.join('; '));
}

/** What was said of all rows that were judged, and what is said now. */
export interface Recount {
  readonly before: CellCounts;
  readonly after: CellCounts;
}

/** After the texts and states of the rows are the new ones. Leaves the ids of all rows that were judged in the table `judged`. */
export async function judgeAgain(open: Open, touched: Touched): Promise<Recount> {
  const { duck, plan } = open;
  const { columns, where } = touched;
  const numbers = affected(plan, columns);
  const keys = touchedKeys(plan, numbers);
  const parts = plan.every.parts.filter(({ column }) => columns?.has(column) ?? true);
  await learn(open, parts, where);
  await duck.run(
    [
      ...understood('rows', parts, where),
      ...(await chosen(open, parts, where)),
      ...keys.map(({ column, sql }) => `update rows set ${column} = ${sql} where ${where}`),
      `create or replace temp table judged as select id from rows where ${where}`,
      ...keys.flatMap(({ column }) => [
        `create or replace temp table same_${column} as select id from rows where state = 0 and ${column} in (select k from old_${column} union select ${column} from rows where ${where})`,
        `insert into judged select id from same_${column}`,
      ]),
    ].join('; '),
  );
  const all = await rowsIn(duck, 'judged');
  const before = await cellsSaid(duck, all);
  await say(open, numbers, where);
  // What the hooks of the end have said was said of the row as it was.
  const forgotten = columns ? await duck.run(`delete from notes where told and ${where}`) : 0;
  if (!columns || forgotten > 0) await sayNotes(duck, where);
  for (const key of keys) await sayDoubles(open, key, where);
  await recountRows(duck, all);
  return { before, after: await cellsSaid(duck, all) };
}

/** How many errors and warnings rows have. */
export async function recountRows(duck: Duck, where: string): Promise<void> {
  const counts = messageCounts(`(select * from said where ${where})`, 'verdict');
  await duck.run(
    `update rows set errs = coalesce(m.errs, 0), warns = coalesce(m.warns, 0)
     from (select j.id, c.errs, c.warns from (select id from rows where ${where}) j left join (${counts}) c on c.id = j.id) m
     where rows.${where} and rows.id = m.id`,
  );
}

/** Texts of which each has to be looked up, and that nobody had before. What was found out about a whole column stays as it was. */
async function learn({ duck, scratch }: Open, parts: readonly Part[], where: string): Promise<void> {
  for (const { fact } of parts) {
    if (!fact || !isLooked(fact.meaning)) continue;
    await openKnown(duck, { ...fact, table: 'learned' }, { from: `(select * from rows where ${where})`, scratch });
    await duck.run(`insert into ${fact.table} select * from learned where t not in (select t from ${fact.table})`);
  }
}

/** What the new texts of a table mean. */
export function understood(table: 'rows' | 'cells', parts: readonly Part[], where: string): readonly string[] {
  if (parts.length === 0) return [];
  const raws = parts.map(({ column }) => columnName(column)).join(', ');
  const names = parts.flatMap(({ named }) => named);
  const from = layered(`(select id, ${raws} from ${table} where ${where})`, parts);
  const set = names.map((name) => `${name} = n.${name}`).join(', ');
  return [`update ${table} set ${set} from ${from} n where ${table}.id = n.id and (${table}.${where})`];
}

/** What they mean in cells with options of their own. */
async function chosen({ duck }: Open, parts: readonly Part[], where: string): Promise<readonly string[]> {
  const columns = new Set((await duck.rows(`select distinct col from options where ${where}`)).map(([col]) => Number(col)));
  return parts.flatMap((part) => {
    const options = `select id, o from options where col = ${part.column} and ${where}`;
    const sql = columns.has(part.column) ? chosenSql(part, { table: 'rows', key: 'id', options, where }) : undefined;
    return sql ?? [];
  });
}

/** Those that need nothing but the row itself; what others must be known for is `sayDoubles`. */
async function say({ duck, plan, scratch }: Open, numbers: ReadonlySet<number>, where: string): Promise<void> {
  const rules = plan.schema.rules.filter(
    (rule) => rule.rule === 'pattern' && plan.verdicts.some((one, at) => one.rule === rule && numbers.has(at)),
  );
  const rows = `(select * from rows where ${where} and state = 0)`;
  const setOf = await openSets(duck, rules, { from: rows, cellOf: cellsOf(plan.every.parts), scratch });
  const all = rules.length === 0 ? plan.verdicts : verdicts(plan.every.parts, plan.schema.rules, setOf);
  const alone = [...numbers].filter((at) => all[at]?.rule?.rule !== 'unique');
  if (alone.length === 0) return;
  const each = alone.map((at) => ({ at, found: all[at]?.found ?? 'false' }));
  await duck.run(`delete from said where ${where} and v in (${alone.join(', ')}); ${saying(each, rows)}`);
}

/** What hooks have said of rows that have come or gone. */
export async function sayNotes(duck: Duck, where: string): Promise<void> {
  const live = `(select * from (${noteSaid('')}) where id in (select id from rows where ${where} and state = 0))`;
  await duck.run(`delete from said where ${where} and v >= ${firstNote}; insert into said select * from ${live}`);
}

const saying = (each: readonly { readonly at: number; readonly found: string }[], rows: string): string =>
  `insert into said select id, v from (select id, unnest(list_filter([${each
    .map(({ at, found }) => `case when ${found} then ${at} end`)
    .join(', ')}], lambda o: o is not null)) as v from ${rows})`;

/** Every member of the groups that the rows have left or come into. */
async function sayDoubles({ duck, plan, scratch }: Open, { rule, column }: UniqueKey, where: string): Promise<void> {
  await duck.run(
    `create or replace temp table members as select id from same_${column} union select id from rows where ${where}`,
  );
  const picked = await rowsIn(duck, 'members');
  const rows = `(select * from rows where ${picked} and state = 0)`;
  const setOf = await openSets(duck, [rule], { from: rows, cellOf: cellsOf(plan.every.parts), scratch });
  const own = verdicts(plan.every.parts, [rule], setOf).filter((one) => one.rule === rule);
  const asleep = sleepingVerdicts(plan);
  const each = plan.verdicts
    .flatMap((one, at) => (one.rule === rule ? [at] : []))
    .map((at, place) => ({ at, found: own[place]?.found ?? 'false' }))
    .filter(({ at }) => !asleep.has(at));
  if (each.length === 0) return;
  const numbers = each.map(({ at }) => at);
  await duck.run(`delete from said where ${picked} and v in (${numbers.join(', ')}); ${saying(each, rows)}`);
}
