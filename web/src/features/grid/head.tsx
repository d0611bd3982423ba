import { memo, type PointerEvent } from 'react';
import { texts } from '../../texts.ts';
import { Icon } from '../../ui/icon.tsx';
import type { PlacedColumn } from './columns.ts';

interface Props {
  readonly columns: readonly PlacedColumn[];
  readonly from: number;
  readonly to: number;
  readonly onBadge: (column: string) => void;
  readonly onResize: (column: string, width: number) => void;
}

/** The row of names, which stays in view, with how many problems each column has left. */
export const GridHead = memo(function GridHead({ columns, from, to, onBadge, onResize }: Props) {
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1} className="grid-row">
        <div role="columnheader" aria-colindex={1} className="grid-number">
          {texts.grid.row}
        </div>
        {columns.slice(from, to + 1).map((column, index) => (
          <div
            key={column.id}
            role="columnheader"
            aria-colindex={from + index + 2}
            className={`grid-name${column.numeric ? ' is-number' : ''}`}
            style={{ left: column.left, width: column.width }}
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
            <span className="grid-grip" onPointerDown={(event) => grip(event, column, onResize)} />
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
  const move = (next: globalThis.PointerEvent) =>
    onResize(column.id, Math.max(64, Math.min(800, column.width + next.clientX - from)));
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true });
}
