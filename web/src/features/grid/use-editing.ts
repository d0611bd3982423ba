import { useState } from 'react';
import type { CloseEditor } from './editor.tsx';
import type { RowData } from './row.tsx';
import { at, type Bounds, type Selection } from './selection.ts';

/** What an open editor holds. */
export interface Editing {
  readonly row: number;
  /** What `row` was when the editor was opened. */
  readonly data: RowData;
  readonly view: string | undefined;
  readonly col: number;
  readonly text: string;
  /** What stood in the cell when the editor was opened. */
  readonly seen: string;
  /** True = typed over the cell: arrows leave it again. */
  readonly typed: boolean;
}

interface Situation {
  readonly selection: Selection;
  readonly bounds: Bounds;
  readonly source: { readonly view: string | undefined; row(position: number): RowData | undefined };
  readonly textOf: (row: RowData, col: number) => string;
  readonly editable: (row: RowData, col: number) => boolean;
  readonly reveal: (row: number, col: number) => void;
  readonly focus: () => void;
  readonly select: (selection: Selection) => void;
  readonly onCommit: (row: RowData, col: number, text: string, seen: string) => void;
}

const steps = { down: [1, 0], right: [0, 1], left: [0, -1], stay: [0, 0] } as const;

/** One cell at a time: opened with or without a first letter, closed with or without a change. */
export function useEditing({ selection, bounds, source, textOf, editable, reveal, focus, select, onCommit }: Situation) {
  const [editing, setEditing] = useState<Editing>();
  const edit = (text?: string): void => {
    const { row: position, col } = selection.active;
    const data = source.row(position);
    if (!data || !editable(data, col)) return;
    reveal(position, col);
    const seen = textOf(data, col);
    setEditing({ row: position, data, view: source.view, col, text: text ?? seen, seen, typed: text !== undefined });
  };
  const close: CloseEditor = (text, then) => {
    if (!editing) return;
    setEditing(undefined);
    if (then !== 'away') focus();
    if (text !== undefined) onCommit(editing.data, editing.col, text, editing.seen);
    if (then === 'away' || then === 'gone') return;
    const [down, right] = steps[then];
    select(at(Math.min(bounds.rows - 1, editing.row + down), Math.max(0, Math.min(bounds.cols - 1, editing.col + right))));
  };
  // Its cell is not there any more when other rows are: the editor goes, and what was typed goes to the row it was typed for.
  return { editing: editing?.view === source.view ? editing : undefined, edit, close };
}
