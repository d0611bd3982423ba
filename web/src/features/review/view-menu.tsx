import { useId } from 'react';
import type { State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { heights, plainArrangement, turned, type Arrangement, type Height } from './arrangement.ts';

interface Props {
  readonly state: State;
  readonly arrangement: Arrangement;
  readonly onArrange: (arrangement: Arrangement) => void;
}

/** Which columns are shown and which stay in view, and how high rows are. */
export function ViewMenu({ state: { columns }, arrangement, onArrange }: Props) {
  const id = useId();
  const gone = columns.filter(({ id: column }) => arrangement.hidden.includes(column)).length;
  return (
    <>
      <button type="button" className="button is-quiet menu-button" popoverTarget={id} title={texts.view.title}>
        <Icon name="columns" />
        <span>{gone > 0 ? texts.view.hidden(gone) : texts.tools.view}</span>
      </button>
      <div id={id} popover="auto" className="menu view-menu" role="dialog" aria-label={texts.view.title}>
        <fieldset className="heights">
          <legend>{texts.view.height}</legend>
          {(Object.keys(heights) as Height[]).map((height) => (
            // all there are
            <label key={height} className="check">
              <input
                type="radio"
                name={`${id}height`}
                checked={arrangement.height === height}
                onChange={() => onArrange({ ...arrangement, height })}
              />
              {texts.view.heights[height]}
            </label>
          ))}
        </fieldset>
        <ColumnChoice columns={columns} arrangement={arrangement} onArrange={onArrange} />
        <Button look="quiet" icon="undo" onClick={() => onArrange(plainArrangement)}>
          {texts.view.reset}
        </Button>
      </div>
    </>
  );
}

function ColumnChoice({ columns, arrangement, onArrange }: Omit<Props, 'state'> & Pick<State, 'columns'>) {
  const { hidden, pinned } = arrangement;
  const left = columns.filter(({ id }) => !hidden.includes(id));
  return (
    <fieldset>
      <legend>{texts.view.columns}</legend>
      <ul className="view-columns">
        {columns.map((column) => {
          const shown = !hidden.includes(column.id);
          return (
            <li key={column.id}>
              <label className="check">
                <input
                  type="checkbox"
                  checked={shown}
                  // One is left, so that there is a table.
                  disabled={shown && left.length === 1}
                  aria-label={texts.view.show(column.label)}
                  onChange={() => onArrange({ ...arrangement, hidden: turned(hidden, column.id) })}
                />
                {column.label}
              </label>
              <Button
                look="quiet"
                icon="pin"
                hint={texts.view.pin(column.label)}
                aria-pressed={pinned.includes(column.id)}
                onClick={() => onArrange({ ...arrangement, pinned: turned(pinned, column.id) })}
              />
            </li>
          );
        })}
      </ul>
    </fieldset>
  );
}
