import type { Stage, State, ViewRequest } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { FinishBar } from '../finish/bar.tsx';
import { FinishDialog } from '../finish/dialog.tsx';
import { ProblemsPanel } from '../problems/panel.tsx';
import { ReplacePanel } from '../problems/replace.tsx';
import { at, block } from '../grid/selection.ts';
import { Reasons } from '../stages/reasons.tsx';
import { Rich } from '../../ui/rich.tsx';
import { BenchGrid } from './bench-grid.tsx';
import { ConflictDialog } from './conflict-dialog.tsx';
import { Detail } from './detail.tsx';
import { cellAt, changeCells, isFixed, toggleRows } from './edits.ts';
import { GoTo } from './go-to.tsx';
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
  const request = snapshot.opening ?? snapshot.view?.request;
  const parts = { session, snapshot, state, bench, request };
  return (
    <>
      <TopBar
        snapshot={snapshot}
        state={state}
        stage="rows"
        onStage={onStage}
        onSkip={() => bench.grid.current?.focus()}
        onHelp={() => setDialog('help')}
        onFinish={() => void bench.finish()}
      />
      <main className="bench">
        <Stopped state={state} />
        {state.settings.helpText && (
          <p className="bench-help">
            <Rich markup={state.settings.helpText} />
          </p>
        )}
        <Summary counts={state.counts} request={request} onFilter={(filter) => void open({ filter })} />
        <BenchTools {...parts} />
        <div className="bench-body">
          <div className={`bench-rows${snapshot.opening ? ' is-opening' : ''}`}>
            <p id="grid-keys" className="unseen">
              {texts.grid.keys}
            </p>
            <BenchGrid {...parts} />
            <BenchDetail {...parts} />
          </div>
          <BenchPanel {...parts} />
        </div>
        <FinishBar state={state} onFinish={() => void bench.finish()} />
        <p className="unseen" role="status">
          {bench.said}
        </p>
      </main>
      <BenchDialogs {...parts} />
    </>
  );
}

/** What the import was stopped for besides its rows, as long as nothing was done about it, and what it has no room for. */
function Stopped({ state: { reasons, dropped } }: { readonly state: State }) {
  const stopped = reasons.filter(({ code }) => code === 'BULK_FIX' || code === 'FINISH_CANCELLED');
  return <Reasons reasons={stopped} note={dropped > 0 ? texts.pages.leftOut(dropped) : undefined} />;
}

const turned = (now: Panel | undefined, wanted: Panel): Panel | undefined => (now === wanted ? undefined : wanted);

function BenchTools({ session, snapshot, state, bench, request }: PartProps & { readonly request: ViewRequest | undefined }) {
  const { total = 0, matches } = (snapshot.opening ? undefined : snapshot.view) ?? {};
  return (
    <Toolbar
      session={session}
      state={state}
      request={request}
      found={matches === undefined ? undefined : { rows: total, matches }}
      place={bench.place}
      panel={bench.panel}
      removed={session.rows.row(bench.selection.active.row)?.removed ?? false}
      searchBox={bench.searchBox}
      onRequest={(next) => void bench.open(next)}
      onProblem={(direction) => void bench.problem(direction)}
      onPanel={(panel) => bench.setPanel(turned(bench.panel, panel))}
      arrangement={snapshot.arrangement}
      onArrange={(arrangement) => session.arrange(arrangement)}
      onAdd={() => void bench.add()}
      onDuplicate={() => session.tried(bench.duplicate())}
      onGoTo={() => bench.setDialog('goTo')}
      onRows={() => session.tried(toggleRows(session, bench.selection))}
      onGrid={() => bench.grid.current?.focus()}
    />
  );
}

function BenchDetail({ session, state, bench }: PartProps) {
  const { selection } = bench;
  const { row: position, col } = selection.active;
  const row = session.rows.row(position);
  const column = session.columnAt(col);
  const { top, bottom, left, right } = block(selection);
  const several = top !== bottom || left !== right;
  return (
    <Detail
      row={row}
      cell={cellAt(session, row, col)}
      column={column}
      field={state.fields.find(({ key }) => key === column?.field)}
      several={several ? texts.cell.several(right - left + 1, bottom - top + 1) : undefined}
      editable={!isFixed(session, col)}
      onEdit={() => bench.grid.current?.edit()}
      onRevert={(text) => session.tried(changeCells(session, [{ row: position, col, text }]))}
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
      {bench.dialog === 'goTo' && (
        <GoTo session={session} onFound={(row) => bench.choose(at(row, bench.selection.active.col))} onClose={close} />
      )}
      {bench.dialog === 'help' && <Help onClose={close} />}
      {bench.dialog === 'finish' && <FinishDialog session={session} state={state} onErrors={showErrors} onClose={close} />}
      {snapshot.conflict && <ConflictDialog session={session} conflict={snapshot.conflict} />}
    </>
  );
}
