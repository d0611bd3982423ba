import { useEffect, useId, useRef, type ReactNode } from 'react';
import { texts } from '../texts.ts';
import { Button } from './button.tsx';

/** A panel beside the table; on narrow screens over it. Esc closes it. */
export function Side({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const heading = useId();
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside
      ref={box}
      className="side"
      tabIndex={-1}
      aria-labelledby={heading}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        <Button look="quiet" icon="close" hint={texts.close} onClick={onClose} />
      </header>
      <div className="side-body">{children}</div>
    </aside>
  );
}
