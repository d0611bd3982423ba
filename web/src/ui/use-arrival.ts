import { useEffect, useRef, type RefObject } from 'react';

/** The heading of what has just been opened gets the focus: keys and screen readers go on from there. */
export function useArrival(): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return heading;
}
