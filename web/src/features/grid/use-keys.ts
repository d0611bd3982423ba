import type { KeyboardEvent } from 'react';
import { commandOf, type Command } from './keys.ts';
import { everything, moved, tabbed, type Bounds, type Selection } from './selection.ts';

/** What keys ask of the table's owner. */
export interface GridActions {
  clear(): void;
  fill(): void;
  undo(): void;
  redo(): void;
  find(): void;
  replace(): void;
  help(): void;
  deleteRows(): void;
  problem(direction: 'next' | 'previous'): void;
  copyNamed(): void;
  duplicate(): void;
  goTo(): void;
  /** Out of the table, to what follows or precedes it. */
  leave(): void;
}

interface Situation {
  readonly selection: Selection;
  readonly bounds: Bounds;
  readonly select: (selection: Selection) => void;
  readonly edit: (text?: string) => void;
  /** Makes the column wider, by pixels. */
  readonly widen: (by: number) => void;
  readonly actions: GridActions;
  readonly editing: boolean;
}

function act(command: Command, { selection, bounds, select, edit, widen, actions }: Situation): boolean {
  switch (command.do) {
    case 'move':
      select(moved(selection, command.move, command.extend, bounds));
      return true;
    case 'tab': {
      // Past the last cell the key goes on through the page, as everywhere.
      const next = tabbed(selection, command.back, bounds);
      if (next) select(next);
      return next !== undefined;
    }
    case 'edit':
      edit(command.text);
      return true;
    case 'problem':
      actions.problem(command.direction);
      return true;
    case 'widen':
      widen(command.by);
      return true;
    case 'select-all':
      if (bounds.rows > 0) select(everything(bounds));
      return true;
    case 'delete-rows':
      actions.deleteRows();
      return true;
    default:
      actions[command.do]();
      return true;
  }
}

export function useGridKeys(situation: Situation) {
  return (event: KeyboardEvent<HTMLElement>): void => {
    if (situation.editing || event.target !== event.currentTarget) return;
    const command = commandOf(event, document.documentElement.dir === 'rtl');
    if (command && act(command, situation)) event.preventDefault();
  };
}
