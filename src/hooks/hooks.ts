/** Hooks as they are given: strings of JavaScript, each of which evaluates to a function. */

export interface ColumnHook {
  readonly fieldName: string;
  readonly callback: string;
}

export const stepTypes = ['UPLOAD_STEP', 'REVIEW_STEP', 'REVIEW_STEP_POST_HOOKS', 'REVIEW_STEP_PRE_SUBMIT'] as const;
export type StepType = (typeof stepTypes)[number];

export interface StepHook {
  readonly type: StepType;
  readonly callback: string;
}

export interface Hooks {
  readonly columnHooks?: readonly ColumnHook[];
  readonly batchRowHooks?: readonly string[];
  readonly bulkRowHooks?: readonly string[];
  readonly rowHooks?: readonly string[];
  readonly rowDeleteHooks?: readonly string[];
  readonly stepHooks?: readonly StepHook[];
  readonly beforeFinishCallback?: string;
}

type HookKind = 'column' | 'batch row' | 'bulk row' | 'row' | 'row delete' | 'step' | 'before-finish';

/** One hook and where it stands: what an error names. */
export interface Hook {
  readonly kind: HookKind;
  /** 0-based, among the hooks of its kind. */
  readonly index: number;
  readonly source: string;
  /** Of a column hook. */
  readonly field?: string;
  /** Of a step hook. */
  readonly step?: StepType;
}

const plain = (kind: HookKind, sources: readonly string[] = []): Hook[] =>
  sources.map((source, index) => ({ kind, index, source }));

export const columnHooks = (hooks: Hooks): readonly Hook[] =>
  (hooks.columnHooks ?? []).map(({ fieldName, callback }, index) => ({
    kind: 'column',
    index,
    source: callback,
    field: fieldName,
  }));
export const batchRowHooks = (hooks: Hooks): readonly Hook[] => plain('batch row', hooks.batchRowHooks);
export const bulkRowHooks = (hooks: Hooks): readonly Hook[] => plain('bulk row', hooks.bulkRowHooks);
export const rowHooks = (hooks: Hooks): readonly Hook[] => plain('row', hooks.rowHooks);
export const rowDeleteHooks = (hooks: Hooks): readonly Hook[] => plain('row delete', hooks.rowDeleteHooks);
export const stepHooks = (hooks: Hooks): readonly Hook[] =>
  (hooks.stepHooks ?? []).map(({ type, callback }, index) => ({ kind: 'step', index, source: callback, step: type }));
export const beforeFinish = (hooks: Hooks): readonly Hook[] =>
  plain('before-finish', hooks.beforeFinishCallback === undefined ? [] : [hooks.beforeFinishCallback]);

/** All of them, in the order in which they are asked first. */
export const allHooks = (hooks: Hooks): readonly Hook[] =>
  [stepHooks, columnHooks, batchRowHooks, bulkRowHooks, rowHooks, rowDeleteHooks, beforeFinish].flatMap((of) => of(hooks));

/** `row hook 2`, `column hook 1 (email)`: counted from 1, as people do. */
export function nameOf({ kind, index, field, step }: Hook): string {
  if (kind === 'before-finish') return 'the before-finish hook';
  const of = field ?? step;
  return `${kind} hook ${index + 1}${of === undefined ? '' : ` (${of})`}`;
}

const places: Readonly<Record<Exclude<HookKind, 'before-finish'>, keyof Hooks>> = {
  column: 'columnHooks',
  'batch row': 'batchRowHooks',
  'bulk row': 'bulkRowHooks',
  row: 'rowHooks',
  'row delete': 'rowDeleteHooks',
  step: 'stepHooks',
};

/** Where it stands among those that were given: `['columnHooks', 0, 'callback']`. */
export function pathOf({ kind, index }: Hook): readonly (string | number)[] {
  if (kind === 'before-finish') return ['beforeFinishCallback'];
  return [places[kind], index, ...(kind === 'column' || kind === 'step' ? ['callback'] : [])];
}
