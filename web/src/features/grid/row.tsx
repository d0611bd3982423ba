import { memo } from 'react';
import type { Row } from '../../api/wire.ts';
import { GridCell } from './cell.tsx';
import { drawnColumns, type PlacedColumn } from './columns.ts';
import { texts } from '../../texts.ts';
import { Icon } from '../../ui/icon.tsx';

export type RowData = Row;

interface Props {
  readonly position: number;
  readonly data: RowData | undefined;
  readonly columns: readonly PlacedColumn[];
  /** What is searched for. */
  readonly search: string;
  /** How many of them, the first ones, stay in view. */
  readonly pinned: number;
  readonly from: number;
  readonly to: number;
  /** The column that keys act on, −1 in all other rows. */
  readonly active: number;
  readonly chosenFrom: number;
  readonly chosenTo: number;
}

function stateOf(data: RowData | undefined): 'removed' | 'error' | 'warning' | undefined {
  if (data?.removed) return 'removed';
  const levels = new Set(data?.cells.flatMap(({ m }) => m?.map(({ level }) => level) ?? []));
  return levels.has('error') ? 'error' : levels.has('warning') ? 'warning' : undefined;
}

/** One row: its number, and the cells of the columns in view. */
export const GridRow = memo(function GridRow(props: Props) {
  const { position, data, columns, search, pinned, from, to, active, chosenFrom, chosenTo } = props;
  const state = stateOf(data);
  const number = data?.n ?? undefined;
  const whole = chosenFrom === 0 && chosenTo === columns.length - 1;
  return (
    <div
      role="row"
      aria-rowindex={position + 2}
      aria-selected={chosenFrom >= 0}
      className={`grid-row${state ? ` is-${state}` : ''}${position % 2 ? ' is-odd' : ''}`}
      data-position={position}
    >
      <div role="rowheader" aria-colindex={1} className={`grid-number${whole ? ' is-chosen' : ''}`}>
        {state && <Icon name={state} label={texts.grid.rowState[state]} />}
        <span>{number ?? (data?.added ? texts.grid.added : data ? '' : '…')}</span>
      </div>
      {drawnColumns(columns, { pinned, from, to }).map(({ column, col }) => (
        <GridCell
          key={column.id}
          id={`cell-${position}-${col}`}
          col={col}
          column={column}
          cell={data?.cells[column.place]}
          search={search}
          waiting={!data}
          active={active === col}
          chosen={col >= chosenFrom && col <= chosenTo && chosenFrom >= 0}
        />
      ))}
    </div>
  );
});
