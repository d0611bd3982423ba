/** The rows of a review as a DuckDB file, from the original: whoever has the original and the log can make it again. */
import type { AssessTask } from '../domain/run.ts';
import type { Matching } from '../rules/matching.ts';
import { parseSchemaFile } from '../rules/schema-file.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Duck, FileRef } from '../sdk/index.ts';
import { prepare, type Prepared } from '../shape/assess/assess.ts';
import { layered } from '../shape/assess/cells.ts';
import { latestSql } from '../shape/assess/changed.ts';
import { chosenSql, learnColumns, planFor } from '../shape/assess/fill.ts';
import { levels, openParts, sayAll } from '../shape/assess/judge.ts';
import { fedFields } from '../shape/assess/layout.ts';
import { rowId } from '../shape/assess/sheet.ts';
import type { Hooking, Work } from '../shape/assess/work.ts';
import type { Choices } from './choices.ts';
import { planOf, sleepingVerdicts, withValues, type Layout, type Plan } from './plan.ts';

export interface Building {
  readonly file: FileRef;
  /** Its sheet was asked for by name. */
  readonly isNamed?: boolean;
  readonly task: AssessTask;
  readonly choices: Choices;
  /** Names what it was made of: another stamp is another file. */
  readonly stamp: string;
  /** The seq of the entry that began it. */
  readonly from: number;
  /** A path whose extensions are free; the file is made at `<scratch>.review`. */
  readonly scratch: string;
  /** Absent = there are no hooks. */
  readonly hooking?: Hooking | undefined;
  /** What is known of the file already, on this connection; absent = it is read. */
  readonly prepared?: Prepared | undefined;
}

/** Verdicts of hooks have numbers from here on. */
export const firstNote = 1_000_000;

/** `duck` = one in memory. Throws `file.format`, `rule.timeout`, `HookError`s. */
export async function buildReview(duck: Duck, building: Building): Promise<Layout> {
  const { file, isNamed = false, task, scratch, stamp, from } = building;
  const prepared = building.prepared ?? (await read(duck, building));
  await duck.run(`attach ${quoteText(`${scratch}.review`)} as review`);
  const isAmbiguous = (file.sheets ?? []).length > 1 && !isNamed && task.hold.sheets;
  const sheets = isAmbiguous ? [{ code: 'SHEET_AMBIGUOUS', message: 'The workbook has several sheets' }] : [];
  const found = await fillReview(prepared, { sheets: [...(file.sheets ?? [])], blocks: sheets });
  await duck.run(
    `create table review.preview as select * from first_rows order by n; ` +
      `create table review.about as select ${quoteText(stamp)} as stamp, ${quoteText(JSON.stringify(found))} as layout, ${from}::BIGINT as applied; ` +
      `detach review`,
  );
  return found;
}

async function read(duck: Duck, { file, task, choices, scratch, hooking }: Building): Promise<Prepared> {
  const meant = withValues(task, choices);
  return await prepare(duck, {
    file,
    schema: parseSchemaFile(JSON.stringify(meant.definition), 'the fields of this import'),
    task: meant,
    scratch,
    ...(choices.header !== null && { header: choices.header }),
    ...(choices.mapping && { chosen: chosenOf(choices.mapping) }),
    ...(choices.custom && { custom: choices.custom }),
    ...(hooking && { hooking }),
  });
}

const chosenOf = (mapping: Readonly<Record<string, string | null>>): Matching => ({
  matches: Object.entries(mapping).flatMap(([column, key]) =>
    key === null ? [] : [{ column: Number(column), key, how: 'exact' as const, confidence: 1 }],
  ),
  ties: [],
});

async function fillReview(
  { work, blocks, matching, columns, dropped }: Prepared,
  about: Pick<Layout, 'sheets' | 'blocks'>,
): Promise<Layout> {
  const { grid, layout } = work;
  const found: Layout = {
    ...about,
    headers: [...grid.headers],
    header: grid.header ?? null,
    definition: JSON.parse(JSON.stringify(layout.definition)) as Layout['definition'], // plain data
    columns: {},
    many: [...layout.many],
    hidden: [...layout.hidden],
    given: [...layout.given],
    custom: [...layout.custom],
    removed: [...layout.removed],
    matchable: matchableFields(layout, matching && Object.keys(columns)),
    guesses: (matching?.matches ?? []).map(({ column, key, confidence }) => ({ column, key, confidence })),
    dropped,
    unmapped: [],
    asleep: [],
    woken: [],
    rows: 0,
    rowIds: {},
  };
  const waiting = [...about.blocks, ...blocks.map((one) => ({ ...one }))];
  if (waiting.length > 0) return { ...found, blocks: waiting };
  const { parts } = await openParts(work);
  const fields = fedFields(layout);
  const taken = new Set(parts.map(({ column }) => column));
  const full: Layout = {
    ...found,
    columns: Object.fromEntries(fields.map(({ field, columns }) => [field.name, [...columns]])),
    unmapped: grid.headers.flatMap((_, at) => (taken.has(at) || grid.empty.has(at) ? [] : [at])),
    asleep: fields.flatMap(({ columns }) => columns.filter((column) => !taken.has(column))),
  };
  const plan = planOf(full);
  await planFor(work.duck, plan.every.parts);
  await learnColumns(work, plan.every.parts);
  const rows = await fillRows(work, plan);
  await judgeRows(work, plan);
  const added = await work.duck.rows('select i, n from texts where n < 0');
  return { ...full, rows, rowIds: Object.fromEntries(added.map(([i, n]) => [String(i), rowId(Number(n), work.ids)])) };
}

