/** What is said of each row, and what is delivered. */
import { openSets } from '../../rules/sets.ts';
import { dataBlocks, fixBlock, type Block, type Counts } from './blocks.ts';
import { columnName, partsOf, type FedField, type Part } from './cells.ts';
import { latestSql, type Changed } from './changed.ts';
import { fill } from './fill.ts';
import { fixedSql } from './fixed.ts';
import { rowJson } from './json.ts';
import { fedFields } from './layout.ts';
import { anySql, cellsOf, foundSql, verdicts, type Verdict } from './verdicts.ts';
import type { Work } from './work.ts';

export interface CellError {
  readonly rowIndex: number;
  readonly fieldKey: string;
  readonly message: string;
  readonly value: string;
  /** Which of the columns of a field of many. */
  readonly part?: number;
}

export interface Judged {
  /** The fields of the rows, in their order. */
  readonly keys: readonly string[];
  readonly blocks: readonly Block[];
  readonly counts: Counts & { readonly errors: number };
  readonly invalidRows: readonly number[];
  readonly errors: readonly CellError[];
  /** A query of what is delivered; undefined where a person has to decide first. */
  readonly rows: string | undefined;
}

const mostErrors = 1000;
const mostRows = 10_000;
/** Of messages of hooks, in the order of their numbers. */
export const levels = ['error', 'warning', 'info'] as const;

interface Parts {
  readonly fields: readonly FedField[];
  readonly parts: readonly Part[];
}

/** What there is to understand, once `texts` has what hooks have changed. */
export async function openParts(work: Work): Promise<Parts> {
  await work.changed?.apply();
  const fields = livingFields(work);
  return { fields, parts: partsOf(fields) };
}

/**
 * Fills `said` from `cells`: the row `i`, the number `v` of the verdict, the text `x`, and `m`, what a hook says. Throws
 * `rule.timeout`.
 */
export async function sayAll(work: Work, parts: readonly Part[]): Promise<readonly Verdict[]> {
  const { duck, scratch, layout, changed } = work;
  const { rules } = layout.schema;
  const setOf = await openSets(duck, rules, { from: 'cells', cellOf: cellsOf(parts), scratch });
  const said = verdicts(parts, rules, setOf);
  await duck.run(
    `create or replace temp table said as select i, o.v as v, o.x as x, o.m as m from (select i, unnest(found) as o from (select i, ${foundSql(said)} as found from cells where ${anySql(said)}))`,
  );
  if (changed) await sayNotes(work, said.length, parts, changed);
  return said;
}

/** Of what `texts` holds. Throws `rule.timeout`. */
export async function judge(work: Work): Promise<Judged> {
  const { task, grid } = work;
  const { fields, parts } = await openParts(work);
  await fill(work, parts);
  const said = await sayAll(work, parts);
  const isError = errorTest(said);
  const keeps = task.deliver === 'valid' ? ` where i not in (select i from said where ${isError})` : '';
  const counts = await countRows(work, isError, keeps);
  const taken = new Set(parts.map(({ column }) => column));
  const left = grid.headers.flatMap((_, at) => (taken.has(at) || grid.empty.has(at) ? [] : [at]));
  const json = rowJson(fields, parts, { raw: task.deliver === 'raw', unmapped: task.unmapped ? left : undefined });
  const blocks = [...(await fixBlocks(work, parts)), ...dataBlocks(counts, task.hold)];
  return {
    keys: fields.map(({ field }) => field.name),
    blocks,
    counts,
    ...(await firstErrors(work, said, parts, isError)),
    rows: blocks.length > 0 ? undefined : `select ${json} from cells${keeps} order by i`,
  };
}

/** Days that would be read otherwise than they stand, where somebody has to agree to that. */
async function fixBlocks({ duck, task }: Work, parts: readonly Part[]): Promise<readonly Block[]> {
  const blocks: Block[] = [];
  for (const part of parts.filter(({ fed }) => task.unfixed.includes(fed.field.name))) {
    const [row] = await duck.rows(`select 1 from cells where ${fixedSql(part)} limit 1`);
    if (row) blocks.push(fixBlock(part.fed.field.name));
  }
  return blocks;
}

/** A column of ours counts once a hook has added its field, filled it, or said something of it. */
function livingFields({ layout, grid, changed }: Work): readonly FedField[] {
  return fedFields(layout).filter(
    ({ field, columns }) =>
      layout.added.includes(field.name) ||
      columns.some((column) => column < grid.headers.length || (changed?.written.has(column) ?? false)),
  );
}

/** Messages of hooks come behind the verdicts: one number for each column and level. */
const noteNumber = (verdicts: number, column: number): string =>
  `${verdicts + column * levels.length} + case note.level when 'error' then 0 when 'warning' then 1 else 2 end`;

async function sayNotes({ duck }: Work, verdicts: number, parts: readonly Part[], changed: Changed): Promise<void> {
  for (const { column } of parts.filter((part) => changed.has('note', part.column))) {
    const notes = `select n, unnest(from_json(x, '[{"message":"VARCHAR","level":"VARCHAR"}]')) as note from (${latestSql('note', column)})`;
    await duck.run(
      `insert into said select i, ${noteNumber(verdicts, column)}, t.${columnName(column)}, note.message from (${notes}) h join texts t on t.n = h.n`,
    );
  }
}

function errorTest(said: readonly Verdict[]): string {
  const errors = said.flatMap(({ level }, at) => (level === 'error' ? [at] : []));
  const noted = `(v >= ${said.length} and (v - ${said.length}) % ${levels.length} = 0)`;
  return errors.length === 0 ? noted : `(v in (${errors.join(', ')}) or ${noted})`;
}

async function countRows({ duck }: Work, isError: string, keeps: string): Promise<Judged['counts']> {
  const [row = []] = await duck.rows(
    `select (select count(*) from cells), (select count(distinct i) from said where ${isError}), ` +
      `(select count(*) from cells${keeps}), (select count(*) from said where ${isError})`,
  );
  const [rows = 0, invalid = 0, delivered = 0, errors = 0] = row.map(Number);
  return { rows, invalid, delivered, errors };
}

async function firstErrors(
  { duck }: Work,
  said: readonly Verdict[],
  parts: readonly Part[],
  isError: string,
): Promise<Pick<Judged, 'errors' | 'invalidRows'>> {
  const found = await duck.rows(`select i, v, coalesce(x, ''), m from said where ${isError} order by i, v limit ${mostErrors}`);
  const rows = await duck.rows(`select distinct i from said where ${isError} order by i limit ${mostRows}`);
  const errors = found.flatMap(([row, at, value, own]): readonly CellError[] => {
    const verdict = said[Number(at)];
    const column = Math.floor((Number(at) - said.length) / levels.length);
    const part = verdict?.part ?? parts.find((one) => one.column === column);
    if (!part) return [];
    const { fed } = part;
    const which = fed.many ? { part: fed.columns.indexOf(part.column) } : {};
    const message = own ?? verdict?.message ?? '';
    return [{ rowIndex: Number(row), fieldKey: fed.field.name, message, value: value ?? '', ...which }];
  });
  return { errors, invalidRows: rows.map(([row]) => Number(row)) };
}
