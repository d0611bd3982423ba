import type { Stage, State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { FinishBar } from '../finish/bar.tsx';
import { FinishDialog } from '../finish/dialog.tsx';
import { ProblemsPanel } from '../problems/panel.tsx';
import { ReplacePanel } from '../problems/replace.tsx';
import { BenchGrid } from './bench-grid.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { Detail } from './detail.tsx';
import { changeCells, isFixed, toggleRows } from './edits.ts';
import { Help } from './help.tsx';
import type { Session, Snapshot } from './session.ts';
import { Summary } from './summary.tsx';
import { Toolbar, type Panel } from './toolbar.tsx';
import { TopBar } from './top-bar.tsx';
import { useWorkbench, type Bench } from './use-workbench.ts';

interface Props {
  readonly session: Session;
  readonly snapshot: Snapshot;
  readonly state: State;
  readonly onStage: (stage: Stage) => void;
}

type PartProps = Pick<Props, 'session' | 'snapshot' | 'state'> & { readonly bench: Bench };

/** Where rows are mended. */
export function Workbench({ session, snapshot, state, onStage }: Props) {
  const bench = useWorkbench(session, snapshot, state);
  const { open, setDialog } = bench;
  const parts = { session, snapshot, state, bench };
  return (
    <>
      <TopBar
        snapshot={snapshot}
        state={state}
        stage="rows"
        onStage={onStage}
        onHelp={() => setDialog('help')}
        onFinish={() => setDialog('finish')}
      />
      <main className="bench">
        <Summary counts={state.counts} request={snapshot.view?.request} onFilter={(filter) => void open({ filter })} />
        <BenchTools {...parts} />
        <div className="bench-body">
          <div className="bench-rows">
            <p id="grid-keys" className="unseen">
              {texts.grid.keys}
            </p>
            <BenchGrid {...parts} />
            <BenchDetail {...parts} />
          </div>
          <BenchPanel {...parts} />
        </div>
        <FinishBar state={state} onFinish={() => setDialog('finish')} />
        <p className="unseen" role="status">
          {bench.said}
        </p>
      </main>
      <BenchDialogs {...parts} />
    </>
  );
}

const turned = (now: Panel | undefined, wanted: Panel): Panel | undefined => (now === wanted ? undefined : wanted);

function BenchTools({ session, snapshot, state, bench }: PartProps) {
  return (
    <Toolbar
      session={session}
      state={state}
      request={snapshot.view?.request}
      place={bench.place}
      panel={bench.panel}
      removed={session.rows.row(bench.selection.active.row)?.removed ?? false}
      searchBox={bench.searchBox}
      onRequest={(next) => void bench.open(next)}
      onProblem={(direction) => void bench.problem(direction)}
      onPanel={(panel) => bench.setPanel(turned(bench.panel, panel))}
      onAdd={() => void bench.add()}
      onRows={() => void toggleRows(session, bench.selection)}
      onGrid={() => bench.grid.current?.focus()}
    />
  );
}

function BenchDetail({ session, state, bench }: PartProps) {
  const { row: position, col } = bench.selection.active;
  const row = session.rows.row(position);
  return (
    <Detail
      row={row}
      cell={row?.cells[col]}
      column={state.columns[col]}
      field={state.fields.find(({ key }) => key === state.columns[col]?.field)}
      editable={!isFixed(session, col)}
      onEdit={() => bench.grid.current?.edit()}
      onRevert={(text) => void changeCells(session, [{ row: position, col, text }])}
      onLike={(column, message) => void bench.open({ filter: 'all', column, message })}
    />
  );
}

function BenchPanel({ session, snapshot, state, bench }: PartProps) {
  const close = () => bench.setPanel(undefined);
  const { tick } = snapshot;
  if (bench.panel === 'replace') return <ReplacePanel session={session} state={state} onClose={close} />;
  if (bench.panel !== 'problems') return null;
  return (
    <ProblemsPanel session={session} state={state} tick={tick} onShow={(request) => void bench.open(request)} onClose={close} />
  );
}

function BenchDialogs({ session, snapshot, state, bench }: PartProps) {
  const close = () => bench.setDialog(undefined);
  const showErrors = () => void bench.open({ filter: 'errors' });
  return (
    <>
      {bench.dialog === 'help' && <Help onClose={close} />}
      {bench.dialog === 'finish' && <FinishDialog session={session} state={state} onErrors={showErrors} onClose={close} />}
      {snapshot.conflict && <ConflictDialog session={session} conflict={snapshot.conflict} />}
    </>
  );
}
