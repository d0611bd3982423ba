/**
 * An editable table over rows that the server holds: only what is in view is drawn, whatever the number of rows and columns.
 * It knows cells and keys; what an edit means is its owner's business.
 */
import { useCallback, useEffect, useImperativeHandle, useMemo, useRef, type ReactNode, type Ref } from 'react';
import { texts } from '../../texts.ts';
import {
  gutter,
  headHeight,
  narrowest,
  pinnedColumns,
  placed,
  totalWidth,
  widest,
  type GridColumn,
  type PlacedColumn,
} from './columns.ts';
import type { CloseEditor } from './editor.tsx';
import { GridHead } from './head.tsx';
import { GridRow, type RowData } from './row.tsx';
import { block, type Selection } from './selection.ts';
import { useEditing, type Editing } from './use-editing.ts';
import { useGridKeys, type GridActions } from './use-keys.ts';
import { usePointer } from './use-pointer.ts';
import { useScroll } from './use-scroll.ts';

/** Where the table takes rows from: what is not there yet is drawn as waiting, and asked for by `want`. */
export interface RowSource {
  /** Another one = positions mean other rows. */
  readonly view: string | undefined;
  readonly total: number;
  /** Changes with every change of a row. */
  readonly tick: number;
  row(position: number): RowData | undefined;
  want(first: number, last: number): void;
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
  /** Pixels. */
  readonly rowHeight: number;
  /** Cells that hold this are marked; empty = nothing is searched for. */
  readonly search: string;
  /** Other rows are on their way. */
  readonly busy: boolean;
  readonly onColumnBadge: (column: string) => void;
  /** No width = as wide as it was at first. */
  readonly onResize: (column: string, width: number | undefined) => void;
  readonly editable: (row: RowData, col: number) => boolean;
  readonly renderEditor: (editing: Editing, close: CloseEditor) => ReactNode;
  /** `seen`: what stood in the cell when its editor was opened. */
  readonly onCommit: (row: RowData, col: number, text: string, seen: string) => void;
  readonly empty: ReactNode;
}

export function Grid(props: GridProps) {
  const { source, selection, onSelect, actions, rowHeight } = props;
  const columns = useMemo(() => placed(props.columns), [props.columns]);
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLDivElement>(null);
  const { shown, track, revealCell, page } = useScroll(scroller, source.total, rowHeight, columns);
  const bounds = { rows: source.total, cols: columns.length, page };
  const focus = useCallback(() => table.current?.focus({ preventScroll: true }), []);
  const select = (next: Selection) => {
    onSelect(next);
    revealCell(next.active.row, next.active.col);
  };
  const { editable, onCommit } = props;
  const textOf = (data: RowData, col: number) => data.cells[columns[col]?.place ?? -1]?.v ?? '';
  const situation = { selection, bounds, source, textOf, editable, reveal: revealCell, focus, select, onCommit };
  const { editing, edit, close } = useEditing(situation);
  const widen = (by: number) => {
    const column = columns[selection.active.col];
    if (column) props.onResize(column.id, Math.max(narrowest, Math.min(widest, column.width + by)));
  };
  const onKeyDown = useGridKeys({ selection, bounds, select, edit, widen, actions, editing: editing !== undefined });
  const pointer = usePointer({ selection, select: onSelect, edit, focus, cols: columns.length });
  useImperativeHandle(props.ref, () => ({ focus, reveal: revealCell, edit: () => edit() }));
  useEffect(() => source.want(shown.first, shown.last), [source, shown.first, shown.last]);

  const { active } = selection;
  const width = totalWidth(columns) + gutter;
  const inColumns = columns[active.col]?.pinned || (active.col >= shown.from && active.col <= shown.to);
  const drawnActive = active.row >= shown.first && active.row <= shown.last && inColumns;
  const measures: Record<string, string> = { '--row': `${rowHeight}px` };
  return (
    <div className={`grid-scroller${rowHeight > 40 ? ' is-tall' : ''}`} ref={scroller} style={measures}>
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
        aria-busy={props.busy}
        aria-activedescendant={drawnActive ? `cell-${active.row}-${active.col}` : undefined}
        style={{ height: track + headHeight, width }}
        onKeyDown={onKeyDown}
        {...pointer}
      >
        <GridHead columns={columns} from={shown.from} to={shown.to} onBadge={props.onColumnBadge} onResize={props.onResize} />
        <GridBody {...props} columns={columns} shown={shown} />
      </div>
      {source.total === 0 && <div className="grid-empty">{props.empty}</div>}
      {editing && (
        <EditorPlace editing={editing} column={columns[editing.col]} width={width} rowHeight={rowHeight} shift={shown.shift}>
          {props.renderEditor(editing, close)}
        </EditorPlace>
      )}
    </div>
  );
}

interface BodyProps extends Pick<GridProps, 'source' | 'selection' | 'rowHeight' | 'search'> {
  readonly columns: readonly PlacedColumn[];
  readonly shown: ReturnType<typeof useScroll>['shown'];
}

function GridBody({ source, columns, shown, selection, rowHeight, search }: BodyProps) {
  const chosen = block(selection);
  const pinned = pinnedColumns(columns).length;
  const rows = Array.from({ length: Math.max(0, shown.last - shown.first + 1) }, (_, index) => shown.first + index);
  return (
    <div role="rowgroup" className="grid-body" style={{ transform: `translateY(${shown.first * rowHeight + shown.shift}px)` }}>
      {rows.map((row) => (
        <GridRow
          key={row}
          position={row}
          data={source.row(row)}
          columns={columns}
          search={search}
          pinned={pinned}
          from={shown.from}
          to={shown.to}
          active={row === selection.active.row ? selection.active.col : -1}
          chosenFrom={row >= chosen.top && row <= chosen.bottom ? chosen.left : -1}
          chosenTo={row >= chosen.top && row <= chosen.bottom ? chosen.right : -1}
        />
      ))}
    </div>
  );
}

interface PlaceProps {
  readonly editing: Editing;
  readonly column: PlacedColumn | undefined;
  /** Pixels of the whole table. */
  readonly width: number;
  readonly rowHeight: number;
  readonly shift: number;
  readonly children: ReactNode;
}

/** Beside the table and over its cell: it stays while the row itself is scrolled out of sight, and stays in view where its column does. */
function EditorPlace({ editing, column, width, rowHeight, shift, children }: PlaceProps) {
  if (!column) return null;
  const top = headHeight + editing.row * rowHeight + shift;
  const height = Math.min(rowHeight, 36);
  const at = { insetInlineStart: gutter + column.left, minWidth: column.width, height };
  return (
    <div className="grid-editor" style={{ top, height, width }}>
      <div className={column.pinned ? 'is-pinned' : undefined} style={at}>
        {children}
      </div>
    </div>
  );
}
