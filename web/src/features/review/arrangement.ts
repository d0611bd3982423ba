/** How somebody has the table arranged: which columns are shown, which stay in view, how wide they are, how high rows are. */
import type { Column } from '../../api/wire.ts';

export const heights = { low: 26, normal: 32, tall: 64 } as const;
export type Height = keyof typeof heights;

export interface Arrangement {
  /** Pixels, of the columns that somebody has made wider or narrower. */
  readonly widths: Readonly<Record<string, number>>;
  readonly hidden: readonly string[];
  /** Columns that stay in view while others are scrolled. */
  readonly pinned: readonly string[];
  readonly height: Height;
}

export const plainArrangement: Arrangement = { widths: {}, hidden: [], pinned: [], height: 'normal' };

/** Places in a row's cells of the columns that are shown, in their order: those that stay in view come first. */
export function shownPlaces(columns: readonly Column[], { hidden, pinned }: Pick<Arrangement, 'hidden' | 'pinned'>): number[] {
  const shown = columns.map((_, place) => place).filter((place) => !hidden.includes(columns[place]?.id ?? ''));
  const stays = (place: number): boolean => pinned.includes(columns[place]?.id ?? '');
  return [...shown.filter(stays), ...shown.filter((place) => !stays(place))];
}

/** With or without a column among those of a list. */
export const turned = (ids: readonly string[], id: string): string[] =>
  ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id];

const isIds = (value: unknown): value is string[] => Array.isArray(value) && value.every((id) => typeof id === 'string');

/** What was kept, as far as it is what it should be. */
export function arrangementOf(kept: unknown): Arrangement {
  if (typeof kept !== 'object' || kept === null) return plainArrangement;
  const { widths, hidden, pinned, height } = kept as Partial<Record<keyof Arrangement, unknown>>; // each is looked at below
  const wide = typeof widths === 'object' && widths !== null ? Object.entries(widths) : [];
  return {
    widths: Object.fromEntries(wide.filter(([, width]) => typeof width === 'number' && width >= 64 && width <= 800)),
    hidden: isIds(hidden) ? hidden : [],
    pinned: isIds(pinned) ? pinned : [],
    height: typeof height === 'string' && height in heights ? (height as Height) : 'normal', // it is one of them
  };
}
