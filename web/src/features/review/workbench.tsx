import type { Filter, Stage, State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Editor } from '../grid/editor.tsx';
import { Grid } from '../grid/grid.tsx';
import { FinishDialog } from '../finish/dialog.tsx';
import { FinishBar } from '../finish/bar.tsx';
import { ProblemsPanel } from '../problems/panel.tsx';
import { ReplacePanel } from '../problems/replace.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { Detail } from './detail.tsx';
import { changeCells, isFixed, toggleRows } from './edits.ts';
import { Help } from './help.tsx';
import { OptionEditor } from './option-editor.tsx';
import type { Session, Snapshot } from './session.ts';
import { Summary } from './summary.tsx';
import { Toolbar } from './toolbar.tsx';
import { TopBar } from './top-bar.tsx';
import { useWorkbench } from './use-workbench.ts';

interface Props {
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly state: State;
  readonly onStage: (stage: Stage) => void;
}

/** Where rows are mended. */
export function Workbench({ session, snapshot, state, onStage }: Props) {
  const bench = useWorkbench(session, snapshot, state);
  const { selection, panel, dialog, open } = bench;
  const request = snapshot.view?.request;
  const { row: position, col } = selection.active;
  const row = session.rows.row(position);
  const turnPanel = (wanted: typeof panel) => bench.setPanel(panel === wanted ? undefined : wanted);
  return (
    <>
      <TopBar
        snapshot={snapshot}
        state={state}
        stage="rows"
        onStage={onStage}
        onHelp={() => bench.setDialog('help')}
        onFinish={() => bench.setDialog('finish')}
      />
      <main className="bench">
        <Summary counts={state.counts} request={request} onFilter={(filter) => void open({ filter })} />
        <Toolbar
          session={session}
          state={state}
          request={request}
          place={bench.place}
          panel={panel}
          removed={row?.removed ?? false}
          searchBox={bench.searchBox}
          onRequest={(next) => void open(next)}
          onProblem={(direction) => void bench.problem(direction)}
          onPanel={turnPanel}
          onAdd={() => void bench.add()}
          onRows={() => void toggleRows(session, selection)}
          onGrid={() => bench.grid.current?.focus()}
        />
        <div className="bench-body">
          <div className="bench-rows">
            <p id="grid-keys" className="unseen">
              {texts.grid.keys}
            </p>
            <BenchGrid
              session={session}
              state={state}
              bench={bench}
              opened={request !== undefined}
              filter={request?.filter ?? 'all'}
              search={request?.search}
            />
            <Detail
              row={row}
              cell={row?.cells[col]}
              column={state.columns[col]}
              field={state.fields.find(({ key }) => key === state.columns[col]?.field)}
              editable={!isFixed(session, col)}
              onEdit={() => bench.grid.current?.edit()}
              onRevert={(text) => void changeCells(session, [{ row: position, col, text }])}
              onLike={(column, message) => void open({ filter: 'all', column, message })}
            />
          </div>
          {panel === 'problems' && (
            <ProblemsPanel
              session={session}
              state={state}
              tick={snapshot.tick}
              onShow={(next) => void open(next)}
              onClose={() => turnPanel(panel)}
            />
          )}
          {panel === 'replace' && <ReplacePanel session={session} state={state} onClose={() => turnPanel(panel)} />}
        </div>
        <FinishBar state={state} onFinish={() => bench.setDialog('finish')} />
        <p className="unseen" role="status">
          {bench.said}
        </p>
      </main>
      {dialog === 'help' && <Help onClose={() => bench.setDialog(undefined)} />}
      {dialog === 'finish' && (
        <FinishDialog
          session={session}
          state={state}
          onErrors={() => void open({ filter: 'errors' })}
          onClose={() => bench.setDialog(undefined)}
        />
      )}
      {snapshot.conflict && <ConflictDialog session={session} conflict={snapshot.conflict} />}
    </>
  );
}

interface BenchGridProps {
  readonly session: Session;
  readonly state: State;
  readonly bench: ReturnType<typeof useWorkbench>;
  readonly opened: boolean;
  readonly filter: Filter;
  readonly search: string | undefined;
}

function BenchGrid({ session, state, bench, opened, filter, search }: BenchGridProps) {
  const fieldOf = (col: number) => state.fields.find(({ key }) => key === state.columns[col]?.field);
  return (
    <Grid
      ref={bench.grid}
      columns={bench.columns}
      source={bench.source}
      selection={bench.selection}
      onSelect={bench.setSelection}
      actions={bench.actions}
      rowHeight={32}
      onColumnBadge={bench.badge}
      onResize={bench.resize}
      editable={(row, col) => !row?.removed && !isFixed(session, col)}
      onCommit={(row, col, text, seen) => void changeCells(session, [{ row, col, text }], seen)}
      renderEditor={({ row, col, text, typed }, close) => {
        const options = session.rows.row(row)?.cells[col]?.o ?? fieldOf(col)?.options ?? [];
        const label = state.columns[col]?.label ?? '';
        if (options.length === 0) {
          const hint = fieldOf(col)?.type.startsWith('date') ? texts.cell.dateHint : undefined;
          return <Editor label={label} text={text} typed={typed} hint={hint} onClose={close} />;
        }
        const many = fieldOf(col)?.type.startsWith('multi') ?? false;
        return <OptionEditor label={label} text={text} typed={typed} options={options} many={many} onClose={close} />;
      }}
      empty={
        opened && (
          <Empty filter={filter} search={search} narrowed={state.counts} onAll={() => void bench.open({ filter: 'all' })} />
        )
      }
    />
  );
}

function Empty({
  filter,
  search,
  onAll,
  narrowed,
}: {
  filter: Filter;
  search: string | undefined;
  narrowed: State['counts'];
  onAll: () => void;
}) {
  const none = {
    all: narrowed.rows,
    errors: narrowed.invalid,
    warnings: narrowed.warned,
    edited: narrowed.edited,
    removed: narrowed.removed,
  };
  const text = search ? texts.empty.search(search) : none[filter] > 0 ? texts.empty.narrowed : texts.empty[filter];
  return (
    <div className="empty">
      <p>
        {text} {filter === 'errors' && none.errors === 0 && !search && texts.empty.finish}
      </p>
      {(filter !== 'all' || search) && <Button onClick={onAll}>{texts.empty.showAll}</Button>}
    </div>
  );
}
