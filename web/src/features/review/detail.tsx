import type { Cell, Column, Field, Row } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Rich } from '../../ui/rich.tsx';

interface Props {
  readonly row: Row | undefined;
  readonly cell: Cell | undefined;
  readonly column: Column | undefined;
  readonly field: Field | undefined;
  /** Says how many cells are chosen, where it is more than one. */
  readonly several: string | undefined;
  readonly editable: boolean;
  readonly onEdit: () => void;
  readonly onRevert: (raw: string) => void;
  readonly onLike: (column: string, message: string) => void;
}

/** All there is to say about the chosen cell, in reading size: what a finger cannot hover over. */
export function Detail({ row, cell, column, field, several, editable, onEdit, onRevert, onLike }: Props) {
  if (!row || !cell || !column) return <section className="detail" aria-label={texts.cell.label} />;
  const line = row.n === undefined || row.n === null ? texts.grid.added : texts.number(row.n);
  return (
    <section className="detail" aria-label={texts.cell.label}>
      <div className="detail-head">
        <strong>{texts.cell.place(column.label, line)}</strong>
        <span className={cell.v === '' ? 'soft' : 'detail-value'}>{cell.v === '' ? texts.cell.blank : cell.v}</span>
        {several && <span className="soft">{several}</span>}
        {editable && !row.removed && (
          <Button look="quiet" icon="edited" onClick={onEdit}>
            {texts.cell.edit}
          </Button>
        )}
        {cell.raw !== undefined && !cell.e && <span className="soft">{texts.grid.was(cell.raw)}</span>}
        {editable && cell.raw !== undefined && cell.e && (
          <Button look="quiet" icon="changed" onClick={() => onRevert(cell.raw ?? '')}>
            {texts.cell.revert(cell.raw)}
          </Button>
        )}
      </div>
      <ul className="messages">
        {cell.m?.map(({ level, message, group }) => (
          <li key={message} className={`is-${level}`}>
            <Icon name={level} label={texts.levels[level]} />
            <span>{group === undefined ? <Rich markup={message} /> : message}</span>
            {level !== 'info' && (
              <Button look="quiet" icon="list" onClick={() => onLike(column.id, group ?? message)}>
                {texts.cell.like}
              </Button>
            )}
          </li>
        ))}
        {!cell.m?.length && (
          <li className="soft">{field?.description ? <Rich markup={field.description} /> : texts.cell.fine}</li>
        )}
      </ul>
    </section>
  );
}