/** `matched`: those that were there when columns were looked for; absent = nobody has looked yet. */
const matchableFields = (
  { schema, hidden, removed }: Work['layout'],
  matched: readonly string[] = schema.fields.map(({ name }) => name),
): string[] => matched.filter((key) => !hidden.includes(key) && !removed.includes(key));

/** The tables `rows`, `options` (what hooks let a single cell be), and what was found out about whole columns. Resolves to how many rows there are. */
async function fillRows({ duck, changed }: Work, { every: { parts }, keys }: Plan): Promise<number> {
  // Into the file at once: a million rows with what they mean are more than fits in memory.
  const keyed = keys.map(({ column, sql }) => `${sql} as ${column}, `).join('');
  const rows = await duck.run(
    `create table review.rows as select i as id, case when n >= 0 then n + 1 end as line, cast(0 as TINYINT) as state, 0 as errs, 0 as warns, false as edited, ${keyed}* exclude (i, n)
     from ${layered('texts', parts)}`,
  );
  const options = (changed?.columns('options') ?? []).map(
    (column) =>
      `insert into review.options select t.i, ${column}, h.x from (${latestSql('options', column)}) h join texts t on t.n = h.n`,
  );
  const facts = parts.flatMap(({ fact }) => (fact ? [`create table review.${fact.table} as select * from ${fact.table}`] : []));
  await duck.run(['create table review.options (id BIGINT, col INTEGER, o VARCHAR)', ...options, ...facts].join('; '));
  if (options.length === 0) return rows;
  const chosen = parts.flatMap((part) => {
    const own = `select id, o from review.options where col = ${part.column}`;
    return chosenSql(part, { table: 'review.rows', key: 'id', options: own, where: 'true' }) ?? [];
  });
  const again = keys.map(({ column, sql }) => `update review.rows set ${column} = ${sql}`);
  for (const sql of [...chosen, ...again]) await duck.run(sql);
  return rows;
}

/**
 * The tables `said`, `verdict`, `notes` (what hooks say of cells; `told`: those of the end), `raws` (what edited cells were before somebody edited them), `journal` (what
 * was changed, and whether only hooks have) and `touched` (what may look otherwise since).
 */
async function judgeRows(work: Work, plan: Plan): Promise<void> {
  const { duck } = work;
  const { verdicts, layout } = plan;
  await duck.run('drop table if exists temp.cells; create temp view cells as select id as i, * exclude id from review.rows');
  await sayAll(work, plan.every.parts);
  await duck.run('drop view cells');
  const count = verdicts.length;
  if (layout.asleep.length > 0) {
    const asleep = `v >= ${count} and (v - ${count}) // ${levels.length} in (${layout.asleep.join(', ')})`;
    const numbers = [-1, ...sleepingVerdicts(plan)].join(', ');
    await duck.run(`delete from said where v in (${numbers}) or (${asleep})`);
  }
  const rules = verdicts.map(
    ({ part, level, message }, at) => `(${at}, ${part.column}, ${quoteText(level)}, ${quoteText(message)})`,
  );
  const [error, warning, info] = levels;
  const place = `v - ${count}`;
  await duck.run(
    [
      'create table review.verdict (v INTEGER, col INTEGER, level VARCHAR, message VARCHAR)',
      ...(rules.length > 0 ? [`insert into review.verdict values ${rules.join(', ')}`] : []),
      `create table review.notes as select i as id, cast((${place}) // ${levels.length} as INTEGER) as col,
         case (${place}) % ${levels.length} when 0 then '${error}' when 1 then '${warning}' else '${info}' end as level, m as message, false as told from said where v >= ${count} order by i`,
      noteVerdicts('review.'),
      `create table review.said as select i as id, cast(v as INTEGER) as v from said where v < ${count} union all ${noteSaid('review.')} order by id, v`,
      `update review.rows as r set errs = m.errs, warns = m.warns from (${messageCounts('review.said', 'review.verdict')}) m where r.id = m.id`,
      'create table review.raws (id BIGINT, col INTEGER, raw VARCHAR, now VARCHAR)',
      'create table review.touched (seq BIGINT, id BIGINT)',
      'create table review.journal (seq BIGINT, id BIGINT, col INTEGER, before VARCHAR, after VARCHAR, hook BOOLEAN)',
    ].join('; '),
  );
}

/** Numbers for what hooks say, each text of a column once. `place` = the file, with a point. */
export const noteVerdicts = (place: string): string =>
  `insert into ${place}verdict select greatest(${firstNote}, coalesce((select max(v) from ${place}verdict), 0) + 1) + row_number() over () - 1, col, level, message
   from (select distinct col, level, message from ${place}notes except select col, level, message from ${place}verdict where v >= ${firstNote})`;

export const noteSaid = (place: string): string =>
  `select n.id, d.v from ${place}notes n join ${place}verdict d on d.v >= ${firstNote} and d.col = n.col and d.level = n.level and d.message = n.message`;

/** Row → how many errors and warnings it has. */
export const messageCounts = (said: string, verdict: string): string =>
  `select s.id, cast(count(*) filter (d.level = 'error') as INTEGER) as errs, cast(count(*) filter (d.level = 'warning') as INTEGER) as warns
   from ${said} s join ${verdict} d on d.v = s.v group by s.id`;
