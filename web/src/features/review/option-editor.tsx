import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import type { Option } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { useClosing, type CloseEditor } from '../grid/editor.tsx';
import { chosenParts, matching, mostShown, taken, toggled } from './options.ts';

interface Props {
  readonly label: string;
  readonly text: string;
  readonly typed: boolean;
  readonly options: readonly Option[];
  /** What stands between several options in one cell; undefined = there is but one. */
  readonly delimiter: string | undefined;
  readonly onClose: CloseEditor;
}

/** What is typed, chosen and marked, and how the editor ends. */
function useChoice({ text, typed, options, delimiter, onClose }: Props) {
  const many = delimiter !== undefined;
  const [search, setSearch] = useState(typed ? text : '');
  const [chosen, setChosen] = useState<readonly string[]>(() => (typed ? [] : chosenParts(text, delimiter)));
  const [mark, setMark] = useState<number>();
  const matches = matching(options, search);
  const found = matches.slice(0, mostShown);
  const isChosen = (option: Option) => chosen.includes(option.label) || chosen.includes(option.value);
  const marked = mark ?? (search === '' ? found.findIndex(isChosen) : 0);
  const held = () => (many && chosen.join(delimiter) !== text ? chosen.join(delimiter) : undefined);
  const finish = useClosing(onClose, held);
  const toggle = (option: Option) => setChosen(toggled(chosen, option));
  const take = (then: Parameters<CloseEditor>[1]) => finish(taken({ chosen, search, delimiter, option: found[marked] }), then);
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const option = found[marked];
    if (event.key === 'ArrowDown') setMark(Math.min(found.length - 1, marked + 1));
    else if (event.key === 'ArrowUp') setMark(Math.max(0, marked - 1));
    else if (event.key === 'Escape') finish(undefined, 'stay');
    else if (event.key === ' ' && many && option && search === '') toggle(option);
    else if (event.key === 'Enter') take('down');
    else if (event.key === 'Tab') take(event.shiftKey ? 'left' : 'right');
    else return;
    event.preventDefault();
  };
  const type = (value: string) => {
    setSearch(value);
    setMark(undefined);
  };
  return { search, type, chosen, found, more: matches.length - found.length, marked, isChosen, toggle, finish, held, onKeyDown };
}

/** A searchable list of options; text that is none of them is kept as well, and said to be wrong by the server. */
export function OptionEditor(props: Props) {
  const { label, text, delimiter } = props;
  const many = delimiter !== undefined;
  const choice = useChoice(props);
  const { found, marked, chosen, finish, held } = choice;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
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
        value={choice.search}
        placeholder={many ? chosen.join(delimiter) : text}
        autoComplete="off"
        onChange={(event) => choice.type(event.target.value)}
        onKeyDown={choice.onKeyDown}
        onBlur={() => finish(held(), 'away')}
      />
      <OptionList
        id={id}
        anchor={input}
        found={found}
        more={choice.more}
        marked={marked}
        many={many}
        isChosen={choice.isChosen}
        onPick={(option) => (many ? choice.toggle(option) : finish(option.label, 'stay'))}
      />
    </>
  );
}

interface ListProps {
  readonly id: string;
  readonly anchor: RefObject<HTMLInputElement | null>;
  readonly found: readonly Option[];
  /** How many more match than are drawn. */
  readonly more: number;
  readonly marked: number;
  readonly many: boolean;
  readonly isChosen: (option: Option) => boolean;
  readonly onPick: (option: Option) => void;
}

/** In the browser's top layer: no edge of the table cuts it off. */
function OptionList({ id, anchor, found, more, marked, many, isChosen, onPick }: ListProps) {
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
  useEffect(() => {
    // Not returned: newer browsers answer with a promise, which is no clean-up.
    document.getElementById(`${id}${marked}`)?.scrollIntoView({ block: 'nearest' });
  }, [id, marked]);
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
      </div>
      {more > 0 && <p className="option is-none">{texts.cell.moreOptions(more)}</p>}
      {found.length === 0 && <p className="option is-none">{texts.cell.noOption}</p>}
    </div>
  );
}
