/** The rows of a review as an import that has just been looked at, so that the hooks of the end see and change what they would there. */
import type { Json } from '../domain/json.ts';
import type { AssessTask } from '../domain/run.ts';
import { beforeFinish, stepHooks, type Hooks } from '../hooks/hooks.ts';
import type { Duck } from '../sdk/index.ts';
import { fileColumns, type Assessed } from '../shape/assess/assess.ts';
import { columnName } from '../shape/assess/cells.ts';
import { Changed } from '../shape/assess/changed.ts';
import type { Asked, Confirmation, Confirming } from '../shape/assess/confirm.ts';
import { finish } from '../shape/assess/finish.ts';
import { judge } from '../shape/assess/judge.ts';
import { layoutOf, placesOf } from '../shape/assess/layout.ts';
import type { Hooking, Work } from '../shape/assess/work.ts';
import { states } from './changes.ts';
import type { Hooked } from './edit.ts';
import { addedIds, hookedOf, remind, rowNumber } from './hooked.ts';
import type { Plan } from './plan.ts';

/** Is anybody asked before the end? */
export const hasClosing = (hooks: Hooks): boolean =>
  beforeFinish(hooks).length > 0 || stepHooks(hooks).some(({ step }) => step === 'REVIEW_STEP_PRE_SUBMIT');

export interface Closing {
  /** A connection of its own to the file of the rows: it gets tables of its own. */
  readonly duck: Duck;
  readonly plan: Plan;
  readonly task: AssessTask;
  /** What hooks have said of the import before. */
  readonly told: Readonly<Record<string, Json>>;
  /** Where files may be made: a path whose extensions are free. */
  readonly scratch: string;
  readonly hooking: Hooking;
  readonly confirming: Confirming;
}

export interface Closed {
  readonly found: Omit<Assessed, 'rows'>;
  /** What is delivered; undefined = it does not end, and `found.blocks` says why. */
  readonly rows: string | undefined;
  /** Messages for cells that are there. */
  readonly hooked: Hooked;
  /** Somebody has to say yes first. */
  readonly held?: { readonly confirmation: Confirmation; readonly asked: Asked };
}

/** Throws `HookError`s, `rule.timeout`. */
export async function closeRows(closing: Closing): Promise<Closed> {
  const { duck, plan } = closing;
  const work = await openWork(closing);
  const { keys, blocks, counts, errors, invalidRows, rows, held } = await finish(work, await judge(work), closing.confirming);
  const about = { headers: plan.layout.headers, columns: fileColumns(work), keys, told: work.told };
  const places = placesOf(plan.layout.headers, work.layout);
  const found = { ...about, places, blocks, counts: { ...counts, dropped: plan.layout.dropped }, errors, invalidRows };
  const { changed } = work;
  const { notes } = rows === undefined && changed ? await hookedOf({ duck, plan }, changed) : { notes: [] };
  return { found, rows, hooked: { cells: [], notes, options: [] }, ...(held && { held }) };
}

async function openWork({ duck, plan, task, told, scratch, hooking }: Closing): Promise<Work> {
  const { layout, every, schema, fields } = plan;
  const columns = [...every.parts.map(({ column }) => column), ...layout.unmapped];
  const texts = columns.map((column) => `, ${columnName(column)}`).join('');
  // Hooks know rows by these numbers, in a review as before it.
  await duck.run(
    `create or replace temp table texts as select row_number() over (order by id) - 1 as i, ${rowNumber} as n, id${texts} from rows where state = ${states.live}`,
  );
  const changed = await Changed.open(duck, `${scratch}.closing`);
  await remind(changed);
  const inFile = (column: number): boolean => column < layout.headers.length;
  const filled = new Set(columns);
  return {
    duck,
    // Somebody has looked at how days are read.
    task: { ...task, unfixed: [] },
    scratch,
    hooking,
    known: filled,
    grid: {
      header: layout.header ?? 0,
      headers: layout.headers,
      empty: new Set(layout.headers.flatMap((_, at) => (filled.has(at) ? [] : [at]))),
      first: [],
      held: [],
      twofold: [],
    },
    layout: {
      ...layoutOf(task, schema),
      definition: layout.definition,
      columns: layout.columns,
      many: layout.many,
      given: layout.given,
      custom: layout.custom,
      added: fields.filter((fed) => !fed.columns.every(inFile)).map(({ field }) => field.name),
      width: Math.max(layout.headers.length, ...columns.map((column) => column + 1)),
    },
    header: layout.header,
    later: [],
    changed,
    ids: new Map(await addedIds({ duck, plan })),
    told: { ...told },
  };
}
