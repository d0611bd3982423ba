import { useEffect, useLayoutEffect, useRef, type FocusEvent, type KeyboardEvent } from 'react';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';

/** `undefined` = the cell stays as it was. `away`: the focus has gone elsewhere by itself; `gone`: the cell is not there any more. */
export type CloseEditor = (text: string | undefined, then: 'down' | 'right' | 'left' | 'stay' | 'away' | 'gone') => void;

/** Closes once. An editor that is taken away from under somebody's hands closes with what it holds. */
export function useClosing(onClose: CloseEditor, held: () => string | undefined): CloseEditor {
  const done = useRef(false);
  const close: CloseEditor = (text, then) => {
    if (done.current) return;
    done.current = true;
    onClose(text, then);
  };
  const leave = useRef<() => void>(undefined);
  useLayoutEffect(() => {
    leave.current = () => close(held(), 'gone');
  });
  useLayoutEffect(() => () => leave.current?.(), []);
  return close;
}

interface Props {
  readonly label: string;
  readonly text: string;
  /** It was opened by typing: arrow keys leave it. */
  readonly typed: boolean;
  readonly onClose: CloseEditor;
  readonly hint?: string | undefined;
  /** Days can be chosen from a calendar as well. */
  readonly day?: boolean;
}

const leaving: Readonly<Record<string, 'down' | 'right' | 'left' | 'stay'>> = {
  ArrowDown: 'down',
  ArrowRight: 'right',
  ArrowLeft: 'left',
};

/** The text of a cell, as it will be kept: nothing typed is ever dropped, the server says what is wrong with it. */
export function Editor({ label, text, typed, onClose, hint, day }: Props) {
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useEffect(() => {
    const box = input.current;
    box?.focus();
    if (typed) box?.setSelectionRange(box.value.length, box.value.length);
    else box?.select();
  }, [typed]);
  const held = () => {
    const value = input.current?.value;
    return value === text && !typed ? undefined : value;
  };
  const close = useClosing(onClose, held);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    const value = event.currentTarget.value;
    if (event.key === 'Escape') close(undefined, 'stay');
    else if (event.key === 'Enter' && !event.shiftKey) close(value, 'down');
    else if (event.key === 'Tab') close(value, event.shiftKey ? 'left' : 'right');
    else if (typed && leaving[event.key]) close(value, leaving[event.key] ?? 'stay');
    else return;
    event.preventDefault();
  };
  const box = {
    ref: input,
    className: 'cell-input',
    'aria-label': label,
    defaultValue: text,
    placeholder: hint,
    dir: 'auto',
    spellCheck: false,
    autoComplete: 'off',
    onKeyDown,
    onBlur: (event: FocusEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      // The calendar belongs to the cell.
      if (event.relatedTarget?.closest('.grid-editor')) return;
      close(held(), 'away');
    },
  };
  // One line would lose the breaks of a text that has several.
  if (text.includes('\n')) return <textarea {...box} rows={4} />;
  return (
    <>
      <input {...box} />
      {day && <DayPicker text={text} onPick={(picked) => close(picked, 'stay')} />}
    </>
  );
}

/** The browser's own calendar, beside the text. */
function DayPicker({ text, onPick }: { readonly text: string; readonly onPick: (day: string) => void }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <span className="day-picker">
      <Button look="quiet" icon="day" hint={texts.cell.pickDay} onClick={() => picker.current?.showPicker()} />
      <input
        ref={picker}
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        defaultValue={/^\d{4}-\d\d-\d\d$/.test(text) ? text : ''}
        onChange={(event) => event.currentTarget.value && onPick(event.currentTarget.value)}
      />
    </span>
  );
}
