import { plain, type Paint } from '../terminal.ts';
import { fit, pad, visible, widthOf } from './width.ts';

export interface TableColumn {
  readonly title: string;
  readonly right?: boolean;
}

export interface TableLayout {
  readonly columns: readonly TableColumn[];
  readonly widths: readonly number[];
}

const gap = '  ';
const smallest = 6;

/** Column widths for these rows, narrowed from the widest on until the line fits. `width` absent = as wide as needed. */
export function layout(
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | null)[])[],
  width?: number,
): TableLayout {
  const widths = columns.map(({ title }, index) => {
    const cells = rows.map((row) => widthOf(cell(row[index])));
    return cells.reduce((most, next) => Math.max(most, next), widthOf(visible(title)));
  });
  if (width === undefined) return { columns, widths };
  const total = (): number => widths.reduce((sum, next) => sum + next, gap.length * (widths.length - 1));
  while (total() > width) {
    const widest = widths.indexOf(Math.max(...widths));
    const narrower = Math.max(smallest, (widths[widest] ?? 0) - (total() - width));
    const second = widths.filter((_, index) => index !== widest).reduce((most, next) => Math.max(most, next), smallest);
    const next = Math.max(narrower, Math.min(second, (widths[widest] ?? 0) - 1));
    if (next >= (widths[widest] ?? 0) || next < smallest) break;
    widths[widest] = next;
  }
  return { columns, widths };
}

export function headerLine({ columns, widths }: TableLayout, paint: Paint = plain): string {
  return paint(
    'dim',
    line(
      columns
        .map(({ title }, index) => fitted(visible(title), widths[index]))
        .map((text, index) => pad(text, widths[index] ?? 0, columns[index]?.right)),
    ),
  );
}

/** NULL and empty text look different. `cut` = cells give way to the layout's width. */
export function rowLine(
  { columns, widths }: TableLayout,
  row: readonly (string | null)[],
  paint: Paint = plain,
  cut = true,
): string {
  return line(
    columns.map(({ right }, index) => {
      const value = row[index];
      const text = cut ? fitted(cell(value), widths[index]) : cell(value);
      const padded = pad(text, widths[index] ?? 0, right);
      return value === null ? paint('dim', padded) : padded;
    }),
  );
}

/** A whole small table with its header. */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | null)[])[],
  paint: Paint,
  width?: number,
): readonly string[] {
  const shape = layout(columns, rows, width);
  return [headerLine(shape, paint), ...rows.map((row) => rowLine(shape, row, paint))];
}

const fitted = (text: string, width: number | undefined): string => (width === undefined ? text : fit(text, width));
const cell = (value: string | null | undefined): string => (value === null || value === undefined ? 'NULL' : visible(value));
const line = (cells: readonly string[]): string => cells.join(gap).trimEnd();
