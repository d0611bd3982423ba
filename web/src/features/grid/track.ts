/**
 * Where rows are while people scroll. Browsers cut elements off at 17 to 33 million pixels, so the track that is scrolled is never
 * longer than `longest`: a drag of its thumb is proportional, a turn of the wheel still moves by its own pixels.
 */

/** Pixels; a power of two below what every browser can place an element at exactly. */
export const longest = 8_388_608;

export interface Track {
  readonly rows: number;
  /** Pixels of one row. */
  readonly row: number;
  /** Pixels of rows that are seen at once. */
  readonly seen: number;
}

/** What is on show: `top` = pixels of rows above, `shift` = what to add to a row's own place to find it in the track. */
export interface Place {
  readonly top: number;
  readonly shift: number;
}

export const height = ({ rows, row }: Track): number => Math.min(rows * row, longest);

const room = (track: Track): number => Math.max(0, track.rows * track.row - track.seen);
const trackRoom = (track: Track): number => Math.max(0, height(track) - track.seen);

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}

/** The place for a position of the scroll bar, when it was moved from `before`. */
export function scrolled(track: Track, scrollTop: number, before: { readonly scrollTop: number; readonly place: Place }): Place {
  const [all, bar] = [room(track), trackRoom(track)];
  if (all === bar) return { top: clamp(scrollTop, all), shift: 0 };
  const by = scrollTop - before.scrollTop;
  const near = Math.abs(by) <= track.seen * 3 && scrollTop > 0 && scrollTop < bar;
  const top = Math.round(near ? clamp(before.place.top + by, all) : (clamp(scrollTop, bar) / bar) * all);
  return { top, shift: scrollTop - top };
}

/** Where the scroll bar belongs for rows from `top` on. */
export function scrollTopOf(track: Track, top: number): number {
  const [all, bar] = [room(track), trackRoom(track)];
  return all === bar || all === 0 ? clamp(top, all) : Math.round((clamp(top, all) / all) * bar);
}

/** The `top` that brings a row into view with as little movement as can be. */
export function reveal(track: Track, top: number, position: number): number {
  const from = position * track.row;
  if (from < top) return clamp(from, room(track));
  if (from + track.row > top + track.seen) return clamp(from + track.row - track.seen, room(track));
  return top;
}

/** First and last row to draw: those in view and a few around them. */
export function drawn({ rows, row, seen }: Track, top: number, around = 8): { readonly first: number; readonly last: number } {
  const first = Math.max(0, Math.floor(top / row) - around);
  return { first, last: Math.min(rows - 1, Math.ceil((top + seen) / row) + around) };
}
