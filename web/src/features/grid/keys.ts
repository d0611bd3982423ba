/** What a key means in the table. */
import type { Move } from './selection.ts';

export interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly altKey: boolean;
}

export type Command =
  | { readonly do: 'move'; readonly move: Move; readonly extend: boolean }
  | { readonly do: 'tab'; readonly back: boolean }
  | { readonly do: 'edit'; readonly text?: string }
  | { readonly do: 'problem'; readonly direction: 'next' | 'previous' }
  | { readonly do: 'widen'; readonly by: number }
  | {
      readonly do:
        | 'clear'
        | 'fill'
        | 'undo'
        | 'redo'
        | 'select-all'
        | 'find'
        | 'replace'
        | 'leave'
        | 'delete-rows'
        | 'help'
        | 'copyNamed'
        | 'duplicate'
        | 'goTo';
    };

const moves: Readonly<Record<string, Move>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'home',
  End: 'end',
  PageUp: 'page-up',
  PageDown: 'page-down',
};

const far: Readonly<Record<string, Move>> = {
  ArrowUp: 'top',
  ArrowDown: 'bottom',
  ArrowLeft: 'home',
  ArrowRight: 'end',
  Home: 'first',
  End: 'last',
};

const control: Readonly<Record<string, Command>> = {
  a: { do: 'select-all' },
  d: { do: 'fill' },
  z: { do: 'undo' },
  y: { do: 'redo' },
  f: { do: 'find' },
  h: { do: 'replace' },
  g: { do: 'goTo' },
  delete: { do: 'delete-rows' },
  backspace: { do: 'delete-rows' },
};

const controlShift: Readonly<Record<string, Command>> = {
  z: { do: 'redo' },
  c: { do: 'copyNamed' },
  d: { do: 'duplicate' },
};

const plain: Readonly<Record<string, Command>> = {
  F2: { do: 'edit' },
  F6: { do: 'leave' },
  Delete: { do: 'clear' },
  Backspace: { do: 'clear' },
  F1: { do: 'help' },
};

/** Pixels by which a key makes a column wider. */
const wider = 24;

function withAlt({ key, shiftKey }: Key): Command | undefined {
  if (key === 'ArrowDown') return { do: 'problem', direction: 'next' };
  if (key === 'ArrowUp') return { do: 'problem', direction: 'previous' };
  if (!shiftKey || !(key === 'ArrowRight' || key === 'ArrowLeft')) return undefined;
  return { do: 'widen', by: key === 'ArrowRight' ? wider : -wider };
}

/** Arrows point where they go: in a table that reads from right to left, the next column is to the left. */
const mirrored: Readonly<Record<string, string>> = { ArrowLeft: 'ArrowRight', ArrowRight: 'ArrowLeft' };

/** `undefined`: the browser's own business. `rightToLeft` = so the table reads. */
export function commandOf(pressed: Key, rightToLeft = false): Command | undefined {
  const { ctrlKey, metaKey, shiftKey, altKey } = pressed;
  const event = { ctrlKey, metaKey, shiftKey, altKey, key: (rightToLeft ? mirrored[pressed.key] : undefined) ?? pressed.key };
  const { key, shiftKey: extend } = event;
  const ctrl = ctrlKey || metaKey;
  if (event.altKey && !ctrl) return withAlt(event);
  if (key === 'Tab') return ctrl ? undefined : { do: 'tab', back: extend };
  if (key === 'Enter') return extend ? { do: 'move', move: 'up', extend: false } : { do: 'edit' };
  const move = (ctrl ? far : moves)[key];
  if (move) return { do: 'move', move, extend };
  if (ctrl) return (extend ? controlShift : control)[key.toLowerCase()];
  return plain[key] ?? (key.length === 1 ? { do: 'edit', text: key } : undefined);
}
