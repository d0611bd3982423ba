/** Which hooks run over the rows, and after which. */
import { availableParallelism } from 'node:os';
import type { Cell, Change, Identity, Rows } from './cells.ts';
import { Crossing } from './crossing.ts';
import { HookError } from './failure.ts';
import { allHooks, batchRowHooks, bulkRowHooks, columnHooks, rowDeleteHooks, rowHooks, type Hook, type Hooks } from './hooks.ts';
import type { Sandbox } from './sandbox.ts';

type Mode = 'init' | 'update';

/** Throws `hook.invalid` for the first hook whose source does not evaluate to a function. */
export async function checkHooks(sandbox: Sandbox, hooks: Hooks): Promise<void> {
  for (const hook of allHooks(hooks)) await sandbox.check(hook);
}

/** After matching, before the texts are understood. Throws `HookError`s. */
export async function runColumnHooks(sandbox: Sandbox, hooks: Hooks, rows: Rows): Promise<void> {
  for (const hook of columnHooks(hooks)) {
    await runColumnHook(sandbox, hook, rows);
    await rows.settle?.();
  }
}

/** Then batch row, bulk row and row hooks, each seeing what those before it have left. `batch`: rows of a batch row hook. Throws `HookError`s. */
export async function runRecordHooks(
  sandbox: Sandbox,
  hooks: Hooks,
  rows: Rows,
  batch = sandbox.limits.batchRows,
): Promise<void> {
  for (const hook of batchRowHooks(hooks)) {
    const crossing = new Crossing(sandbox, hook, rows);
    let number = 0;
    for (const slice of slices(rows.count, batch))
      await rows.write(await crossing.run({ entry: 'runMany', ...slice, argument: (number += 1) }));
    await rows.settle?.();
  }
  await runBulkRowHooks(sandbox, hooks, rows, 'init');
  await runRowHooks(sandbox, hooks, rows, 'init');
}

/** After a change in review: `rows` are those that were changed, and no others. Throws `HookError`s. */
export async function runUpdateHooks(sandbox: Sandbox, hooks: Hooks, rows: Rows): Promise<void> {
  await runBulkRowHooks(sandbox, hooks, rows, 'update');
  await runRowHooks(sandbox, hooks, rows, 'update');
}

/** `rows` are those that were deleted. Throws `HookError`s. */
export async function runDeleteHooks(sandbox: Sandbox, hooks: Hooks, rows: Rows): Promise<void> {
  for (const hook of rowDeleteHooks(hooks)) {
    const crossing = new Crossing(sandbox, hook, rows);
    for (const slice of slices(rows.count, sandbox.limits.batchRows))
      await crossing.run({ entry: 'runRows', ...slice, argument: null });
  }
}

async function runColumnHook(sandbox: Sandbox, hook: Hook, rows: Rows): Promise<void> {
  const field = hook.field ?? '';
  if (!rows.fields.includes(field)) return;
  const { columnRows } = sandbox.limits;
  const sides = sidesOf(sandbox, rows.count > columnRows);
  for (const side of sides) side.wake();
  const crossings = sides.map((side) => new Crossing(side, hook, rows));
  const write = writerOf(rows);
  await sideBySide(crossings, ahead(rows, field, columnRows), async (crossing, { ids, cells }) => {
    if (!rows.manyToOne.has(field)) await write(await crossing.runColumn(field, cells, ids));
    else for (const [part, column] of partsOf(cells).entries()) await write(await crossing.runColumn(field, column, ids, part));
  });
}

interface Slice {
  readonly ids: readonly Identity[];
  readonly cells: readonly Cell[];
}

/** Slices of a column. While one is worked on, the next is read. */
async function* ahead(rows: Rows, field: string, size: number): AsyncGenerator<Slice> {
  const read = async ({ from, to }: { readonly from: number; readonly to: number }): Promise<Slice> => ({
    ids: await rows.identities(from, to),
    cells: await rows.cells(field, from, to),
  });
  let next: Promise<Slice> | undefined;
  for (const slice of slices(rows.count, size)) {
    const before = next;
    next = read(slice);
    // Where the one before fails, nobody waits for this one.
    next.catch(() => undefined);
    if (before) yield await before;
  }
  if (next) yield await next;
}

/** The columns that a field with several is made of. */
function partsOf(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const parts = (cell: Cell) => (cell !== null && typeof cell === 'object' ? (cell.manyToOne ?? []) : []);
  const width = cells.reduce<number>((most, cell) => Math.max(most, parts(cell).length), 0);
  return Array.from({ length: width }, (_, part) => cells.map((cell) => parts(cell)[part] ?? null));
}

async function runBulkRowHooks(sandbox: Sandbox, hooks: Hooks, rows: Rows, mode: Mode): Promise<void> {
  const { bulkRows } = sandbox.limits;
  for (const hook of bulkRowHooks(hooks)) {
    if (rows.count > bulkRows)
      throw new HookError('hook.rows', hook, `it would be given ${rows.count} rows at once, and ${bulkRows} are allowed`);
    if (rows.count === 0) continue;
    const crossing = new Crossing(sandbox, hook, rows);
    await rows.write(await crossing.run({ entry: 'runMany', from: 0, to: rows.count, argument: mode }));
    await rows.settle?.();
  }
}

/** Rows do not know of each other, so a batch goes through all hooks before the next batch begins. */
async function runRowHooks(sandbox: Sandbox, hooks: Hooks, rows: Rows, mode: Mode): Promise<void> {
  const own = rowHooks(hooks);
  if (own.length === 0) return;
  const { batchRows } = sandbox.limits;
  const sides = sidesOf(sandbox, rows.count > manyBatches * batchRows);
  const crossings = sides.map((side) => own.map((hook) => new Crossing(side, hook, rows)));
  const write = writerOf(rows);
  await sideBySide(crossings, slices(rows.count, batchRows), async (all, slice) => {
    for (const crossing of all) await write(await crossing.run({ entry: 'runRows', ...slice, argument: mode }));
  });
  await rows.settle?.();
}

/** For fewer, a second process is not worth its start. */
const manyBatches = 8;

const sidesOf = (sandbox: Sandbox, isMuch: boolean): readonly Sandbox[] =>
  isMuch && availableParallelism() > 1 ? [sandbox, sandbox.twin] : [sandbox];

/** What comes from both sides is written one after the other. */
function writerOf(rows: Rows): (changes: readonly Change[]) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return async (changes) => {
    const turn = last.then(async () => await rows.write(changes));
    last = turn.catch(() => undefined);
    await turn;
  };
}

/** One piece of work on each side at a time. What fails first in their order is what has failed. */
async function sideBySide<Side, Work>(
  sides: readonly Side[],
  works: Iterable<Work> | AsyncIterable<Work>,
  run: (side: Side, work: Work) => Promise<void>,
): Promise<void> {
  const begun: Promise<void>[] = [];
  let at = 0;
  for await (const work of works) {
    const side = sides[at++ % sides.length];
    if (side === undefined) return;
    const running = run(side, work);
    // Asked for later, where one before it has not failed.
    running.catch(() => undefined);
    begun.push(running);
    if (begun.length === sides.length) await begun.shift();
  }
  for (const running of begun) await running;
}

function* slices(count: number, size: number): Generator<{ readonly from: number; readonly to: number }> {
  for (let from = 0; from < count; from += size) yield { from, to: Math.min(count, from + size) };
}
