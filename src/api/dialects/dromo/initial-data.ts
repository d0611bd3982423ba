/** Rows that come with the request, as the text of a csv file with the keys of the fields as its names. Pure. */
import { InvalidInput } from '../../../operations/operation.ts';
import type { Field } from '../../../domain/fields/forms.ts';

type Cell = string | number | boolean | null | undefined;

/** `rows` = objects by key, or arrays in the order of the fields. Throws InvalidInput. */
export function dataAsCsv(rows: readonly unknown[], fields: readonly Field[], unmapped: boolean): string {
  const fail = (message: string): never => {
    throw new InvalidInput('headless.imports.create', [{ path: ['initial_data'], message }]);
  };
  const arrays = rows.filter((row) => Array.isArray(row)).length;
  if (arrays > 0 && arrays < rows.length) fail('rows are either objects or arrays');
  const known = fields.map(({ key }) => key);
  const others = unmapped && arrays === 0 ? [...new Set(rows.flatMap((row) => Object.keys(Object(row) as object)))] : [];
  const keys = [...known, ...others.filter((key) => !known.includes(key))];
  const lines = rows.map((row, at) => {
    if (row === null || typeof row !== 'object') return fail(`row ${at}: neither an object nor an array`);
    const cells: readonly unknown[] = Array.isArray(row) ? row : keys.map((key) => (row as Record<string, unknown>)[key]); // an object of JSON
    return keys
      .map((_, place) => cellText(cells[place], () => fail(`row ${at}: a value is no text, number or boolean`)))
      .join(',');
  });
  return `${[keys.map(quoted).join(','), ...lines].join('\n')}\n`;
}

function cellText(value: unknown, fail: () => never): string {
  if (value !== null && typeof value === 'object') return fail();
  const cell = value as Cell; // all that is left of JSON
  return cell === null || cell === undefined ? '' : quoted(String(cell));
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
