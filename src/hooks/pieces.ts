/**
 * The texts of what is compiled inside the interpreter when a hook first touches it (see inside-globals.ts). The bundler takes
 * the names of classes away, so each piece names its own.
 */
import { clonePiece } from './inside-clone.ts';
import { cryptoPiece } from './inside-crypto.ts';
import { intlPiece } from './inside-intl.ts';
import { textPiece } from './inside-text.ts';
import { timersPiece } from './inside-timers.ts';
import { urlPiece } from './inside-url.ts';
import type { PieceName } from './tools.ts';

/** Each evaluates to a function of `Tools`, which gives what the piece has, by name. */
export const pieces: Readonly<Record<PieceName, string>> = {
  text: textPiece,
  clone: clonePiece,
  url: urlPiece,
  crypto: cryptoPiece,
  timers: timersPiece,
  intl: intlPiece,
};
