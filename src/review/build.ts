/** The rows of a review as a DuckDB file, from the original: whoever has the original and the log can make it again. */
import type { AssessTask } from '../domain/run.ts';
import type { Matching } from '../rules/matching.ts';
import { parseSchemaFile } from '../rules/schema-file.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Duck, FileRef } from '../sdk/index.ts';
import { prepare, type Prepared } from '../shape/assess/assess.ts';
import { emptyColumns } from '../shape/assess/grid.ts';
import { levels, sayAll } from '../shape/assess/judge.ts';
import type { Hooking } from '../shape/assess/work.ts';
import type { Choices } from './choices.ts';
import { planOf, withValues, type Layout } from './plan.ts';

export interface Building {
  readonly file: FileRef;
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
}

/** Rows that are shown before anybody knows what they are. */
const previewed = 50;
/** Verdicts of hooks have numbers from here on. */
export const firstNote = 1_000_000;

/** `duck` = one in memory. Throws `file.format`, `rule.timeout`, `HookError`s. */
export async function buildReview(duck: Duck, building: Building): Promise<Layout> {
  const { file, choices, scratch, stamp, from, hooking } = building;
  const task = withValues(building.task, choices);
  const schema = parseSchemaFile(JSON.stringify(task.definition), 'the fields of this import');
  const header = choices.header ?? task.header;
  const prepared = await prepare(duck, {
    file,
    schema,
    task: { ...task, header },
    scratch,
    ...(choices.mapping && { chosen: chosenOf(choices.mapping) }),
    ...(hooking && { hooking }),
  });
  await duck.run(`attach ${quoteText(`${scratch}.review`)} as review`);
  const isAmbiguous = (file.sheets ?? []).length > 1 && choices.sheet === null && task.sheet === null && task.hold.sheets;
  const sheets = isAmbiguous ? [{ code: 'SHEET_AMBIGUOUS', message: 'The workbook has several sheets' }] : [];
  const found = await fillReview(duck, prepared, { sheets: [...(file.sheets ?? [])], blocks: sheets });
  await duck.run(
    `create table review.preview as select * from grid where n < ${previewed} order by n; ` +
      `create table review.about as select ${quoteText(stamp)} as stamp, ${quoteText(JSON.stringify(found))} as layout, ${from}::BIGINT as applied; ` +
      `detach review`,
  );
  return found;
}

const chosenOf = (mapping: Readonly<Record<string, string | null>>): Matching => ({
  matches: Object.entries(mapping).flatMap(([column, key]) =>
    key === null ? [] : [{ column: Number(column), key, how: 'exact' as const, confidence: 1 }],
  ),
  ties: [],
});

async function fillReview(
  duck: Duck,
  { work, blocks, matching, dropped }: Prepared,
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
    guesses: (matching?.matches ?? []).map(({ column, key, confidence }) => ({ column, key, confidence })),
    dropped,
    unmapped: [],
    rows: 0,
  };
  const waiting = [...about.blocks, ...blocks.map((one) => ({ ...one }))];
  if (waiting.length > 0) return { ...found, blocks: waiting };
  const { fields, parts, said } = await sayAll(work);
  const taken = new Set(parts.map(({ column }) => column));
  const empty = await emptyColumns(duck, grid);
  const full: Layout = {
    ...found,
    columns: Object.fromEntries(fields.map(({ field, columns }) => [field.name, [...columns]])),
    unmapped: grid.headers.flatMap((_, at) => (taken.has(at) || empty.has(at) ? [] : [at])),
  };
  await fillTables(duck, full, said.length);
  const [[rows = null] = []] = await duck.rows('select count(*) from cells');
  return { ...full, rows: Number(rows) };
}

/**
 * The tables `rows`, `said`, `verdict`, `notes` (what hooks say of cells), `raws` (what edited cells were), `journal` (what was
 * changed), `touched` (what may look otherwise since), and what was found
 * out about whole columns.
 */
async function fillTables(duck: Duck, layout: Layout, verdictCount: number): Promise<void> {
  const plan = planOf(layout);
  const keys = plan.keys.map(({ column, sql }) => `${sql} as ${column}, `).join('');
  const rules = plan.verdicts.map(
    ({ part, level, message }, at) => `(${at}, ${part.column}, ${quoteText(level)}, ${quoteText(message)})`,
  );
  const facts = plan.parts.flatMap(({ fact }) =>
    fact ? [`create table review.${fact.table} as select * from ${fact.table}`] : [],
  );
  const [error, warning, info] = levels;
  const place = `v - ${verdictCount}`;
  await duck.run(
    [
      ...facts,
      'create table review.verdict (v INTEGER, col INTEGER, level VARCHAR, message VARCHAR)',
      ...(rules.length > 0 ? [`insert into review.verdict values ${rules.join(', ')}`] : []),
      `create table review.notes as select i as id, cast((${place}) // ${levels.length} as INTEGER) as col,
         case (${place}) % ${levels.length} when 0 then '${error}' when 1 then '${warning}' else '${info}' end as level, m as message from said where v >= ${verdictCount} order by i`,
      noteVerdicts('review.'),
      `create table review.said as select i as id, cast(v as INTEGER) as v from said where v < ${verdictCount} union all ${noteSaid('review.')} order by id, v`,
      `create table review.rows as select i as id, case when n >= 0 then n + 1 end as line, cast(0 as TINYINT) as state, coalesce(m.errs, 0) as errs, coalesce(m.warns, 0) as warns, false as edited, ${keys}cells.* exclude (i, n)
       from cells left join (${messageCounts('review.said', 'review.verdict')}) m on m.id = i order by i`,
      'create table review.raws (id BIGINT, col INTEGER, raw VARCHAR, now VARCHAR)',
      'create table review.touched (seq BIGINT, id BIGINT)',
      'create table review.journal (seq BIGINT, id BIGINT, col INTEGER, before VARCHAR, after VARCHAR)',
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
