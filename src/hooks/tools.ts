/** What the pieces of pieces.ts are made with. */
import type { Fields } from './inside-cells.ts';

export type PieceName = 'text' | 'clone' | 'url' | 'crypto' | 'timers' | 'intl';

export interface Timers {
  /** Runs the timer that is due, and gives 0; else the ms until one is, -1 without any. */
  ring: () => number;
}

/** What a piece can use. */
export interface Tools {
  readonly ask: (maker: string, call: readonly unknown[]) => unknown;
  readonly stringify: (value: unknown) => string;
  readonly pieceOf: (name: PieceName) => Fields;
  readonly timers: Timers;
  /** The language's own methods of texts. */
  readonly usual: { readonly upper: () => string; readonly lower: () => string };
  readonly failureOf: (name: string, message: string) => Error;
}
