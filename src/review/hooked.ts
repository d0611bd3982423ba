/** After a change, hooks see the rows that were changed, and change them in turn. What they have done stands in the log beside the edit. */
import type { Info, SelectOption } from '../hooks/cells.ts';
import { runDeleteHooks, runUpdateHooks } from '../hooks/order.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Duck } from '../sdk/index.ts';
import { Changed, latestSql, type ChangeKind } from '../shape/assess/changed.ts';
import { Sheet } from '../shape/assess/sheet.ts';
import type { Hooking } from '../shape/assess/work.ts';
import { noteVerdicts } from './build.ts';
import { states } from './changes.ts';
import type { Hooked } from './edit.ts';
import { judgeAgain, rememberKeys, rowsIn, sayNotes, understood, type Recount } from './judge.ts';
import { columnId, type Plan } from './plan.ts';

interface Open {
  readonly duck: Duck;
  readonly plan: Plan;
  readonly scratch: string;
}

/** Of the rows in the table `now`: those that are there, then those that were removed. Throws `HookError`s. */
export async function askHooks(open: Open, { sandbox, hooks }: Hooking): Promise<Hooked> {
  const { duck, plan, scratch } = open;
  const where = await rowsIn(duck, 'now');
  const changed = await Changed.open(duck, `${scratch}.hooked`);
  const sheetOf = async (state: number): Promise<Sheet> => {
    await duck.run(
      `create or replace temp table cells as select row_number() over (order by id) - 1 as i, ${rowNumber} as n, * from rows where ${where} and state = ${state}`,
    );
    // Ids have no gaps, and few rows are not there: those in front of a row are soon counted.
    const away = `select id, row_number() over (order by id) as c from rows where state <> ${states.live} and not (${where} and state = ${state})`;
    await duck.run(
      `create or replace temp table texts as select t.i, t.n, t.id, t.id - coalesce(a.c, 0) as place from cells t asof left join (${away}) a on t.id > a.id`,
    );
    await remind(changed);
    const [[count = '0'] = []] = await duck.rows('select count(*) from cells');
    const of = { duck, ...plan.every, changed, ids: await addedIds(open), index: 'place' as const, count: Number(count) };
    const settle = async (): Promise<void> => await understand(open, changed);
    return new Sheet({ ...of, from: 'cells', ready: () => Promise.resolve(), settle });
  };
  await runDeleteHooks(sandbox, hooks, await sheetOf(states.removed));
  await runUpdateHooks(sandbox, hooks, await sheetOf(states.live));
  await changed.flush();
  return await hookedOf(open, changed);
}

/** What hooks call a row by, as before the review: the line of the file, or a number below 0. Of the table `rows`. */
export const rowNumber = 'coalesce(line - 1, -1 - id)';

/** What hooks call the rows of `texts` that are not in the file. */
export async function addedIds({ duck, plan }: Pick<Open, 'duck' | 'plan'>): Promise<ReadonlyMap<number, string>> {
  const { rowIds } = plan.layout;
  const added = await duck.rows('select n from texts where n < 0');
  return new Map(added.map(([n]) => [Number(n), rowIds[-1 - Number(n)] ?? `added-${-1 - Number(n)}`]));
}

/** Later hooks see what earlier ones have left. */
async function understand({ duck, plan }: Open, changed: Changed): Promise<void> {
  await changed.flush();
  const parts = plan.every.parts.filter(({ column }) => changed.has('value', column));
  const statements = parts.map(
    ({ raw, column }) => `update cells set ${raw} = h.x from (${latestSql('value', column)}) h where cells.n = h.n`,
  );
  if (parts.length > 0) await duck.run([...statements, ...understood('cells', parts, 'id >= 0')].join('; '));
}

/** What hooks have said before of the rows in `texts`. */
export async function remind(changed: Changed): Promise<void> {
  const said = `select id, col, cast(to_json(list({'message': message, 'level': level})) as VARCHAR) as x from notes group by all`;
  await changed.take('note', `select t.n, s.col as c, s.x from (${said}) s join texts t on t.id = s.id`);
  await changed.take('options', 'select t.n, o.col as c, o.o as x from options o join texts t on t.id = o.id');
}

