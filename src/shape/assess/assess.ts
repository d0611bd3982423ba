/** Rows of a grid held to fields and rules, with the hooks that change them on the way. */
import type { FieldPlace } from '../../domain/fields/places.ts';
import type { Json } from '../../domain/json.ts';
import { mostRows, type AssessTask } from '../../domain/run.ts';
import { HookError } from '../../hooks/failure.ts';
import { columnHooks } from '../../hooks/hooks.ts';
import { runColumnHooks, runRecordHooks } from '../../hooks/order.ts';
import { matchColumns, type Matching } from '../../rules/matching.ts';
import type { SchemaFile } from '../../rules/schema-file.ts';
import type { Duck, FileRef } from '../../sdk/index.ts';
import { columnBlocks, type Block, type Counts } from './blocks.ts';
import { partsOf } from './cells.ts';
import { Changed } from './changed.ts';
import { fill } from './fill.ts';
import { finish } from './finish.ts';
import { dropGrid, dropRows, emptyColumns, keepRows, openGrid, withHeader, type Grid } from './grid.ts';
import { judge, type CellError } from './judge.ts';
import { fedFields, heldColumns, layoutOf, placesOf, withCustomFields, withNeededColumns, withOwnColumns } from './layout.ts';
import { addColumns } from './rows.ts';
import { Sheet } from './sheet.ts';
import { applyLater, runSteps, stepData } from './steps.ts';
import type { Hooking, Work } from './work.ts';

export interface Assessed {
  readonly headers: readonly string[];
  /** Key of a field → its columns. */
  readonly columns: Readonly<Record<string, readonly number[]>>;
  /** The same as importers tell it. */
  readonly places: Readonly<Record<string, FieldPlace>>;
  /** The fields of the rows, in their order; empty where there are none yet. */
  readonly keys: readonly string[];
  readonly blocks: readonly Block[];
  readonly counts: Counts & { readonly dropped: number; readonly errors: number };
  /** The first ones. */
  readonly invalidRows: readonly number[];
  readonly errors: readonly CellError[];
  /** What hooks have said about the import as a whole. */
  readonly told: Readonly<Record<string, Json>>;
  /** A query of one column: each row that is delivered as a JSON object, in order; undefined where a person has to decide first. */
  readonly rows: string | undefined;
  /** As the file came; absent where hooks of the end have changed it since. */
  readonly prepared?: Prepared;
}

export interface Assessing {
  readonly file: FileRef;
  readonly schema: SchemaFile;
  readonly task: AssessTask;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
  /** Absent = there are none. */
  readonly hooking?: Hooking;
}

/** Of a file that was not looked into. */
export const nothingFound: Assessed = {
  headers: [],
  columns: {},
  places: {},
  keys: [],
  blocks: [],
  counts: { rows: 0, invalid: 0, delivered: 0, dropped: 0, errors: 0 },
  invalidRows: [],
  errors: [],
  told: {},
  rows: undefined,
};
/** Of the file's rows, for hooks that look at the beginning. */
const shownRows = 20;

/** A file whose rows are at hand, or that somebody has to say something about first. */
export interface Prepared {
  readonly work: Work;
  readonly blocks: readonly Block[];
  /** Columns as they match by themselves; absent = there is no row of names. */
  readonly matching?: Matching;
  readonly columns: Assessed['columns'];
  readonly dropped: number;
}

/** Throws `file.format`, `rule.timeout`, `HookError`s. */
export async function assess(duck: Duck, of: Assessing): Promise<Assessed> {
  const prepared = await prepare(duck, of);
  const { work, blocks, columns, dropped } = prepared;
  const about = { ...nothingFound, headers: work.grid.headers, told: work.told };
  if (blocks.length > 0) return { ...about, columns, blocks, prepared };
  const first = await judge(work);
  const judged = await finish(work, first);
  return {
    ...about,
    ...judged,
    columns: fileColumns(work),
    places: placesOf(work.grid.headers, work.layout),
    counts: { ...judged.counts, dropped },
    ...(judged === first && { prepared }),
  };
}

interface Preparing extends Assessing {
  /** The row of names as a person has said: whatever hooks say of it. */
  readonly header?: number | undefined;
  /** What a person has said of the columns: fields that are needed and have none get an empty one then. */
  readonly chosen?: Matching | undefined;
  /** The columns that become fields of their own, as a person has said. */
  readonly custom?: readonly number[] | undefined;
}

