/** What may be changed. Pure. */
import { HeadgateError } from '../domain/error.ts';
import { requireShown } from './changes.ts';
import type { Part } from '../shape/assess/cells.ts';
import type { Entry } from './edit.ts';
import type { Plan } from './plan.ts';

export interface EditLimits {
  /** Keys of fields of the import that nobody may change. */
  readonly readOnly: ReadonlySet<string>;
  readonly addRows: boolean;
  readonly removeRows: boolean;
}

/** The parts that nobody may change: fields that hooks have added say it themselves. */
export function fixedParts(
  { parts, shown, layout: { given } }: Plan,
  { readOnly }: Pick<EditLimits, 'readOnly'>,
): readonly Part[] {
  const added = new Set(given.flatMap((field) => (field.readOnly ? [field.key] : [])));
  return parts.filter((part) => readOnly.has(part.fed.field.name) || added.has(part.fed.field.name) || !shown.includes(part));
}

/** Throws `request.invalid`. */
export function requireAllowed(plan: Plan, entry: Entry, limits: EditLimits): void {
  const { addRows, removeRows } = limits;
  const refuse = (what: string): never => {
    throw new HeadgateError('request.invalid', `editing: ${what}`);
  };
  if (entry.kind === 'add' && !addRows) refuse('rows cannot be added here');
  if (entry.kind === 'delete' && !removeRows) refuse('rows cannot be removed here');
  const fixed = fixedParts(plan, limits);
  for (const column of columnsOf(entry))
    if (fixed.includes(requireShown(plan, column))) refuse('a field that can only be read would change');
}

function columnsOf(entry: Entry): readonly string[] {
  switch (entry.kind) {
    case 'cells':
      return [...new Set(entry.cells.map(({ column }) => column))];
    case 'add':
      return Object.keys(entry.cells);
    case 'fix':
      return [entry.column];
    case 'replace':
      return entry.column === undefined ? [] : [entry.column];
    default:
      return [];
  }
}
