/** Which cells are chosen, and how keys move them. Positions count rows of the view from 0, columns from 0. */

export interface Spot {
  readonly row: number;
  readonly col: number;
}

/** A rectangle between two corners: `active` is where keys act. */
export interface Selection {
  readonly anchor: Spot;
  readonly active: Spot;
}

export interface Block {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export interface Bounds {
  readonly rows: number;
  readonly cols: number;
  /** Rows of one page. */
  readonly page: number;
}

export type Move =
  'up' | 'down' | 'left' | 'right' | 'home' | 'end' | 'first' | 'last' | 'page-up' | 'page-down' | 'top' | 'bottom';

export const at = (row: number, col: number): Selection => ({ anchor: { row, col }, active: { row, col } });

export function block({ anchor, active }: Selection): Block {
  return {
    top: Math.min(anchor.row, active.row),
    bottom: Math.max(anchor.row, active.row),
    left: Math.min(anchor.col, active.col),
    right: Math.max(anchor.col, active.col),
  };
}

export const cellsIn = ({ top, bottom, left, right }: Block): number => (bottom - top + 1) * (right - left + 1);

const steps: Readonly<Record<Move, (spot: Spot, bounds: Bounds) => Spot>> = {
  up: ({ row, col }) => ({ row: row - 1, col }),
  down: ({ row, col }) => ({ row: row + 1, col }),
  left: ({ row, col }) => ({ row, col: col - 1 }),
  right: ({ row, col }) => ({ row, col: col + 1 }),
  home: ({ row }) => ({ row, col: 0 }),
  end: ({ row }, { cols }) => ({ row, col: cols - 1 }),
  first: () => ({ row: 0, col: 0 }),
  last: (_, { rows, cols }) => ({ row: rows - 1, col: cols - 1 }),
  top: ({ col }) => ({ row: 0, col }),
  bottom: ({ col }, { rows }) => ({ row: rows - 1, col }),
  'page-up': ({ row, col }, { page }) => ({ row: row - page, col }),
  'page-down': ({ row, col }, { page }) => ({ row: row + page, col }),
};

function inside({ row, col }: Spot, { rows, cols }: Bounds): Spot {
  return { row: Math.max(0, Math.min(row, rows - 1)), col: Math.max(0, Math.min(col, cols - 1)) };
}

export function moved(selection: Selection, move: Move, extend: boolean, bounds: Bounds): Selection {
  const active = inside(steps[move](selection.active, bounds), bounds);
  return { anchor: extend ? selection.anchor : active, active };
}

/** The cell after or before, in reading order; `undefined` past either end of the table. */
export function tabbed({ active: { row, col } }: Selection, back: boolean, { rows, cols }: Bounds): Selection | undefined {
  const next = row * cols + col + (back ? -1 : 1);
  return next < 0 || next >= rows * cols ? undefined : at(Math.floor(next / cols), next % cols);
}

export const everything = ({ rows, cols }: Bounds): Selection => ({
  anchor: { row: rows - 1, col: cols - 1 },
  active: { row: 0, col: 0 },
});
export const wholeRows = (from: number, to: number, cols: number): Selection => ({
  anchor: { row: from, col: cols - 1 },
  active: { row: to, col: 0 },
});