/** What they say now; of what is asleep only where they have written it, or said something of it. */
export async function hookedOf({ duck, plan }: Pick<Open, 'duck' | 'plan'>, changed: Changed): Promise<Hooked> {
  const found: Hooked = { cells: [], notes: [], options: [] };
  const { asleep } = plan.layout;
  for (const part of plan.every.parts) {
    if (asleep.includes(part.column) && !changed.written.has(part.column)) continue;
    const column = columnId(part.column);
    const latest = async (kind: ChangeKind): Promise<readonly { readonly row: number; readonly text: string }[]> => {
      if (!changed.has(kind, part.column)) return [];
      const rows = await duck.rows(
        `select t.id, h.x from (${latestSql(kind, part.column, 0)}) h join texts t on t.n = h.n where t.id is not null order by t.id`,
      );
      return rows.map(([row, text]) => ({ row: Number(row), text: text ?? '' }));
    };
    for (const { row, text } of await latest('value')) found.cells.push({ row, column, text });
    for (const { row, text } of await latest('note')) {
      const said = JSON.parse(text) as readonly Info[]; // as the sheet wrote it
      found.notes.push({ row, column, messages: said.map(({ message, level }) => ({ message, level })) });
    }
    for (const { row, text } of await latest('options')) {
      const given = JSON.parse(text) as readonly SelectOption[]; // as the sheet wrote it
      found.options.push({
        row,
        column,
        options: given.map(({ label, value, alternateMatches: more }) => ({
          label,
          value,
          ...(more && { alternateMatches: [...more] }),
        })),
      });
    }
  }
  return found;
}

const placeOf = ({ parts }: Plan, id: string): number => parts.find(({ column }) => columnId(column) === id)?.column ?? -1;

/** Puts messages in the place of those that hooks said of these cells before. `told`: they are those of the end. */
export async function keepNotes({ duck, plan }: Open, { notes }: Hooked, told: boolean): Promise<void> {
  if (notes.length === 0) return;
  const cells = notes.map(({ row, column }) => `(${row}, ${placeOf(plan, column)})`);
  const said = notes.flatMap(({ row, column, messages }) =>
    messages.map(
      ({ message, level }) => `(${row}, ${placeOf(plan, column)}, ${quoteText(level)}, ${quoteText(message)}, ${told})`,
    ),
  );
  await duck.run(
    [
      'create or replace temp table noted (id BIGINT, col INTEGER)',
      `insert into noted values ${cells.join(', ')}`,
      'delete from notes using noted where notes.id = noted.id and notes.col = noted.col',
      ...(said.length > 0 ? [`insert into notes values ${said.join(', ')}`, noteVerdicts('')] : []),
    ].join('; '),
  );
  await sayNotes(duck, await rowsIn(duck, 'noted'));
}

/** Puts options in the place of those that these cells had; what their texts mean is asked again. Undefined = there are none. */
export async function keepOptions(open: Open, { options }: Hooked): Promise<Recount | undefined> {
  if (options.length === 0) return undefined;
  const { duck, plan } = open;
  const given = options.map(
    ({ row, column, options: some }) => `(${row}, ${placeOf(plan, column)}, ${quoteText(JSON.stringify(some))})`,
  );
  await duck.run(
    [
      'create or replace temp table given (id BIGINT, col INTEGER, o VARCHAR)',
      `insert into given values ${given.join(', ')}`,
      'delete from options using given where options.id = given.id and options.col = given.col',
      'insert into options select * from given',
    ].join('; '),
  );
  const touched = {
    where: await rowsIn(duck, 'given'),
    columns: new Set(options.map(({ column }) => placeOf(plan, column))),
  };
  await rememberKeys(open, touched);
  return await judgeAgain(open, touched);
}
