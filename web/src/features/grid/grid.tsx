/**
 * An editable table over rows that the server holds: only what is in view is drawn, whatever the number of rows and columns.
 * It knows cells and keys; what an edit means is its owner's business.
 */
import {
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
  type Ref,
} from 'react';
import { texts } from '../../texts.ts';
import { placed, totalWidth, type GridColumn } from './columns.ts';
import type { CloseEditor } from './editor.tsx';
import { GridHead } from './head.tsx';
import { GridRow, type RowData } from './row.tsx';
import { at, block, type Selection } from './selection.ts';
import { useGridKeys, type GridActions } from './use-keys.ts';
import { usePointer } from './use-pointer.ts';
import { useScroll } from './use-scroll.ts';

/** Where the table takes rows from: what is not there yet is drawn as waiting, and asked for by `want`. */
export interface RowSource {
  readonly total: number;
  /** Changes with every change of a row. */
  readonly tick: number;
  row(position: number): RowData | undefined;
  want(first: number, last: number): void;
}

/** What an open editor holds. */
export interface Editing {
  readonly row: number;
  readonly col: number;
  readonly text: string;
  readonly seen: string;
  /** True = typed over the cell: arrows leave it again. */
  readonly typed: boolean;
}

export interface GridHandle {
  focus(): void;
  reveal(row: number, col: number): void;
  /** Opens the editor in the cell that keys act on. */
  edit(): void;
}

export interface GridProps {
  readonly ref?: Ref<GridHandle>;
  readonly columns: readonly GridColumn[];
  readonly source: RowSource;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly actions: GridActions;
  readonly rowHeight: number;
  readonly onColumnBadge: (column: string) => void;
  readonly onResize: (column: string, width: number) => void;
  readonly editable: (row: RowData | undefined, col: number) => boolean;
  readonly renderEditor: (editing: Editing, close: CloseEditor) => ReactNode;
  /** `seen`: what stood in the cell when its editor was opened. */
  readonly onCommit: (row: number, col: number, text: string, seen: string) => void;
  readonly empty: ReactNode;
}

export function Grid(props: GridProps) {
  const { source, selection, onSelect, actions, rowHeight, editable } = props;
  const columns = useMemo(() => placed(props.columns), [props.columns]);
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLDivElement>(null);
  const [editing, setEditing] = useState<Editing>();
  const { window: shown, track, revealCell, page } = useScroll(scroller, source.total, rowHeight, columns);
  const bounds = { rows: source.total, cols: columns.length, page };

  const focus = useCallback(() => table.current?.focus({ preventScroll: true }), []);
  useEffect(() => source.want(shown.first, shown.last), [source, shown.first, shown.last]);

  const select = useCallback(
    (next: Selection) => {
      onSelect(next);
      revealCell(next.active.row, next.active.col);
    },
    [onSelect, revealCell],
  );
  const edit = (text?: string) => {
    const { row, col } = selection.active;
    const data = source.row(row);
    if (!data || !editable(data, col)) return;
    revealCell(row, col);
    const seen = data.cells[col]?.v ?? '';
    setEditing({ row, col, text: text ?? seen, seen, typed: text !== undefined });
  };
  useImperativeHandle(props.ref, () => ({ focus, reveal: revealCell, edit: () => edit() }));
  const close: CloseEditor = (text, then) => {
    if (!editing) return;
    setEditing(undefined);
    focus();
    if (text !== undefined) props.onCommit(editing.row, editing.col, text, editing.seen);
    const to = { down: [1, 0], right: [0, 1], left: [0, -1], stay: [0, 0] }[then];
    const row = Math.min(source.total - 1, editing.row + (to[0] ?? 0));
    select(at(row, Math.max(0, Math.min(columns.length - 1, editing.col + (to[1] ?? 0)))));
  };
  const onKeyDown = useGridKeys({ selection, bounds, select, edit, actions, editing: editing !== undefined });
  const pointer = usePointer(scroller, { selection, select: onSelect, edit, focus, cols: columns.length });

  // A view of other rows leaves no editor behind that belongs to none of them.
  useLayoutEffect(() => setEditing((now) => (now && now.row >= source.total ? undefined : now)), [source.total]);

  const chosen = block(selection);
  const rows = Array.from({ length: Math.max(0, shown.last - shown.first + 1) }, (_, index) => shown.first + index);
  const activeDrawn = selection.active.row >= shown.first && selection.active.row <= shown.last && source.total > 0;
  return (
    <div className="grid-scroller" ref={scroller}>
      <div
        ref={table}
        role="grid"
        tabIndex={0}
        className="grid"
        aria-label={texts.grid.label}
        aria-describedby="grid-keys"
        aria-rowcount={source.total + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable
        aria-activedescendant={activeDrawn ? `cell-${selection.active.row}-${selection.active.col}` : undefined}
        style={{ height: track + rowHeight, width: totalWidth(columns) + gutter }}
        onKeyDown={onKeyDown}
        {...pointer}
      >
        <GridHead columns={columns} from={shown.from} to={shown.to} onBadge={props.onColumnBadge} onResize={props.onResize} />
        <div
          role="rowgroup"
          className="grid-body"
          style={{ transform: `translateY(${shown.first * rowHeight + shown.shift}px)` }}
        >
          {rows.map((row) => (
            <GridRow
              key={row}
              position={row}
              data={source.row(row)}
              columns={columns}
              from={shown.from}
              to={shown.to}
              active={row === selection.active.row ? selection.active.col : -1}
              chosenFrom={row >= chosen.top && row <= chosen.bottom ? chosen.left : -1}
              chosenTo={row >= chosen.top && row <= chosen.bottom ? chosen.right : -1}
            />
          ))}
        </div>
      </div>
      {source.total === 0 && <div className="grid-empty">{props.empty}</div>}
      {editing && columns[editing.col] && (
        <div
          className="grid-editor"
          style={{
            top: rowHeight + editing.row * rowHeight + shown.shift,
            left: gutter + (columns[editing.col]?.left ?? 0),
            minWidth: columns[editing.col]?.width ?? 0,
            height: rowHeight,
          }}
        >
          {props.renderEditor(editing, close)}
        </div>
      )}
    </div>
  );
}

/** Pixels of the column of row numbers. */
export const gutter = 72;
