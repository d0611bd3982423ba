/** Fields and hooks of a request, which must be sound. */
import { definitionOf, problemsOf, type FieldProblem } from '../../../domain/fields/definition.ts';
import type { Field } from '../../../domain/fields/forms.ts';
import type { HookSources } from '../../../domain/fields/hooks.ts';
import type { Json } from '../../../domain/json.ts';
import { unmappedKey } from '../../../domain/run.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import { optionValueProblems, patternProblems } from '../../../operations/schemas/field-options.ts';
import { hookProblems } from '../../../operations/schemas/check-hooks.ts';
import type { Settings } from './settings-shapes.ts';

/** Throws InvalidInput with the path of each mistake. */
export function requireFields(operation: string, fields: readonly Field[], settings: Settings): void {
  const own = settings.passThroughUnmappedColumns ? unmappedProblems(fields) : [];
  const problems = [...problemsOf(fields), ...optionValueProblems(fields), ...patternProblems(fields), ...own];
  if (problems.length > 0) throw new InvalidInput(operation, problems);
}

/** Of fields that have the key of what no field takes. */
const unmappedProblems = (fields: readonly Field[]): readonly FieldProblem[] =>
  fields.flatMap(({ key }, at) =>
    key === unmappedKey
      ? [{ path: ['fields', at, 'key'], message: `rows have ${key} of their own with passThroughUnmappedColumns` }]
      : [],
  );

/** Each is a function, and column hooks name fields, or such as hooks of an earlier step may add. Throws InvalidInput with the path of each that is not. */
export async function requireHooks(operation: string, hooks: HookSources, fields: readonly Field[]): Promise<void> {
  const mayAdd = (hooks.stepHooks ?? []).some(({ type }) => type === 'UPLOAD_STEP' || type === 'REVIEW_STEP');
  const unknown = (hooks.columnHooks ?? []).flatMap(({ fieldName }, at) =>
    mayAdd || fields.some(({ key }) => key === fieldName)
      ? []
      : [{ path: ['hooks', 'columnHooks', at, 'fieldName'], message: `there is no field ${JSON.stringify(fieldName)}` }],
  );
  const problems = [
    ...unknown,
    ...(await hookProblems(hooks)).map(({ path, message }) => ({ path: ['hooks', ...path], message })),
  ];
  if (problems.length > 0) throw new InvalidInput(operation, problems);
}

/** For a schema of ours: nobody fills hidden fields there. */
export const nativeDefinition = (fields: readonly Field[]): Readonly<Record<string, Json>> =>
  definitionOf(
    fields.filter(({ hidden }) => !hidden),
    'fuzzy',
  ).definition;
