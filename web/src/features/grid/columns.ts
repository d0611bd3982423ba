/** Places and widths of columns, in pixels from the left edge of the first. */

/** Pixels of the column of row numbers, as in the style sheet. */
export const gutter = 72;

export interface GridColumn {
  readonly id: string;
  readonly label: string;
  readonly width: number;
  readonly numeric: boolean;
  readonly required: boolean;
  readonly readOnly: boolean;
  /** Marks cells that were read otherwise than they are written in the file. */
  readonly marksFixes: boolean;
  readonly errors: number;
  readonly warnings: number;
}

export interface PlacedColumn extends GridColumn {
  readonly left: number;
}

export function placed(columns: readonly GridColumn[]): PlacedColumn[] {
  let left = 0;
  return columns.map((column) => {
    const at = { ...column, left };
    left += column.width;
    return at;
  });
}

export function totalWidth(columns: readonly PlacedColumn[]): number {
  const last = columns.at(-1);
  return last ? last.left + last.width : 0;
}

/** First and last column that touch the pixels from `from` to `to`, and one more on each side. */
export function columnsBetween(columns: readonly PlacedColumn[], from: number, to: number) {
  const first = columns.findIndex(({ left, width }) => left + width > from);
  const behind = columns.findIndex(({ left }) => left >= to);
  return { from: Math.max(0, first - 1), to: behind < 0 ? columns.length - 1 : Math.min(behind, columns.length - 1) };
}

const byType: Readonly<Record<string, number>> = {
  email: 210,
  url: 210,
  'multi-select': 190,
  number: 110,
  checkbox: 110,
  date: 130,
};

/** A width that fits the label, the number of problems beside it, and what the type usually holds. */
export function widthFor(label: string, type: string, problems: number): number {
  const badge = problems > 0 ? 38 + problems.toLocaleString('en').length * 8 : 0;
  return Math.max(byType[type] ?? 150, Math.min(300, 40 + label.length * 8 + badge));
}
