import { useEffect, useRef } from 'react';
import { texts } from '../../texts.ts';
import { block, cellsIn, type Block, type Selection } from '../grid/selection.ts';
import { clear, copied, paste } from './edits.ts';
import type { Session } from './session.ts';

/** Copies with the names of the columns above. */
export function copyNamed(session: Session, selection: Selection): void {
  const text = copied(session, selection, true);
  if (text === undefined) return session.say('error', texts.acts.noClipboard);
  const take = (event: ClipboardEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData('text/plain', text);
  };
  // The newer interface asks for a permission, and is not there without https.
  document.addEventListener('copy', take, { once: true, capture: true });
  document.execCommand('copy');
  document.removeEventListener('copy', take, { capture: true });
  session.say('done', texts.acts.copied(cellsIn(block(selection))));
}

/** Copy, cut and paste while the table has the focus: the browser's own events, which need no permission. */
export function useClipboard(session: Session, selection: Selection, onPasted: (block: Block) => void): void {
  const latest = useRef({ selection, onPasted });
  useEffect(() => {
    latest.current = { selection, onPasted };
  });
  useEffect(() => {
    const ours = () => document.activeElement?.getAttribute('role') === 'grid';
    const copy = (event: ClipboardEvent) => {
      if (!ours()) return;
      event.preventDefault();
      const text = copied(session, latest.current.selection);
      if (text === undefined) return session.say('error', texts.acts.noClipboard);
      event.clipboardData?.setData('text/plain', text);
      if (event.type === 'cut') session.tried(clear(session, latest.current.selection));
    };
    const onPaste = (event: ClipboardEvent) => {
      if (!ours()) return;
      event.preventDefault();
      const text = event.clipboardData?.getData('text/plain') ?? '';
      session.tried(paste(session, latest.current.selection, text).then((block) => block && latest.current.onPasted(block)));
    };
    document.addEventListener('copy', copy);
    document.addEventListener('cut', copy);
    document.addEventListener('paste', onPaste);
    return () => {
      document.removeEventListener('copy', copy);
      document.removeEventListener('cut', copy);
      document.removeEventListener('paste', onPaste);
    };
  }, [session]);
}
