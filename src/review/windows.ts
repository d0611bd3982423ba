/** Windows of rows in an order that does not change while they are looked at. */
import { HeadgateError } from '../domain/error.ts';
import type { SelectOption } from '../hooks/cells.ts';
import { guessSql } from '../rules/meanings/sql.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Duck } from '../sdk/index.ts';
import { columnName, type Part } from '../shape/assess/cells.ts';
import { requireShown, states } from './changes.ts';
import { namedSql } from './named.ts';
import type { Plan } from './plan.ts';

export const filters = ['all', 'errors', 'warnings', 'edited', 'removed'] as const;

export interface Wanted {
  readonly filter: (typeof filters)[number];
  readonly column?: string | undefined;
  readonly message?: string | undefined;
  readonly search?: string | undefined;
}

/** Level of what is said, and the text. */
export interface Said {
  readonly level: 'error' | 'warning' | 'info';
  readonly message: string;
  /** The message of its group, where this one names what stands in the cell: it is no markup then. */
  readonly group?: string;
}

export interface ShownCell {
  /** What people see. */
  readonly v: string;
  /** The text of the file, where it is another. */
  readonly raw?: string;
  /** Put right by itself: `raw` does not say what `v` says, as `DE` says Germany and `Germny` does not. */
  readonly f?: true;
  /** Edited. */
  readonly e?: true;
  readonly m?: readonly Said[];
  /** What this cell may be, where that is not what its field may be. */
  readonly o?: readonly SelectOption[];
}

export interface ShownRow {
  readonly id: number;
  /** The line of the file; null = added by hand. */
  readonly n: number | null;
  readonly removed?: true;
  readonly added?: true;
  readonly cells: readonly ShownCell[];
}

interface Open {
  readonly duck: Duck;
  readonly plan: Plan;
}

const conditions: Readonly<Record<Wanted['filter'], string>> = {
  all: `state = ${states.live}`,
  errors: `state = ${states.live} and errs > 0`,
  warnings: `state = ${states.live} and warns > 0`,
  edited: `state = ${states.live} and edited`,
  removed: `state = ${states.removed}`,
};

/** Which rows are wanted, as a condition; what is searched for is asked apart. Throws `request.invalid`. */
function conditionOf(plan: Plan, { filter, column, message }: Wanted): string {
  const said = [
    ...(column === undefined ? [] : [`col = ${requireShown(plan, column).column}`]),
    ...(message === undefined ? [] : [`message = ${quoteText(message)}`]),
    ...(filter === 'errors' ? ["level = 'error'"] : filter === 'warnings' ? ["level = 'warning'"] : []),
  ];
  const isSaid = message !== undefined || (column !== undefined && (filter === 'errors' || filter === 'warnings'));
  return [
    conditions[filter],
    ...(isSaid ? [`id in (select id from said where v in (select v from verdict where ${said.join(' and ')}))`] : []),
  ].join(' and ');
}

export interface Opened {
  /** Rows. */
  readonly total: number;
  /** Cells that hold what is searched for; absent = nothing is. */
  readonly matches?: number;
}

/** Fills a table with the ids of rows by their positions. */
export async function openView({ duck, plan }: Open, table: string, wanted: Wanted): Promise<Opened> {
  const { search = '' } = wanted;
  const create = (columns: string, from: string): string =>
    `create or replace temp table ${table} as select row_number() over (order by id) - 1 as pos, ${columns} from ${from} order by id`;
  const where = conditionOf(plan, wanted);
  if (search === '') return { total: await duck.run(create('id', `rows where ${where}`)) };
  const hits = plan.shown.map(
    ({ cell }) => `cast(contains(lower(coalesce(${cell.text}, '')), ${quoteText(search.toLowerCase())}) as INTEGER)`,
  );
  // Counted while the rows are looked for: each cell is read once.
  const counted = `(select id, ${['0', ...hits].join(' + ')} as hits from rows where ${where})`;
  const total = await duck.run(create('id, hits', `${counted} where hits > 0`));
  const [[matches = null] = []] = await duck.rows(`select coalesce(sum(hits), 0) from ${table}`);
  return { total, matches: Number(matches) };
}

export async function viewedIds({ duck }: Open, table: string, offset: number, limit: number): Promise<readonly number[]> {
  const found = await duck.rows(`select id from ${table} where pos >= ${offset} and pos < ${offset + limit} order by pos`);
  return found.map(([id]) => Number(id));
}

