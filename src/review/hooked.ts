/** After a change, hooks see the rows that were changed, and change them in turn. What they have done stands in the log beside the edit. */
import type { Info } from '../hooks/cells.ts';
import { runDeleteHooks, runUpdateHooks } from '../hooks/order.ts';
import { quoteText } from '../sdk/duck-sql.ts';
import type { Duck } from '../sdk/index.ts';
import { Changed, latestSql } from '../shape/assess/changed.ts';
import { Sheet } from '../shape/assess/sheet.ts';
import type { Hooking } from '../shape/assess/work.ts';
import { noteVerdicts } from './build.ts';
import { states } from './changes.ts';
import type { Hooked } from './edit.ts';
import { rowsIn, sayNotes, understood } from './judge.ts';
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
      `create or replace temp table cells as select row_number() over (order by id) - 1 as i, coalesce(line - 1, -1 - id) as n, * from rows where ${where} and state = ${state}`,
    );
    await duck.run('create or replace temp table texts as select i, n, id from cells');
    const [[count = '0'] = []] = await duck.rows('select count(*) from cells');
    const of = { duck, fields: plan.fields, parts: plan.parts, changed, ids: new Map<number, string>(), count: Number(count) };
    const settle = async (): Promise<void> => await understand(open, changed);
    return new Sheet({ ...of, from: 'cells', ready: () => Promise.resolve(), settle });
  };
  await runDeleteHooks(sandbox, hooks, await sheetOf(states.removed));
  await runUpdateHooks(sandbox, hooks, await sheetOf(states.live));
  await changed.flush();
  return await hookedOf(open, changed);
}

/** Later hooks see what earlier ones have left. */
async function understand({ duck, plan }: Open, changed: Changed): Promise<void> {
  await changed.flush();
  const parts = plan.parts.filter(({ column }) => changed.has('value', column));
  const statements = parts.map(
    ({ raw, column }) => `update cells set ${raw} = h.x from (${latestSql('value', column)}) h where cells.n = h.n`,
  );
  if (parts.length > 0) await duck.run([...statements, ...understood('cells', parts, 'id >= 0')].join('; '));
}

async function hookedOf({ duck, plan }: Open, changed: Changed): Promise<Hooked> {
  const cells: Hooked['cells'] = [];
  const notes: Hooked['notes'] = [];
  for (const { column } of plan.parts) {
    const latest = async (kind: 'value' | 'note'): Promise<readonly (readonly (string | null)[])[]> =>
      changed.has(kind, column)
        ? await duck.rows(`select t.id, h.x from (${latestSql(kind, column)}) h join texts t on t.n = h.n order by t.id`)
        : [];
    for (const [row, text] of await latest('value')) cells.push({ row: Number(row), column: columnId(column), text: text ?? '' });
    for (const [row, text] of await latest('note')) {
      const said = JSON.parse(text ?? '[]') as readonly Info[]; // as the sheet wrote it
      notes.push({
        row: Number(row),
        column: columnId(column),
        messages: said.map(({ message, level }) => ({ message, level })),
      });
    }
  }
  return { cells, notes };
}

/** Puts messages in the place of those that hooks said of these cells before. */
export async function keepNotes({ duck, plan }: Open, { notes }: Hooked): Promise<void> {
  if (notes.length === 0) return;
  const place = (id: string): number => plan.parts.find(({ column }) => columnId(column) === id)?.column ?? -1;
  const cells = notes.map(({ row, column }) => `(${row}, ${place(column)})`);
  const said = notes.flatMap(({ row, column, messages }) =>
    messages.map(({ message, level }) => `(${row}, ${place(column)}, ${quoteText(level)}, ${quoteText(message)})`),
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
