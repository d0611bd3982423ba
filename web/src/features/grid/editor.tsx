import { useEffect, useRef, type KeyboardEvent } from 'react';

/** `undefined` = the cell stays as it was. `away`: the focus has gone elsewhere by itself. */
export type CloseEditor = (text: string | undefined, then: 'down' | 'right' | 'left' | 'stay' | 'away') => void;

interface Props {
  readonly label: string;
  readonly text: string;
  /** It was opened by typing: arrow keys leave it. */
  readonly typed: boolean;
  readonly onClose: CloseEditor;
  readonly hint?: string | undefined;
}

const leaving: Readonly<Record<string, 'down' | 'right' | 'left' | 'stay'>> = {
  ArrowDown: 'down',
  ArrowRight: 'right',
  ArrowLeft: 'left',
};

/** The text of a cell, as it will be kept: nothing typed is ever dropped, the server says what is wrong with it. */
export function Editor({ label, text, typed, onClose, hint }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    const box = input.current;
    box?.focus();
    if (typed) box?.setSelectionRange(box.value.length, box.value.length);
    else box?.select();
  }, [typed]);
  const close: CloseEditor = (value, then) => {
    if (done.current) return;
    done.current = true;
    onClose(value, then);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    event.stopPropagation();
    if (event.nativeEvent.isComposing) return;
    const value = event.currentTarget.value;
    if (event.key === 'Escape') close(undefined, 'stay');
    else if (event.key === 'Enter') close(value, 'down');
    else if (event.key === 'Tab') close(value, event.shiftKey ? 'left' : 'right');
    else if (typed && leaving[event.key]) close(value, leaving[event.key] ?? 'stay');
    else return;
    event.preventDefault();
  };
  return (
    <input
      ref={input}
      className="cell-input"
      aria-label={label}
      defaultValue={text}
      placeholder={hint}
      spellCheck={false}
      autoComplete="off"
      onKeyDown={onKeyDown}
      onBlur={(event) => close(event.currentTarget.value === text && !typed ? undefined : event.currentTarget.value, 'away')}
    />
  );
}
