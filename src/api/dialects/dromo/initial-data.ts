/** Rows that come with the request, as the text of a csv file with the keys of the fields as its names. Pure. */
import { own } from '../../../domain/own.ts';
import { InvalidInput } from '../../../operations/operation.ts';
import type { Field } from '../../../domain/fields/forms.ts';

type Cell = string | number | boolean | null | undefined;

export interface Given {
  /** Objects by key, or arrays in the order of the fields. */
  readonly rows: readonly unknown[];
  /** What they are called where they came from. */
  readonly place: readonly string[];
}

/** Throws InvalidInput. */
export function dataAsCsv({ rows, place: path }: Given, fields: readonly Field[], unmapped: boolean): string {
  const fail = (message: string): never => {
    throw new InvalidInput('headless.imports.create', [{ path, message }]);
  };
  const arrays = rows.filter((row) => Array.isArray(row)).length;
  if (arrays > 0 && arrays < rows.length) fail('rows are either objects or arrays');
  const keys = keysOf(rows, fields, unmapped);
  const lines = rows.map((row, at) => {
    if (row === null || typeof row !== 'object') return fail(`row ${at}: neither an object nor an array`);
    const cells: readonly unknown[] = Array.isArray(row)
      ? row
      : keys.map((key) => own(row as Readonly<Record<string, unknown>>, key));
    return keys
      .map((_, place) => cellText(cells[place], () => fail(`row ${at}: a value is no text, number or boolean`)))
      .join(',');
  });
  return `${[keys.map(quoted).join(','), ...lines].join('\n')}\n`;
}

/** Of the columns: fields that some row names, in their order, then what else is wanted. */
function keysOf(rows: readonly unknown[], fields: readonly Field[], unmapped: boolean): readonly string[] {
  const all = fields.map(({ key }) => key);
  const named = new Set<string>();
  let longest = 0;
  for (const row of rows) {
    if (Array.isArray(row)) longest = Math.max(longest, row.length);
    else for (const key of Object.keys(Object(row) as object)) named.add(key);
  }
  const known = longest > 0 ? all.slice(0, longest) : all.filter((key) => named.has(key));
  // Where no field is named, the columns that there are show whoever reviews it what the rows have instead.
  const others = unmapped || known.length === 0 ? [...named].filter((key) => !all.includes(key)) : [];
  return known.length + others.length === 0 ? all : [...known, ...others];
}

function cellText(value: unknown, fail: () => never): string {
  if (value !== null && typeof value === 'object') return fail();
  const cell = value as Cell; // all that is left of JSON
  return cell === null || cell === undefined ? '' : quoted(String(cell));
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
