import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { commandOf, type Key } from './keys.ts';

const press = (combination: string): Key => {
  const parts = combination.split('+');
  const held = (name: string) => parts.slice(0, -1).includes(name);
  return { key: parts.at(-1) ?? '', ctrlKey: held('Ctrl'), metaKey: held('Meta'), shiftKey: held('Shift'), altKey: held('Alt') };
};

suite('keys of the table', () => {
  for (const [keys, command] of [
    ['ArrowDown', { do: 'move', move: 'down', extend: false }],
    ['Shift+ArrowRight', { do: 'move', move: 'right', extend: true }],
    ['Ctrl+Home', { do: 'move', move: 'first', extend: false }],
    ['Ctrl+End', { do: 'move', move: 'last', extend: false }],
    ['PageDown', { do: 'move', move: 'page-down', extend: false }],
    ['Tab', { do: 'tab', back: false }],
    ['Shift+Tab', { do: 'tab', back: true }],
    ['F2', { do: 'edit' }],
    ['Enter', { do: 'edit' }],
    ['x', { do: 'edit', text: 'x' }],
    [' ', { do: 'edit', text: ' ' }],
    ['Delete', { do: 'clear' }],
    ['Ctrl+Delete', { do: 'delete-rows' }],
    ['Ctrl+d', { do: 'fill' }],
    ['Meta+z', { do: 'undo' }],
    ['Ctrl+Shift+Z', { do: 'redo' }],
    ['Ctrl+y', { do: 'redo' }],
    ['Ctrl+f', { do: 'find' }],
    ['Ctrl+h', { do: 'replace' }],
    ['Ctrl+a', { do: 'select-all' }],
    ['Alt+ArrowDown', { do: 'problem', direction: 'next' }],
    ['Alt+ArrowUp', { do: 'problem', direction: 'previous' }],
    ['F6', { do: 'leave' }],
    ['Ctrl+c', undefined],
    ['Ctrl+t', undefined],
    ['Shift', undefined],
    ['Alt+F4', undefined],
  ] as const) {
    test(keys, () => assert.deepEqual(commandOf(press(keys)), command));
  }
});

test('where reading goes from right to left, the arrow points to the next column', () => {
  const key = { key: 'ArrowLeft', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false };
  assert.deepEqual(commandOf(key, true), { do: 'move', move: 'right', extend: false });
  assert.deepEqual(commandOf({ ...key, ctrlKey: true }, true), { do: 'move', move: 'end', extend: false });
  assert.deepEqual(commandOf({ ...key, altKey: true, shiftKey: true }, true), { do: 'widen', by: 24 });
  assert.deepEqual(commandOf({ ...key, key: 'x' }, true), { do: 'edit', text: 'x' });
});
