import { useEffect, useId, useRef, type ReactNode } from 'react';
import { texts } from '../texts.ts';
import { Button } from './button.tsx';

interface Props {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly foot?: ReactNode;
  readonly wide?: boolean;
}

/** The browser's own modal dialog: it holds the focus, Esc closes it, and the focus goes back to where it was. */
export function Dialog({ title, onClose, children, foot, wide }: Props) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    // What is asked for is to be typed at once, and what is said is to be read before the buttons.
    box.current?.querySelector<HTMLElement>('input, [data-first]')?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={box}
      className={wide ? 'dialog is-wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        <Button look="quiet" icon="close" hint={texts.close} onClick={onClose} />
      </header>
      <div className="dialog-body">{children}</div>
      {foot && <footer>{foot}</footer>}
    </dialog>
  );
}
