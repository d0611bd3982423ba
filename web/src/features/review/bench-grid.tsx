import type { Counts, Field, State, ViewRequest } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Editor, type CloseEditor } from '../grid/editor.tsx';
import { Grid } from '../grid/grid.tsx';
import type { Editing } from '../grid/use-editing.ts';
import { heights } from './arrangement.ts';
import { cellAt, changeCell, isFixed } from './edits.ts';
import { OptionEditor } from './option-editor.tsx';
import type { Session, Snapshot } from './session.ts';
import { useTable, type Bench } from './use-workbench.ts';

interface Props {
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly state: State;
  readonly bench: Bench;
}

export function BenchGrid({ session, snapshot, state, bench }: Props) {
  const { source, columns, resize } = useTable(session, snapshot, state);
  const request = snapshot.view?.request;
  const showAll = () => void bench.open({ filter: 'all' });
  return (
    <Grid
      ref={bench.grid}
      columns={columns}
      source={source}
      selection={bench.selection}
      onSelect={bench.setSelection}
      actions={bench.actions}
      rowHeight={heights[snapshot.arrangement.height]}
      search={request?.search ?? ''}
      busy={snapshot.opening !== undefined}
      onColumnBadge={(column) => void bench.open({ filter: 'errors', column })}
      onResize={resize}
      editable={(row, col) => !row.removed && !isFixed(session, col)}
      onCommit={(row, col, text, seen) => session.tried(changeCell(session, row, col, text, seen))}
      renderEditor={(editing, close) => <CellEditor session={session} state={state} editing={editing} onClose={close} />}
      empty={request && <Empty request={request} counts={state.counts} onAll={showAll} />}
    />
  );
}

interface CellEditorProps {
  readonly session: Session;
  readonly state: State;
  readonly editing: Editing;
  readonly onClose: CloseEditor;
}

/** What the two states of a checkbox are called, in cells and in files. */
const ticks = ['yes', 'no'].map((word) => ({ label: word, value: word }));

/** A list where the field has options, else its text. */
function CellEditor({ session, state, editing, onClose }: CellEditorProps) {
  const { data, col, text, typed } = editing;
  const column = session.columnAt(col);
  const field: Field | undefined = state.fields.find(({ key }) => key === column?.field);
  const options =
    cellAt(session, session.rows.newest(data), col)?.o ?? (field?.type === 'checkbox' ? ticks : (field?.options ?? []));
  const shared = { label: column?.label ?? '', text, typed, onClose };
  const many = field?.type.startsWith('multi') ?? false;
  if (options.length > 0)
    return <OptionEditor {...shared} options={options} delimiter={many ? (field?.delimiter ?? ', ') : undefined} />;
  const day = field?.type === 'date';
  return <Editor {...shared} hint={day ? texts.cell.dateHint : undefined} day={day} />;
}

const countOf: Readonly<Record<ViewRequest['filter'], keyof Omit<Counts, 'byColumn'>>> = {
  all: 'rows',
  errors: 'invalid',
  warnings: 'warned',
  edited: 'edited',
  removed: 'removed',
};

/** Why there is nothing to see, and the way to what there is. */
function Empty({
  request,
  counts,
  onAll,
}: {
  readonly request: ViewRequest;
  readonly counts: Counts;
  readonly onAll: () => void;
}) {
  const { filter, search } = request;
  const some = counts[countOf[filter]] > 0;
  const text = search ? texts.empty.search(search) : some ? texts.empty.narrowed : texts.empty[filter];
  return (
    <div className="empty">
      <p>
        {text} {filter === 'errors' && !some && !search && texts.empty.finish}
      </p>
      {(filter !== 'all' || search) && <Button onClick={onAll}>{texts.empty.showAll}</Button>}
    </div>
  );
}
