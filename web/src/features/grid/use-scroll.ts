import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { columnsBetween, gutter, headHeight, pinnedColumns, totalWidth, type PlacedColumn } from './columns.ts';
import { drawn, height, reveal, scrolled, scrollTopOf, type Place, type Track } from './track.ts';

/** What is to be drawn: rows and columns, first to last, and the pixels by which rows are off their own place. */
interface Shown {
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
  readonly shift: number;
}

type Box = RefObject<HTMLDivElement | null>;
type Before = RefObject<{ scrollTop: number; place: Place }>;

const same = (a: Shown, b: Shown): boolean =>
  a.first === b.first && a.last === b.last && a.from === b.from && a.to === b.to && a.shift === b.shift;

/** Pixels scrolled away at the side where reading begins: browsers count them below zero where that is the right one. */
const scrolledAcross = (box: HTMLElement): number => Math.abs(box.scrollLeft);

/** Scrolls until a column is seen whole, beside those that stay in view. */
function revealColumn(box: HTMLElement, columns: readonly PlacedColumn[], { left, width, pinned }: PlacedColumn): void {
  if (pinned) return;
  const kept = totalWidth(pinnedColumns(columns));
  const [now, seen] = [scrolledAcross(box), box.clientWidth - gutter];
  const before = left - kept;
  const wanted = before < now ? before : left + width > now + seen ? Math.min(before, left + width - seen) : now;
  if (wanted !== now) box.scrollLeft = getComputedStyle(box).direction === 'rtl' ? -wanted : wanted;
}

/** Follows the scroll bar. The track of very many rows is shorter than they are, which `track.ts` makes up for. */
export function useScroll(scroller: Box, rows: number, rowHeight: number, columns: readonly PlacedColumn[]) {
  const [shown, setShown] = useState<Shown>({ first: 0, last: -1, from: 0, to: 0, shift: 0 });
  const [seen, setSeen] = useState(0);
  const before: Before = useRef({ scrollTop: 0, place: { top: 0, shift: 0 } });

  const measure = useCallback((): Track => {
    const box = scroller.current;
    return { rows, row: rowHeight, seen: box ? Math.max(rowHeight, box.clientHeight - headHeight) : 0 };
  }, [scroller, rows, rowHeight]);

  const show = useCallback(
    (place: Place) => {
      const box = scroller.current;
      if (!box) return;
      before.current = { scrollTop: box.scrollTop, place };
      const across = columnsBetween(columns, scrolledAcross(box), scrolledAcross(box) + box.clientWidth - gutter);
      const next = { ...drawn(measure(), place.top), ...across, shift: place.shift };
      setShown((now) => (same(now, next) ? now : next));
    },
    [scroller, measure, columns],
  );

  useScrolling(scroller, before, measure, show);
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
      const [box, column] = [scroller.current, columns[col]];
      if (!box || !column) return;
      const track = measure();
      const top = reveal(track, before.current.place.top, row);
      if (top !== before.current.place.top) {
        box.scrollTop = scrollTopOf(track, top);
        show({ top, shift: box.scrollTop - top });
      }
      revealColumn(box, columns, column);
    },
    [scroller, columns, measure, show],
  );
  return { shown, track: height({ ...measure(), seen }), revealCell, page: Math.max(1, Math.floor(seen / rowHeight) - 2) };
}

/** Small movements leave the bar a little off its proportional place: it is brought back once they rest. */
function useScrolling(scroller: Box, before: Before, measure: () => Track, show: (place: Place) => void): void {
  useEffect(() => {
    const box = scroller.current;
    if (!box) return undefined;
    let rest: ReturnType<typeof setTimeout> | undefined;
    const settle = () => {
      const { place } = before.current;
      const wanted = scrollTopOf(measure(), place.top);
      if (place.shift === 0 || Math.abs(wanted - box.scrollTop) < 2) return;
      box.scrollTop = wanted;
      show({ top: place.top, shift: box.scrollTop - place.top });
    };
    const onScroll = () => {
      show(scrolled(measure(), box.scrollTop, before.current));
      clearTimeout(rest);
      rest = setTimeout(settle, 150);
    };
    box.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(rest);
      box.removeEventListener('scroll', onScroll);
    };
  }, [scroller, before, measure, show]);
}
