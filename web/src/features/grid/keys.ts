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
  | { readonly do: 'clear' | 'fill' | 'undo' | 'redo' | 'select-all' | 'find' | 'replace' | 'leave' | 'delete-rows' | 'help' };

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
  delete: { do: 'delete-rows' },
  backspace: { do: 'delete-rows' },
};

const plain: Readonly<Record<string, Command>> = {
  F2: { do: 'edit' },
  F6: { do: 'leave' },
  Delete: { do: 'clear' },
  Backspace: { do: 'clear' },
  F1: { do: 'help' },
};

/** `undefined`: the browser's own business. */
export function commandOf(event: Key): Command | undefined {
  const { key, shiftKey: extend } = event;
  const ctrl = event.ctrlKey || event.metaKey;
  if (event.altKey && !ctrl) {
    if (key === 'ArrowDown') return { do: 'problem', direction: 'next' };
    return key === 'ArrowUp' ? { do: 'problem', direction: 'previous' } : undefined;
  }
  if (key === 'Tab') return ctrl ? undefined : { do: 'tab', back: extend };
  if (key === 'Enter') return extend ? { do: 'move', move: 'up', extend: false } : { do: 'edit' };
  const move = (ctrl ? far : moves)[key];
  if (move) return { do: 'move', move, extend };
  if (ctrl) return key.toLowerCase() === 'z' && extend ? { do: 'redo' } : control[key.toLowerCase()];
  return plain[key] ?? (key.length === 1 ? { do: 'edit', text: key } : undefined);
}
