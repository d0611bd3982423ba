import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import type { Option } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import type { CloseEditor } from '../grid/editor.tsx';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly typed: boolean;
  readonly options: readonly Option[];
  readonly many: boolean;
  readonly onClose: CloseEditor;
}

const drawnOptions = 100;
const parts = (text: string): string[] => text.split(',').flatMap((part) => part.trim() || []);

function matching(options: readonly Option[], search: string): Option[] {
  const wanted = search.trim().toLowerCase();
  return options.filter(({ label, value }) => label.toLowerCase().includes(wanted) || value.toLowerCase().includes(wanted));
}

/** A searchable list of options; text that is none of them is kept as well, and said to be wrong by the server. */
export function OptionEditor({ label, text, typed, options, many, onClose }: Props) {
  const [search, setSearch] = useState(typed ? text : '');
  const [chosen, setChosen] = useState<readonly string[]>(() => (typed && !many ? [] : many ? parts(typed ? '' : text) : [text]));
  const found = matching(options, search).slice(0, drawnOptions);
  const current = found.findIndex((option) => chosen.includes(option.label) || chosen.includes(option.value));
  const [mark, setMark] = useState<number>();
  const marked = mark ?? (search === '' ? current : 0);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  const finish: CloseEditor = (value, then) => {
    if (done.current) return;
    done.current = true;
    onClose(value, then);
  };
  useEffect(() => input.current?.focus(), []);

  const toggled = (option: Option): string[] =>
    chosen.includes(option.label) || chosen.includes(option.value)
      ? chosen.filter((part) => part !== option.label && part !== option.value)
      : [...chosen, option.label];
  const take = (option: Option | undefined, then: Parameters<CloseEditor>[1]) => {
    if (!many) finish(option?.label ?? (search === '' ? undefined : search), then);
    else finish((option && search !== '' ? toggled(option) : chosen).join(', '), then);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const option = found[marked];
    if (event.key === 'ArrowDown') setMark(Math.min(found.length - 1, marked + 1));
    else if (event.key === 'ArrowUp') setMark(Math.max(0, marked - 1));
    else if (event.key === 'Escape') finish(undefined, 'stay');
    else if (event.key === ' ' && many && option && search === '') setChosen(toggled(option));
    else if (event.key === 'Enter') take(option, 'down');
    else if (event.key === 'Tab') take(option, event.shiftKey ? 'left' : 'right');
    else return;
    event.preventDefault();
  };
  return (
    <>
      <input
        ref={input}
        className="cell-input"
        role="combobox"
        aria-label={label}
        aria-expanded="true"
        aria-controls={`${id}list`}
        aria-autocomplete="list"
        {...(found[marked] && { 'aria-activedescendant': `${id}${marked}` })}
        value={search}
        placeholder={many ? chosen.join(', ') : text}
        autoComplete="off"
        onChange={(event) => {
          setSearch(event.target.value);
          setMark(undefined);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => finish(many ? chosen.join(', ') : undefined, 'stay')}
      />
      <List
        id={id}
        anchor={input}
        found={found}
        marked={marked}
        many={many}
        isChosen={(option) => chosen.includes(option.label) || chosen.includes(option.value)}
        onPick={(option) => (many ? setChosen(toggled(option)) : finish(option.label, 'stay'))}
      />
    </>
  );
}

interface ListProps {
  readonly id: string;
  readonly anchor: RefObject<HTMLInputElement | null>;
  readonly found: readonly Option[];
  readonly marked: number;
  readonly many: boolean;
  readonly isChosen: (option: Option) => boolean;
  readonly onPick: (option: Option) => void;
}

/** In the browser's top layer: no edge of the table cuts it off. */
function List({ id, anchor, found, marked, many, isChosen, onPick }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const [box, at] = [list.current, anchor.current?.getBoundingClientRect()];
    if (!box || !at) return;
    box.showPopover();
    const below = innerHeight - at.bottom > box.offsetHeight || at.top < innerHeight / 2;
    box.style.left = `${Math.max(4, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${below ? at.bottom + 2 : at.top - box.offsetHeight - 2}px`;
    box.style.minWidth = `${at.width}px`;
  }, [anchor]);
  useEffect(() => document.getElementById(`${id}${marked}`)?.scrollIntoView({ block: 'nearest' }), [id, marked]);
  return (
    <div ref={list} popover="manual" className="options">
      <div role="listbox" id={`${id}list`} aria-label={texts.cell.options} aria-multiselectable={many} tabIndex={-1}>
        {found.map((option, index) => (
          <div
            key={option.value}
            id={`${id}${index}`}
            role="option"
            aria-selected={isChosen(option)}
            className={`option${index === marked ? ' is-marked' : ''}`}
            onPointerDown={(event) => {
              event.preventDefault();
              onPick(option);
            }}
          >
            {many && <span className="tick" aria-hidden="true" />}
            {option.label}
          </div>
        ))}
        {found.length === 0 && <div className="option is-none">{texts.cell.noOption}</div>}
      </div>
    </div>
  );
}
