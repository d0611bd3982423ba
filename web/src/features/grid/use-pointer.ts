import { useEffect, useRef, type MouseEvent, type PointerEvent } from 'react';
import { at, wholeRows, type Selection, type Spot } from './selection.ts';

interface Hands {
  readonly selection: Selection;
  readonly select: (selection: Selection) => void;
  readonly edit: () => void;
  readonly focus: () => void;
  readonly cols: number;
}

/** The cell under an event; a row's number has no column. */
function spotOf(target: EventTarget | null): { row: number; col: number | undefined } | undefined {
  if (!(target instanceof Element)) return undefined;
  const row = target.closest<HTMLElement>('[data-position]')?.dataset['position'];
  const col = target.closest<HTMLElement>('[data-col]')?.dataset['col'];
  return row === undefined ? undefined : { row: Number(row), col: col === undefined ? undefined : Number(col) };
}

/** Clicks choose, drags and Shift extend, a double click edits; a finger scrolls, and edits what was chosen by a second tap. */
export function usePointer(hands: Hands) {
  const latest = useRef(hands);
  useEffect(() => {
    latest.current = hands;
  });
  const dragging = useRef<Spot | undefined>(undefined);

  useEffect(() => {
    const stop = () => {
      dragging.current = undefined;
    };
    window.addEventListener('pointerup', stop);
    window.addEventListener('pointercancel', stop);
    return () => {
      window.removeEventListener('pointerup', stop);
      window.removeEventListener('pointercancel', stop);
    };
  }, []);

  const choose = (spot: { row: number; col: number | undefined }, extend: boolean): void => {
    const { selection, select, cols } = latest.current;
    if (spot.col === undefined) select(wholeRows(extend ? selection.anchor.row : spot.row, spot.row, cols));
    else if (extend) select({ anchor: selection.anchor, active: { row: spot.row, col: spot.col } });
    else select(at(spot.row, spot.col));
  };

  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      const spot = spotOf(event.target);
      if (event.button !== 0 || !spot || event.pointerType === 'touch') return;
      event.preventDefault();
      latest.current.focus();
      choose(spot, event.shiftKey);
      dragging.current = spot.col === undefined ? undefined : { row: spot.row, col: spot.col };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const spot = dragging.current && spotOf(event.target);
      const { active } = latest.current.selection;
      if (spot?.col !== undefined && (spot.row !== active.row || spot.col !== active.col)) choose(spot, true);
    },
    onClick: (event: MouseEvent<HTMLElement>) => {
      const spot = spotOf(event.target);
      const touch = (event.nativeEvent as globalThis.PointerEvent).pointerType === 'touch'; // a click is a pointer event by now
      if (!spot || !touch) return;
      const { active } = latest.current.selection;
      if (spot.col !== undefined && spot.row === active.row && spot.col === active.col) latest.current.edit();
      else choose(spot, false);
    },
    onDoubleClick: (event: MouseEvent<HTMLElement>) => {
      if (spotOf(event.target)?.col !== undefined) latest.current.edit();
    },
  };
}
