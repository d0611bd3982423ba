/** What the page is told before anything else: how far the import is, what it is about, and what is wrong. */
import { z } from 'zod';
import { countsShape, endingShape, openedReview, type OpenedReview } from '../../../operations/reviews/state.ts';
import { hearReasons } from '../../../operations/reviews/end.ts';
import type { EditLimits } from '../../../operations/reviews/open.ts';
import type { RouteContext } from '../../dialect.ts';
import type { StoredImport } from './imports-stored.ts';
import { behaviorOf } from './task.ts';
import type { Standing } from './status.ts';
import { reviewedOf, type Visit } from './review-access.ts';
import { fieldShape, fieldsOf, knownFields, labelOf } from './review-fields.ts';

export const columnShape = z.object({ id: z.string(), field: z.string(), part: z.number(), label: z.string() });

export const stateShape = z.object({
  status: z.enum(['processing', 'review', 'finishing', 'done', 'failed']),
  stage: z.enum(['sheet', 'header', 'match', 'values', 'rows']),
  title: z.string(),
  version: z.number(),
  reasons: z.array(z.object({ code: z.string(), message: z.string() })),
  file: z.object({ name: z.string().nullable(), sheet: z.string().nullable(), sheets: z.array(z.string()) }),
  fields: z.array(fieldShape),
  columns: z.array(columnShape),
  counts: countsShape,
  settings: z.record(z.string(), z.json()),
  undo: z.number(),
  redo: z.number(),
  people: z.number(),
  dropped: z.number().meta({ description: 'Rows of the file behind the most that the import may have: they are left out' }),
  finish: endingShape,
  confirmation: z
    .object({ text: z.string(), submit: z.string().nullable(), cancel: z.string().nullable() })
    .exactOptional()
    .meta({ description: 'Where a hook wants the end confirmed: what it says, and what is on the buttons' }),
});

export type State = z.input<typeof stateShape>;

const nothing: Omit<OpenedReview, 'fields'> = {
  stage: 'rows',
  version: 0,
  edited: 0,
  reasons: [],
  sheet: null,
  sheets: [],
  columns: [],
  counts: { rows: 0, invalid: 0, warned: 0, edited: 0, removed: 0, byColumn: {} },
  undo: 0,
  redo: 0,
  people: 0,
  dropped: 0,
  finish: { deliver: 0, drop: 0, blocked: true, message: '' },
};

/** What nobody may change here, beside fields that hooks have added as such. */
export function limitsOf({ data: { fields, settings } }: StoredImport): EditLimits {
  const { allowAddingRows = true, allowRemovingRows = true } = settings.reviewStep ?? {};
  const readOnly = new Set(fields.flatMap((field) => (field.readOnly ? [field.key] : [])));
  return { readOnly, addRows: allowAddingRows, removeRows: allowRemovingRows };
}

/** `more` = what stands in the way besides what is wrong with the rows. */
export async function showState(context: RouteContext, visit: Visit, more: State['reasons'] = []): Promise<State> {
  const { found, standing } = visit;
  const isReview = standing.status === 'NEEDS_REVIEW';
  const opened = isReview ? await openedReview(context, await reviewedOf(context, visit)) : undefined;
  const shown = opened ?? nothing;
  if (opened) {
    const known = { ...(standing.heardAt !== undefined && { version: standing.heardAt }), blocks: standing.errors };
    await hearReasons(
      context,
      { workspace: context.workspace, id: found.id, known },
      { version: opened.edited, blocks: opened.reasons },
    );
  }
  const fields = knownFields(found, opened?.fields);
  // What a hook has said against the end, until somebody has changed something.
  const asked =
    shown.edited > (standing.heardAt ?? 0) || more.length > 0
      ? []
      : standing.errors.filter(({ code }) => code === 'FINISH_CANCELLED');
  const reasons = [...more, ...asked, ...(shown.reasons.length > 0 || !isReview ? shown.reasons : notYet(visit, opened))];
  return {
    status: isFinishing(visit) ? 'finishing' : statusOf(visit, opened),
    title: found.data.settings.title || `Add ${found.data.settings.importIdentifier ?? 'rows'}`,
    stage: shown.stage,
    version: shown.version,
    reasons: (standing.status === 'FAILED' ? standing.errors : reasons).map(({ code, message }) => ({ code, message })),
    file: { name: found.data.filename, sheet: shown.sheet, sheets: [...shown.sheets] },
    fields: fieldsOf(fields, opened?.fields),
    columns: shown.columns.map(({ id, field, part }) => ({ id, field, part, label: labelOf(fields, field, part) })),
    counts: { ...shown.counts, byColumn: { ...shown.counts.byColumn } },
    settings: settingsOf(found),
    undo: shown.undo,
    redo: shown.redo,
    people: shown.people,
    dropped: shown.dropped,
    finish: shown.finish,
  };
}

/** While the rows are being made, what the run has said. */
const notYet = ({ standing }: Visit, opened: OpenedReview | undefined): Standing['errors'] => (opened ? [] : standing.errors);

/** Ended, with its rows on their way. */
const isFinishing = ({ found, standing }: Visit): boolean => standing.status === 'RUNNING' && found.data.delivery !== undefined;

function statusOf({ standing: { status } }: Visit, opened: OpenedReview | undefined): State['status'] {
  if (status === 'SUCCESSFUL') return 'done';
  if (status === 'FAILED') return 'failed';
  if (status !== 'NEEDS_REVIEW' || !opened) return 'processing';
  return 'review';
}

/** May columns become fields of their own? */
export const allowsCustom = ({ allowCustomFields, reviewStep }: StoredImport['data']['settings']): boolean =>
  allowCustomFields === true || reviewStep?.autoCreateUnmappedColumns === true;

function settingsOf(found: StoredImport): Readonly<Record<string, z.core.util.JSONType>> {
  const { settings } = found.data;
  const { addRows, removeRows } = limitsOf(found);
  const { helpText = null, processingText = null, highlightAutoFixes = false } = settings.reviewStep ?? {};
  return {
    addRows,
    deleteRows: removeRows,
    edit: true,
    customFields: allowsCustom(settings),
    customFirst: settings.matchingStep?.suggestCustomFirst === true || settings.reviewStep?.autoCreateUnmappedColumns === true,
    matchToSchema: settings.matchingStep?.matchToSchema === true,
    invalidDataBehavior: behaviorOf(settings),
    locale: settings.locale ?? 'en',
    helpText,
    processingText,
    mappableValues: settings.matchValuesStep?.maxMappableSelectValues ?? 50,
    styles: settings.styleOverrides ?? {},
    texts: { errors: settings.textOverrides?.errors ?? {}, ui: settings.textOverrides?.ui ?? {} },
    matchingHelpText: settings.matchingStep?.helpText ?? null,
    sheetHelpText: settings.uploadStep?.sheetSelectionHelpText ?? null,
    valuesHelpText: settings.matchValuesStep?.helpText ?? null,
    highlightAutoFixes,
  };
}
