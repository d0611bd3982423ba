import { Fragment } from 'react';
import type { Cell } from '../../api/wire.ts';
import { textOfMessage } from '../../ui/markup.ts';
import { texts } from '../../texts.ts';
import { Icon } from '../../ui/icon.tsx';
import { chipsOf, type Chips } from './chips.ts';
import { styleOf, type PlacedColumn } from './columns.ts';
import { holds, piecesOf } from './found.ts';

interface Props {
  readonly id: string;
  readonly col: number;
  readonly column: PlacedColumn;
  readonly cell: Cell | undefined;
  /** What is searched for. */
  readonly search: string;
  readonly waiting: boolean;
  readonly active: boolean;
  readonly chosen: boolean;
}

const order = ['error', 'warning', 'info'] as const;

/** A cell says its state three times: by colour, by a sign, and in words for those who hear it. */
export function GridCell({ id, col, column, cell, search, waiting, active, chosen }: Props) {
  const level = order.find((wanted) => cell?.m?.some((message) => message.level === wanted));
  const said = cell?.m?.map((message) => `${texts.levels[message.level]}: ${textOfMessage(message)}`) ?? [];
  const isFound = cell !== undefined && holds(cell.v, search);
  const names = [
    'grid-cell',
    level && `is-${level}`,
    cell?.e && 'is-edited',
    isFound && 'is-found',
    column.readOnly && 'is-fixed',
    column.numeric && 'is-number',
    column.pinned && 'is-pinned',
    active && 'is-active',
    chosen && 'is-chosen',
  ];
  const was = cell?.raw !== undefined && (cell.e || (cell.f && column.marksFixes)) ? texts.grid.was(cell.raw) : undefined;
  const heard = [...said, ...(cell?.e ? [texts.grid.edited] : []), ...(was ? [was] : []), ...(isFound ? [texts.grid.match] : [])];
  return (
    <div
      role="gridcell"
      id={id}
      aria-colindex={col + 2}
      aria-selected={chosen || active}
      aria-readonly={column.readOnly || undefined}
      aria-invalid={level === 'error' || undefined}
      className={names.filter(Boolean).join(' ')}
      data-col={col}
      title={[...said, ...(was ? [was] : [])].join('\n') || undefined}
      style={styleOf(column)}
    >
      {waiting ? (
        <span className="grid-waiting" aria-label={texts.grid.loading} />
      ) : (
        <span className="grid-text">
          {cell && column.chips ? (
            <Options cell={cell} chips={column.chips} search={search} isWrong={level === 'error'} />
          ) : (
            <Found text={cell?.v ?? ''} search={search} />
          )}
        </span>
      )}
      {cell?.e && <Icon name="edited" className="grid-mark" />}
      {!cell?.e && was && <Icon name="changed" className="grid-mark" />}
      {level && <Icon name={level} className="grid-mark" />}
      {heard.length > 0 && <span className="unseen">{heard.join('. ')}</span>}
    </div>
  );
}

/** A text, with what is searched for marked in it. */
function Found({ text, search }: { readonly text: string; readonly search: string }) {
  return piecesOf(text, search).map((piece, at) => (piece.isFound ? <mark key={at}>{piece.text}</mark> : piece.text));
}

interface OptionsProps {
  readonly cell: Cell;
  readonly chips: Chips;
  readonly search: string;
  readonly isWrong: boolean;
}

/** The one that is wrong is red; a text that means an option by another name is not. */
function Options({ cell, chips, search, isWrong }: OptionsProps) {
  return chipsOf(cell.v, chips, cell.o).map(({ text, isKnown, lead }, at) => (
    <Fragment key={`${at} ${text}`}>
      <span className="chip-lead">{lead}</span>
      <span className={isWrong && !isKnown ? 'chip is-wrong' : 'chip'}>
        <Found text={text} search={search} />
      </span>
    </Fragment>
  ));
}
