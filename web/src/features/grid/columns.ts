/** Places and widths of columns, in pixels from the left edge of the first. */
import type { Chips } from './chips.ts';

/** Pixels of the column of row numbers, as in the style sheet. */
export const gutter = 72;
/** Pixels of the row of names. */
export const headHeight = 32;
export const narrowest = 64;
export const widest = 800;

export interface GridColumn {
  readonly id: string;
  /** Where its cell is in a row. */
  readonly place: number;
  readonly label: string;
  readonly width: number;
  readonly numeric: boolean;
  readonly required: boolean;
  readonly readOnly: boolean;
  /** Marks cells that were put right by themselves. */
  readonly marksFixes: boolean;
  /** Its cells hold several options. */
  readonly chips?: Chips;
  readonly errors: number;
  readonly warnings: number;
  /** Stays in view: all such columns come first. */
  readonly pinned: boolean;
}

export interface PlacedColumn extends GridColumn {
  /** From the side where reading begins. */
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

export const pinnedColumns = (columns: readonly PlacedColumn[]): PlacedColumn[] => columns.filter(({ pinned }) => pinned);

/** First and last column that touch the pixels from `from` to `to`, and one more on each side; those that stay in view are none of them. */
export function columnsBetween(columns: readonly PlacedColumn[], from: number, to: number) {
  const loose = pinnedColumns(columns).length;
  const first = columns.findIndex(({ left, width }) => left + width > from);
  const behind = columns.findIndex(({ left }) => left >= to);
  return { from: Math.max(loose, first - 1), to: behind < 0 ? columns.length - 1 : Math.min(behind, columns.length - 1) };
}

interface Drawn {
  readonly pinned: number;
  readonly from: number;
  readonly to: number;
}

/** Those that stay in view, and those in view, each with its number. */
export function drawnColumns(columns: readonly PlacedColumn[], { pinned, from, to }: Drawn) {
  const all = columns.map((column, col) => ({ column, col }));
  return [...all.slice(0, pinned), ...all.slice(Math.max(pinned, from), to + 1)];
}

/** Where a column's cells stand: beside the row's number, or at their place of the row. */
export const styleOf = ({ left, width, pinned }: PlacedColumn) => ({ insetInlineStart: pinned ? gutter + left : left, width });

const byType: Readonly<Record<string, number>> = {
  email: 210,
  url: 210,
  'multi-select': 190,
  number: 136,
  checkbox: 110,
  date: 130,
};

/** A width that fits the label, the number of problems beside it, and what the type usually holds. */
export function widthFor(label: string, type: string, problems: number): number {
  const badge = problems > 0 ? 38 + problems.toLocaleString('en').length * 8 : 0;
  return Math.max(byType[type] ?? 150, Math.min(300, 40 + label.length * 8 + badge));
}
