import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { columnsBetween, totalWidth, type PlacedColumn } from './columns.ts';
import { gutter } from './grid.tsx';
import { drawn, height, reveal, scrolled, scrollTopOf, type Place, type Track } from './track.ts';

/** What is to be drawn: rows and columns, first to last, and the pixels by which rows are off their own place. */
interface Shown {
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
  readonly shift: number;
}

const same = (a: Shown, b: Shown): boolean =>
  a.first === b.first && a.last === b.last && a.from === b.from && a.to === b.to && a.shift === b.shift;

/** Follows the scroll bar. The track of very many rows is shorter than they are, which `track.ts` makes up for. */
export function useScroll(
  scroller: RefObject<HTMLDivElement | null>,
  rows: number,
  rowHeight: number,
  columns: readonly PlacedColumn[],
) {
  const [shown, setShown] = useState<Shown>({ first: 0, last: -1, from: 0, to: 0, shift: 0 });
  const [seen, setSeen] = useState(0);
  const before = useRef<{ scrollTop: number; place: Place }>({ scrollTop: 0, place: { top: 0, shift: 0 } });

  const measure = useCallback((): Track => {
    const box = scroller.current;
    return { rows, row: rowHeight, seen: box ? Math.max(rowHeight, box.clientHeight - rowHeight) : 0 };
  }, [scroller, rows, rowHeight]);

  const show = useCallback(
    (place: Place) => {
      const box = scroller.current;
      if (!box) return;
      before.current = { scrollTop: box.scrollTop, place };
      const next = {
        ...drawn(measure(), place.top),
        ...columnsBetween(columns, box.scrollLeft, box.scrollLeft + box.clientWidth - gutter),
        shift: place.shift,
      };
      setShown((now) => (same(now, next) ? now : next));
    },
    [scroller, measure, columns],
  );

  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    let settle: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      const track = measure();
      show(scrolled(track, box.scrollTop, before.current));
      clearTimeout(settle);
      // Small movements have left the bar a little off its proportional place: brought back once they rest.
      settle = setTimeout(() => {
        const { place } = before.current;
        const wanted = scrollTopOf(track, place.top);
        if (place.shift === 0 || Math.abs(wanted - box.scrollTop) < 2) return;
        before.current = { scrollTop: wanted, place: { top: place.top, shift: wanted - place.top } };
        box.scrollTop = wanted;
      }, 150);
    };
    box.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(settle);
      box.removeEventListener('scroll', onScroll);
    };
  }, [scroller, measure, show]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    const again = () => {
      setSeen(box.clientHeight);
      show(scrolled(measure(), box.scrollTop, before.current));
    };
    const watch = new ResizeObserver(again);
    watch.observe(box);
    again();
    return () => watch.disconnect();
  }, [scroller, measure, show]);

  const revealCell = useCallback(
    (row: number, col: number) => {
      const box = scroller.current;
      const column = columns[col];
      if (!box || !column) return;
      const track = measure();
      const { place } = before.current;
      const top = reveal(track, place.top, row);
      if (top !== place.top) {
        box.scrollTop = scrollTopOf(track, top);
        show({ top, shift: box.scrollTop - top });
      }
      const width = box.clientWidth - gutter;
      if (column.left < box.scrollLeft) box.scrollLeft = column.left;
      else if (column.left + column.width > box.scrollLeft + width)
        box.scrollLeft = Math.min(column.left, column.left + column.width - width);
    },
    [scroller, columns, measure, show],
  );

  const track = measure();
  return {
    window: shown,
    track: height({ ...track, seen }),
    width: totalWidth(columns),
    revealCell,
    page: Math.max(1, Math.floor(seen / rowHeight) - 2),
  };
}
