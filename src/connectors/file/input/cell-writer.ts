/** Cells of a sheet as csv: what they hold, what they show, or both (docs/files.md). */
import { singleText, twoTexts } from '../../../sdk/two-texts.ts';
import { plainNumber, quoted, serialText, shownAs } from './cells.ts';
import type { CellFormat, cellFormat, displayed } from './display.ts';

/** Whether cells stand with what they show: in these columns alone, or in all of them `beside` what they hold; absent = nowhere. */
export type Seen = 'beside' | readonly number[];

/** Loaded only where somebody asks what cells show. */
export interface Display {
  readonly cellFormat: typeof cellFormat;
  readonly displayed: typeof displayed;
}

/** A number format, as far as it is of use. */
export interface Styled extends CellFormat {
  /** It may show a number otherwise than its digits do. */
  readonly dresses: boolean;
}

export const general: Styled = { as: 'number', dresses: false };

/** `own`: the workbook's own code of the format with that number. */
export function styled(id: number, own: string | undefined, display: Display | undefined): Styled {
  const as = shownAs(id, own);
  const dresses = own === undefined ? id !== 0 && id !== 49 : !/^(?:general|@)$/i.test(own);
  return { ...(display?.cellFormat(id, own, as) ?? { as }), dresses };
}

export interface CellWriter {
  text(at: number, text: string): string;
  flag(at: number, is: boolean): string;
  /** `stored`: its digits, or what stands in their place. */
  number(at: number, stored: string, style: Styled): string;
  /** Columns with a cell that may show something else than it holds. */
  readonly shows: () => readonly number[];
}

/** Numbers of more digits than spreadsheet programs keep are not shown as they are stored. */
const longestKept = 15;

export function cellWriter(seen: Seen | undefined, display: Display | undefined, since1904: boolean): CellWriter {
  const isBeside = seen === 'beside';
  const columns = new Set(isBeside ? [] : seen);
  const shows = new Set<number>();
  const written = (at: number, held: string, shown: string): string => {
    if (shown === held) return quoted(held);
    shows.add(at);
    return quoted(isBeside ? twoTexts(held, shown) : columns.has(at) ? shown : held);
  };
  return {
    shows: () => [...shows].sort((a, b) => a - b),
    text(at, text) {
      const single = isBeside ? singleText(text) : text;
      if (single !== text) shows.add(at);
      return quoted(single);
    },
    flag: (at, is) => written(at, is ? 'true' : 'false', is ? 'TRUE' : 'FALSE'),
    number(at, stored, style) {
      const held = style.as === 'number' ? plainNumber(stored) : serialText(stored, style.as, since1904);
      if (!style.dresses && stored.length <= longestKept) return quoted(held);
      if (!display) shows.add(at);
      const isAsked = display && (isBeside || columns.has(at));
      return isAsked ? written(at, held, display.displayed(stored, style, since1904) ?? held) : quoted(held);
    },
  };
}
