import { memo, type PointerEvent } from 'react';
import { texts } from '../../texts.ts';
import { Icon } from '../../ui/icon.tsx';
import { drawnColumns, narrowest, pinnedColumns, styleOf, widest, type PlacedColumn } from './columns.ts';

interface Props {
  readonly columns: readonly PlacedColumn[];
  readonly from: number;
  readonly to: number;
  readonly onBadge: (column: string) => void;
  /** No width = as wide as it was at first. */
  readonly onResize: (column: string, width: number | undefined) => void;
}

/** The row of names, which stays in view, with how many problems each column has left. */
export const GridHead = memo(function GridHead({ columns, from, to, onBadge, onResize }: Props) {
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1} className="grid-row">
        <div role="columnheader" aria-colindex={1} className="grid-number">
          {texts.grid.row}
        </div>
        {drawnColumns(columns, { pinned: pinnedColumns(columns).length, from, to }).map(({ column, col }) => (
          <div
            key={column.id}
            role="columnheader"
            aria-colindex={col + 2}
            className={`grid-name${column.numeric ? ' is-number' : ''}${column.pinned ? ' is-pinned' : ''}`}
            style={styleOf(column)}
            title={column.label}
          >
            {column.readOnly && <Icon name="lock" label={texts.grid.readOnly} />}
            <span className="grid-text">
              {column.label}
              {column.required && (
                <span className="needed" title={texts.grid.required}>
                  <span aria-hidden="true"> *</span>
                  <span className="unseen"> {texts.grid.required}</span>
                </span>
              )}
            </span>
            <Badge column={column} onBadge={onBadge} />
            <span
              className="grid-grip"
              onPointerDown={(event) => grip(event, column, onResize)}
              onDoubleClick={() => onResize(column.id, undefined)}
            />
          </div>
        ))}
      </div>
    </div>
  );
});

function Badge({ column, onBadge }: { readonly column: PlacedColumn; readonly onBadge: Props['onBadge'] }) {
  const level = column.errors > 0 ? 'error' : column.warnings > 0 ? 'warning' : undefined;
  if (!level) return null;
  const count = column.errors || column.warnings;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`badge is-${level}`}
      title={texts.grid.badge(level, count, column.label)}
      onClick={() => onBadge(column.id)}
    >
      <Icon name={level} />
      {texts.number(count)}
      <span className="unseen"> {texts.grid.badge(level, count, column.label)}</span>
    </button>
  );
}

function grip(event: PointerEvent<HTMLElement>, column: PlacedColumn, onResize: Props['onResize']): void {
  event.preventDefault();
  event.stopPropagation();
  const from = event.clientX;
  const handle = event.currentTarget;
  handle.setPointerCapture(event.pointerId);
  const sign = document.documentElement.dir === 'rtl' ? -1 : 1;
  const move = (next: globalThis.PointerEvent) =>
    onResize(column.id, Math.max(narrowest, Math.min(widest, column.width + sign * (next.clientX - from))));
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true });
}
