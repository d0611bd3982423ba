/** The rows of a review as a DuckDB file, from the original: whoever has the original and the log can make it again. */
import type { AssessTask } from '../domain/run.ts';
import type { SchemaFile } from '../rules/schema-file.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Duck, FileRef } from '../sdk/index.ts';
import { judgeRows, matchFields } from '../shape/assess/assess.ts';
import { columnBlocks } from '../shape/assess/blocks.ts';
import { columnName } from '../shape/assess/cells.ts';
import { emptyColumns, openGrid, type Grid } from '../shape/assess/grid.ts';
import type { Matching } from '../rules/matching.ts';
import type { Choices } from './choices.ts';
import { planOf, withValues, type Layout } from './plan.ts';

export interface Original {
  readonly file: FileRef;
  readonly schema: SchemaFile;
  readonly task: AssessTask;
}

export interface Building extends Original {
  readonly choices: Choices;
  /** Names what it was made of: another stamp is another file. */
  readonly stamp: string;
  /** The seq of the entry that began it. */
  readonly from: number;
  /** A path whose extensions are free; the file is made at `<scratch>.review`. */
  readonly scratch: string;
}

/** Rows that are shown before anybody knows what they are. */
const previewed = 50;

/** `duck` = one in memory. Throws `file.format`, `rule.timeout`. */
export async function buildReview(duck: Duck, building: Building): Promise<Layout> {
  const { file, task, choices, scratch, stamp, from } = building;
  const schema = withValues(building.schema, choices);
  const names = schema.fields.flatMap(({ name, from: called }) => [name, ...called]);
  const grid = await openGrid(duck, file, names, choices.header ?? task.header);
  await duck.run(`attach ${quoteText(`${scratch}.review`)} as review`);
  const found = await layoutOf(duck, grid, schema, { ...building, schema });
  await duck.run(
    `create table review.preview as select * from grid where n < ${previewed} order by n; ` +
      `create table review.about as select ${quoteText(stamp)} as stamp, ${quoteText(JSON.stringify(found))} as layout, ${from}::BIGINT as applied; ` +
      `detach review`,
  );
  return found;
}

async function layoutOf(duck: Duck, grid: Grid, schema: SchemaFile, building: Building): Promise<Layout> {
  const { task, choices } = building;
  const none = { headers: [...grid.headers], columns: {}, added: [], guesses: [], dropped: 0, unmapped: [], rows: 0 };
  if (grid.header === undefined) {
    const message = 'It is not clear which row has the names of the columns';
    return { ...none, header: null, blocks: [{ code: 'HEADER_ROW_UNKNOWN', message }] };
  }
  const matching = matchFields(grid, schema, task);
  const guesses = matching.matches.map(({ column, key, confidence }) => ({ column, key, confidence }));
  const chosen = choices.mapping === null ? matching : chosenOf(choices.mapping);
  const blocks = columnBlocks(schema, chosen, task.needed).map((one) => ({ ...one }));
  const about = { ...none, header: grid.header, guesses };
  // Who has said which column is what has seen what is missing: it is filled in by hand.
  const isStuck = choices.mapping === null ? blocks.length > 0 : chosen.matches.length === 0;
  if (isStuck) return { ...about, blocks };
  const added = choices.mapping === null ? [] : neededWithout(schema, chosen, task.needed);
  const [first] = [grid.headers.length];
  const places = added.map((key, at) => [key, first + at] as const);
  const columns = Object.fromEntries(
    schema.fields.map(({ name }) => [
      name,
      [
        ...chosen.matches.flatMap(({ key, column }) => (key === name ? [column] : [])),
        ...places.flatMap(([key, place]) => (key === name ? [place] : [])),
      ],
    ]),
  );
  return await fillRows(
    duck,
    grid,
    { ...building, schema },
    { ...about, blocks: [], columns, added: places.map(([, at]) => at) },
  );
}

const chosenOf = (mapping: Readonly<Record<string, string | null>>): Matching => ({
  matches: Object.entries(mapping).flatMap(([column, key]) =>
    key === null ? [] : [{ column: Number(column), key, how: 'exact' as const, confidence: 1 }],
  ),
  ties: [],
});

function neededWithout({ rules }: SchemaFile, { matches }: Matching, needed: readonly string[]): readonly string[] {
  const required = rules.flatMap((rule) => (rule.rule === 'required' && rule.level === 'error' ? [rule.field] : []));
  return [...new Set([...needed, ...required])].filter((key) => !matches.some((match) => match.key === key));
}

/** The tables `rows`, `said`, `verdict`, `raws` (what edited cells were), `journal`, and what was found out about whole columns. */
async function fillRows(duck: Duck, grid: Grid, { schema, task, scratch }: Building, about: Layout): Promise<Layout> {
  for (const column of about.added) await duck.run(`alter table grid add column ${columnName(column)} VARCHAR`);
  const { parts, verdicts, dropped } = await judgeRows(duck, { grid, schema, task, scratch, columns: about.columns });
  const taken = new Set(parts.map(({ column }) => column));
  const empty = await emptyColumns(duck, grid);
  const unmapped = grid.headers.flatMap((_, at) => (taken.has(at) || empty.has(at) ? [] : [at]));
  const plan = planOf(schema, task, { ...about, dropped, unmapped });
  const keys = plan.keys.map(({ column, sql }) => `${sql} as ${column}, `).join('');
  const rules = verdicts.map(
    ({ part, level, message }, at) => `(${at}, ${part.column}, ${quoteText(level)}, ${quoteText(message)})`,
  );
  const facts = parts.flatMap(({ fact }) => (fact ? [`create table review.${fact.table} as select * from ${fact.table}`] : []));
  await duck.run(
    [
      ...facts,
      'create table review.verdict (v INTEGER, col INTEGER, level VARCHAR, message VARCHAR)',
      ...(rules.length > 0 ? [`insert into review.verdict values ${rules.join(', ')}`] : []),
      'create table review.said as select i as id, cast(o.v as INTEGER) as v from said order by i, v',
      `create table review.rows as select i as id, n + 1 as line, cast(0 as TINYINT) as state, coalesce(m.errs, 0) as errs, coalesce(m.warns, 0) as warns, false as edited, ${keys}cells.* exclude (i, n)
       from cells left join (${messageCounts('review.said', 'review.verdict')}) m on m.id = i order by i`,
      'create table review.raws (id BIGINT, col INTEGER, raw VARCHAR, now VARCHAR)',
      'create table review.journal (seq BIGINT, id BIGINT, col INTEGER, before VARCHAR, after VARCHAR)',
    ].join('; '),
  );
  const [[rows = null] = []] = await duck.rows('select count(*) from cells');
  return { ...plan.layout, rows: Number(rows) };
}

/** Row → how many errors and warnings it has. */
export const messageCounts = (said: string, verdict: string): string =>
  `select s.id, cast(count(*) filter (d.level = 'error') as INTEGER) as errs, cast(count(*) filter (d.level = 'warning') as INTEGER) as warns
   from ${said} s join ${verdict} d on d.v = s.v group by s.id`;