/** Up to the table `texts`, as hooks have left it. */
export async function prepare(duck: Duck, of: Preparing): Promise<Prepared> {
  const work = await open(duck, of);
  const { layout, grid, task } = work;
  if (grid.header === undefined) {
    const message = 'It is not clear which row has the names of the columns';
    return { work, blocks: [{ code: 'HEADER_ROW_UNKNOWN', message }], columns: {}, dropped: 0 };
  }
  const matching = matchFields(grid, layout.schema, task, layout.hidden);
  const { matches } = of.chosen ?? matching;
  const columns = Object.fromEntries(
    layout.schema.fields.map(({ name }) => [name, matches.flatMap(({ key, column }) => (key === name ? [column] : []))]),
  );
  const blocks = columnBlocks(layout.schema, of.chosen ?? matching, layout.needed);
  const free = grid.headers.flatMap((header, at) => (header === '' || matches.some(({ column }) => column === at) ? [] : [at]));
  const own = of.custom ?? (task.custom ? free : []);
  const isFilledIn = of.chosen !== undefined && matches.length + own.length > 0;
  if (blocks.length > 0 && !isFilledIn) return { work, blocks, matching, columns, dropped: 0 };
  work.layout = withCustomFields({ ...layout, columns, width: grid.headers.length }, grid.headers, own);
  const dropped = await keepRows(duck, grid, mostRows(task, work.told), heldColumns(work.layout));
  work.grid = { ...grid, empty: await emptyColumns(duck, grid) };
  await dropGrid(duck);
  if (isFilledIn) work.layout = await addColumns(work, withNeededColumns(work.layout));
  const late = of.hooking ? await hookRows(work, of.hooking) : 0;
  return { work, blocks: [], matching, columns, dropped: dropped + late };
}

async function open(duck: Duck, { file, schema, task, scratch, hooking, header: chosen }: Preparing): Promise<Work> {
  const header = chosen ?? task.header;
  const layout = layoutOf(task, schema);
  const grid = await openGrid(duck, file, namesOf(schema, layout.hidden), header);
  const work: Work = {
    duck,
    task,
    scratch,
    layout,
    grid,
    header,
    later: [],
    ids: new Map(),
    told: {},
    ...(hooking && { hooking }),
  };
  const { filename = null, id = null, session: sessionId = id } = task.about;
  const dataPreview = grid.first.slice(0, shownRows).map((row) => row.map((cell) => cell ?? ''));
  const asked = await runSteps(work, 'UPLOAD_STEP', () => Promise.resolve({ filename, dataPreview, sessionId }));
  if (chosen !== undefined) work.header = chosen;
  if (asked) work.grid = await withHeader(duck, grid, namesOf(work.layout.schema, work.layout.hidden), work.header);
  return work;
}

const namesOf = ({ fields }: SchemaFile, hidden: readonly string[]): readonly string[] =>
  fields.flatMap(({ name, from }) => (hidden.includes(name) ? [] : [name, ...from]));

function matchFields(
  { headers }: Grid,
  { fields, match }: SchemaFile,
  { many, remembered }: AssessTask,
  hidden: readonly string[],
): Matching {
  const matchable = fields
    .filter(({ name }) => !hidden.includes(name))
    .map(({ name, from }) => ({ key: name, names: [name, ...from], many: many.includes(name) }));
  return matchColumns(headers, matchable, { remembered, normalised: match !== undefined, fuzzy: match === 'fuzzy' });
}

/** Columns of ours are no part of the file. */
export const fileColumns = ({ grid: { headers }, layout: { columns } }: Pick<Work, 'grid' | 'layout'>): Assessed['columns'] =>
  Object.fromEntries(Object.entries(columns).map(([key, all]) => [key, all.filter((column) => column < headers.length)]));

/** A field that was taken away has been there. Throws `hook.failed` for a column hook of one that never came. */
function requireColumnHooks({ layout, task }: Work, hooks: Hooking['hooks']): void {
  const known = [...layoutOf(task).schema.fields, ...layout.schema.fields].map(({ name }) => name);
  for (const hook of columnHooks(hooks))
    if (!known.includes(hook.field ?? '')) throw new HookError('hook.failed', hook, `there is no field ${hook.field ?? ''}`);
}

/** Resolves to how many rows were dropped: a step may say that all this is only a trial. */
async function hookRows(work: Work, { sandbox, hooks }: Hooking): Promise<number> {
  const { duck, scratch, ids, task } = work;
  const changed = await Changed.open(duck, `${scratch}.hooked`);
  work.changed = changed;
  work.layout = await addColumns(work, withOwnColumns(work.layout));
  await applyLater(work);
  await runSteps(work, 'REVIEW_STEP', () => Promise.resolve({ rawHeaders: work.grid.headers, ...stepData(work) }));
  requireColumnHooks(work, hooks);
  const dropped = await dropRows(duck, mostRows(task, work.told));
  const fields = fedFields(work.layout);
  const parts = partsOf(fields);
  const [[rows = '0'] = []] = await duck.rows('select count(*) from texts');
  const of = { duck, fields, parts, changed, ids, index: 'i' as const, count: Number(rows) };
  const settle = async (): Promise<void> => void (await changed.apply());
  await runColumnHooks(sandbox, hooks, new Sheet({ ...of, from: 'texts', settle, ready: () => Promise.resolve() }));
  let fresh = false;
  const sheet = new Sheet({
    ...of,
    from: 'cells',
    settle: async () => void ((await changed.apply()) && (fresh = false)),
    ready: async () => {
      if (!fresh) await fill(work, parts);
      fresh = true;
    },
  });
  await runRecordHooks(sandbox, hooks, sheet, task.batch ?? undefined);
  await changed.flush();
  await runSteps(work, 'REVIEW_STEP_POST_HOOKS', () => Promise.resolve(stepData(work)));
  await changed.flush();
  return dropped;
}
