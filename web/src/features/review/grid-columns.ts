/** The columns of the table, from what the server says of fields and problems. */
import type { State } from '../../api/wire.ts';
import type { Arrangement } from './arrangement.ts';
import { widthFor, type GridColumn } from '../grid/columns.ts';

const numeric = /^(?:number|currency|integer|percent)/;

export type Widths = Readonly<Record<string, number>>;

/** Widths as the page opens: they stay while counts change. */
export function widthsOf({ columns, fields, counts }: State): Widths {
  const typeOf = (key: string) => fields.find((field) => field.key === key)?.type ?? '';
  const problems = (id: string) => counts.byColumn[id]?.error || (counts.byColumn[id]?.warning ?? 0);
  return Object.fromEntries(columns.map(({ id, field, label }) => [id, widthFor(label, typeOf(field), problems(id))]));
}

/** `places`: of the columns that are shown, in their order. `room`: pixels that columns which stay in view may take, so that others can be seen. */
export function gridColumns(
  { columns, fields, counts, settings }: State,
  places: readonly number[],
  widths: Widths,
  arrangement: Arrangement,
  room: number,
): GridColumn[] {
  let left = room;
  return places.flatMap((place) => {
    const column = columns[place];
    if (!column) return [];
    const { id, field: key, label } = column;
    const width = arrangement.widths[id] ?? widths[id] ?? 150;
    left -= width;
    const field = fields.find((one) => one.key === key);
    const found = counts.byColumn[id] ?? { error: 0, warning: 0 };
    return {
      id,
      place,
      label,
      width,
      pinned: left >= 0 && arrangement.pinned.includes(id),
      numeric: numeric.test(field?.type ?? ''),
      required: field?.required ?? false,
      readOnly: (field?.readOnly ?? false) || settings.edit === false,
      marksFixes: settings.highlightAutoFixes ?? false,
      ...(field?.delimiter !== undefined && { chips: { delimiter: field.delimiter, options: field.options ?? [] } }),
      errors: found.error,
      warnings: found.warning,
    };
  });
}
