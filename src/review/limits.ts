/** What may be changed. Pure. */
import { HeadgateError } from '../domain/error.ts';
import { requireShown } from './changes.ts';
import type { Entry } from './edit.ts';
import type { Plan } from './plan.ts';

export interface EditLimits {
  /** Keys of fields that nobody may change. */
  readonly readOnly: ReadonlySet<string>;
  readonly addRows: boolean;
  readonly removeRows: boolean;
}

/** Throws `request.invalid`. */
export function requireAllowed(plan: Plan, entry: Entry, { readOnly, addRows, removeRows }: EditLimits): void {
  const refuse = (what: string): never => {
    throw new HeadgateError('request.invalid', `editing: ${what}`);
  };
  if (entry.kind === 'add' && !addRows) refuse('rows cannot be added here');
  if (entry.kind === 'delete' && !removeRows) refuse('rows cannot be removed here');
  for (const column of columnsOf(entry)) {
    const { fed } = requireShown(plan, column);
    if (readOnly.has(fed.field.name)) refuse('a field that can only be read would change');
  }
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