/** In the order of the ids that were asked for; those that are not there are left out. */
export async function rowsOf({ duck, plan }: Open, ids: readonly number[]): Promise<readonly ShownRow[]> {
  if (ids.length === 0) return [];
  const where = `id in (${ids.join(', ')})`;
  // What the engine finds their place by: of a list it would read more columns than it shows.
  const range = `id between ${Math.min(...ids)} and ${Math.max(...ids)}`;
  const columns = plan.shown.flatMap((part) => [`coalesce(${part.cell.text}, '')`, `coalesce(${part.raw}, '')`, fixedSql(part)]);
  const found = await duck.rows(
    `select ${['id', 'line', 'state', ...columns].join(', ')} from rows where ${range} and ${where} and state <> ${states.gone}`,
  );
  const said = await duck.rows(
    `select s.id, d.col, d.level, d.message, ${namedSql(plan)} from said s join verdict d on d.v = s.v join rows r on r.id = s.id where s.${where} and r.${range} order by s.v`,
  );
  const edited = await duck.rows(
    `select id, col, coalesce(raw, '') from raws where ${where} and coalesce(raw, '') <> coalesce(now, '')`,
  );
  const own = await duck.rows(`select id, col, o from options where ${where}`);
  const options = new Map(own.map(([id, col, o]) => [`${id} ${col}`, JSON.parse(o ?? '[]') as readonly SelectOption[]])); // as hooks gave them
  const messages = new Map<string, Said[]>();
  for (const [id, col, level, message, named = null] of said) {
    const key = `${id} ${col}`;
    // The levels are those of rules.
    const group = message ?? '';
    // The words are those of the field's options.
    const isNamed = named !== null && !options.has(key);
    const one = { level: level as Said['level'], message: isNamed ? named : group, ...(isNamed && { group }) };
    const known = messages.get(key) ?? [];
    if (!known.some((other) => other.message === one.message)) messages.set(key, [...known, one]);
  }
  const raws = new Map(edited.map(([id, col, raw]) => [`${id} ${col}`, raw ?? '']));
  const shown = new Map(found.map((row) => [Number(row[0]), shownRow(plan, row, { messages, raws, options })]));
  return ids.flatMap((id) => shown.get(id) ?? []);
}

/** `true` where what the text means was found by a guess. */
function fixedSql({ fed, text, result }: Part): string {
  const guessed = fed.field.means && guessSql(fed.field.means, text);
  return guessed === undefined ? 'null' : `cast(${result} is not null and ${guessed} as VARCHAR)`;
}

interface Around {
  /** By row and column. */
  readonly messages: ReadonlyMap<string, readonly Said[]>;
  readonly raws: ReadonlyMap<string, string>;
  readonly options: ReadonlyMap<string, readonly SelectOption[]>;
}

function shownRow({ shown, layout }: Plan, row: readonly (string | null)[], { messages, raws, options }: Around): ShownRow {
  const [id = null, line = null, state = null, ...texts] = row;
  const cells = shown.map(({ column }, at): ShownCell => {
    const key = `${id} ${column}`;
    const [text, own, fixed] = texts.slice(3 * at, 3 * at + 3);
    const v = text ?? '';
    const edited = raws.get(key);
    const raw = edited ?? own ?? '';
    const m = messages.get(key);
    const o = options.get(key);
    const f = fixed === 'true' && raw !== v && edited === undefined && o === undefined;
    return {
      v,
      ...(raw !== v && { raw }),
      ...(f && { f }),
      ...(edited !== undefined && { e: true }),
      ...(m && { m }),
      ...(o && { o }),
    };
  });
  return {
    id: Number(id),
    n: line === null ? null : Number(line),
    ...(Number(state) === states.removed && { removed: true }),
    ...(Number(id) >= layout.rows && { added: true }),
    cells,
  };
}

export interface Seeking {
  /** The position where one stands; -1 = before the first. */
  readonly from: number;
  /** The column where one stands in that row; absent = behind all of the row (or, going back, before all of it). */
  readonly at?: string | undefined;
  /** Only this column. */
  readonly column?: string | undefined;
  readonly direction: 'next' | 'previous';
  readonly level: 'error' | 'warning';
}

export interface Problem {
  readonly position: number;
  readonly column: string;
  /** Which one of all it is, from 1. */
  readonly at: number;
  readonly of: number;
}

/** Cells in reading order: by row, then by column as they are shown. */
export async function seekProblem({ duck, plan }: Open, table: string, seeking: Seeking): Promise<Problem | undefined> {
  const { from, at, column, direction, level } = seeking;
  const order = `(case d.col ${plan.shown.map((part, place) => `when ${part.column} then ${place}`).join(' ')} else 0 end)`;
  const wide = plan.shown.length + 1;
  const columns = (column === undefined ? plan.shown : [requireShown(plan, column)]).map((part) => part.column);
  const only = columns.length === 0 ? ' and false' : ` and d.col in (${columns.join(', ')})`;
  await duck.run(
    `create or replace temp table problems as select distinct v.pos * ${wide} + ${order} as place from ${table} v
     join said s on s.id = v.id join verdict d on d.v = s.v where d.level = ${quoteText(level)}${only}`,
  );
  const next = direction === 'next';
  const inside = at === undefined ? (next ? wide - 1 : 0) : plan.shown.indexOf(requireShown(plan, at));
  const here = from * wide + inside;
  const [[place = null, before = null, of = null] = []] = await duck.rows(
    `select p.place, (select count(*) from problems where place <= p.place), (select count(*) from problems)
     from (select ${next ? 'min' : 'max'}(place) as place from problems where place ${next ? '>' : '<'} ${here}) p where p.place is not null`,
  );
  if (place === null) return undefined;
  const part = plan.shown[Number(place) % wide];
  if (!part) throw new HeadgateError('internal.unexpected', 'looking for a problem: its column is not there');
  const id = columnName(part.column).replaceAll('"', '');
  return { position: Math.floor(Number(place) / wide), column: id, at: Number(before), of: Number(of) };
}
