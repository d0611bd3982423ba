/** Hooks of a step, and what they ask of the import. */
import type { FieldPlace } from '../../domain/fields/places.ts';
import { HeadgateError } from '../../domain/error.ts';
import type { Json } from '../../domain/json.ts';
import type { Info } from '../../hooks/cells.ts';
import type { Instructed } from '../../hooks/changes.ts';
import { infoForm } from '../../hooks/changes.ts';
import { HookError } from '../../hooks/failure.ts';
import type { Hook, StepType } from '../../hooks/hooks.ts';
import { runStepHooks } from '../../hooks/steps.ts';
import { z } from 'zod';
import { columnsOf, placesOf, withField, withoutField, withOwnColumns } from './layout.ts';
import { addColumns, addRows, removeRows, type NewRow } from './rows.ts';
import type { Work } from './work.ts';

/** True where one of them asked for something. */
export async function runSteps(work: Work, step: StepType, data: () => Promise<Json>): Promise<boolean> {
  const { hooking } = work;
  if (!hooking) return false;
  let asked = false;
  await runStepHooks(hooking.sandbox, hooking.hooks, step, data, async (calls, hook) => {
    asked ||= calls.length > 0;
    await applyCalls(work, calls, hook);
  });
  return asked;
}

export async function applyCalls(work: Work, calls: Instructed['calls'], hook: Hook): Promise<void> {
  for (const call of calls) {
    const { method, arguments: given } = call;
    if (!work.changed && ofRows.has(method)) {
      work.later.push({ call, hook });
      continue;
    }
    const problem = await applyCall(work, method, given).catch((error: unknown) => {
      if (error instanceof HeadgateError && error.code === 'usage.schema') return error.message;
      throw error;
    });
    if (problem !== undefined) throw new HookError('hook.failed', hook, `${method}: ${problem}`);
  }
}

const ofRows = new Set(['addRows', 'removeRows', 'updateInfoMessages']);

/** Once there are rows: what was asked of them before. */
export async function applyLater(work: Work): Promise<void> {
  for (const { call, hook } of work.later.splice(0)) await applyCalls(work, [call], hook);
}

const index = z.int().min(0);
const cell = z.union([
  z.object({ value: z.json().optional(), manyToOne: z.array(z.object({ value: z.json().optional() })).optional() }),
  z.json(),
]);
const rows = z.array(z.object({ index: index.nullish(), row: z.record(z.string(), cell).default({}) }));
const messages = z.array(
  z.object({ rowIndex: index, fieldKey: z.string(), manyToOneIndex: index.nullish(), messages: z.array(infoForm) }),
);
const anchor = z.object({ before: z.string().optional(), after: z.string().optional() }).nullish();

/** A text says why it cannot be done. */
async function applyCall(
  work: Work,
  method: string,
  [first = null, second = null]: readonly Json[],
): Promise<string | undefined> {
  switch (method) {
    case 'addField': {
      const layout = withField(work.layout, first, anchor.safeParse(second).data ?? {});
      if (typeof layout === 'string') return layout;
      work.layout = layout;
      if (work.changed) work.layout = await addColumns(work, withOwnColumns(layout));
      return undefined;
    }
    case 'removeField': {
      if (typeof first !== 'string') return 'the key of a field is needed';
      const layout = withoutField(work.layout, first);
      if (typeof layout === 'string') return layout;
      await work.changed?.forget(columnsOf(work.layout, first));
      work.layout = layout;
      return undefined;
    }
    case 'updateInfoMessages':
      return await tell(work, first);
    case 'addRows': {
      const given = rows.safeParse(first).data;
      if (!given) return 'rows are objects with a row';
      await addRows(work, given as readonly NewRow[], z.array(z.string()).parse(second)); // as the form says
      return undefined;
    }
    case 'removeRows': {
      const ids = z.array(z.string()).safeParse(first).data;
      if (!ids) return 'ids of rows are needed';
      await removeRows(work, ids);
      return undefined;
    }
    default:
      return keep(work, method, first, second);
  }
}

function keep(work: Work, method: string, first: Json, second: Json): string | undefined {
  if (method === 'setHeaderRowOverride') {
    const row = index.nullable().safeParse(first);
    if (!row.success) return 'the number of a row is needed';
    work.header = row.data;
  } else if (method === 'setConfirmationMessage') work.told['confirmation'] = { text: first, buttons: second };
  else if (method === 'setUser') work.told['user'] = first;
  else if (method === 'setDevelopmentMode') {
    if (typeof first !== 'boolean') return 'true or false is needed';
    work.told['developmentMode'] = first;
  } else return 'there is no such method';
  return undefined;
}

async function tell({ layout, changed }: Work, given: Json): Promise<string | undefined> {
  const read = messages.safeParse(given);
  if (!read.success || !changed) return 'a list of rowIndex, fieldKey and messages is needed';
  for (const { rowIndex, fieldKey, manyToOneIndex, messages: infos } of read.data) {
    const column = columnsOf(layout, fieldKey)[manyToOneIndex ?? 0];
    if (column === undefined) return `there is no field ${fieldKey}`;
    await changed.add(rowIndex, column, 'note', JSON.stringify(infos satisfies readonly Info[]));
  }
  await changed.flush();
  return undefined;
}

/** Of the steps behind the first. Plain JSON. */
export type StepData = {
  readonly headerMapping: Readonly<Record<string, string>>;
  readonly fields: Readonly<Record<string, FieldPlace>>;
};

export function stepData({ grid: { headers }, layout }: Work): StepData {
  const pairs = Object.entries(layout.columns).flatMap(([key, all]) =>
    all.flatMap((column) => (column < headers.length ? [[headers[column] ?? '', key] as const] : [])),
  );
  return { headerMapping: Object.fromEntries(pairs), fields: placesOf(headers, layout) };
}
