import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { State, ViewRequest } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { textOfMessage } from '../../ui/markup.ts';
import { finishSentence } from '../finish/sentences.ts';
import type { GridHandle, RowSource } from '../grid/grid.tsx';
import { at, type Selection } from '../grid/selection.ts';
import type { GridActions } from '../grid/use-keys.ts';
import { firstRequest, toHash } from './address.ts';
import { keepArrangement, keptArrangement } from './arrangement-kept.ts';
import { cellAt, clear, duplicateRow, fillDown, toggleRows } from './edits.ts';
import { gridColumns, widthsOf, type Widths } from './grid-columns.ts';
import { beginning, nextProblem } from './problem-walk.ts';
import type { Session, Snapshot } from './session.ts';
import type { Panel } from './toolbar.tsx';
import { copyNamed, useClipboard } from './use-clipboard.ts';

/** Rows and columns as the table takes them. */
export function useTable(session: Session, snapshot: Snapshot, state: State) {
  const { view, tick } = snapshot;
  const { arrangement } = snapshot;
  const [widths] = useState<Widths>(() => widthsOf(state));
  const total = view?.total ?? 0;
  const source = useMemo<RowSource>(
    () => ({
      view: view?.id,
      total,
      tick,
      row: (position) => session.rows.row(position),
      want: (first, last) => session.want(first, last),
    }),
    [session, view?.id, total, tick],
  );
  const { places } = session;
  const columns = useMemo(
    () => gridColumns(state, places, widths, arrangement, innerWidth * 0.6),
    [state, places, widths, arrangement],
  );
  const resize = useCallback(
    (id: string, width: number | undefined) => {
      const { arrangement: now } = session.snapshot;
      const { [id]: _, ...others } = now.widths;
      session.arrange({ ...now, widths: width === undefined ? others : { ...others, [id]: width } });
    },
    [session],
  );
  return { source, columns, resize };
}

/** Which rows are looked at, and which cells of them are chosen. */
function useLook(session: Session, snapshot: Snapshot, state: State) {
  const grid = useRef<GridHandle>(null);
  const [selection, setSelection] = useState<Selection>(at(0, 0));
  const [place, setPlace] = useState<{ at: number; of: number }>();
  const choose = useCallback((next: Selection) => {
    setSelection(next);
    grid.current?.reveal(next.active.row, next.active.col);
  }, []);
  const open = useCallback(
    async (request: ViewRequest) => {
      history.replaceState(null, '', toHash(request));
      setSelection(at(0, 0));
      setPlace(undefined);
      await session.open(request);
      grid.current?.reveal(0, 0);
    },
    [session],
  );
  const opened = snapshot.view !== undefined;
  useEffect(() => {
    if (opened) return;
    const { activeElement } = document;
    const free = !activeElement || activeElement === document.body || activeElement.matches('[tabindex="-1"]');
    // Keys work at once, where nobody is at something else.
    void open(firstRequest(state, location.hash)).then(() => free && grid.current?.focus());
    // Only where no view is open: the state changes with every edit.
  }, [opened]);
  return { grid, selection, setSelection, choose, place, setPlace, open };
}

/** Goes from problem to problem, and says where it has come to. */
function useProblems(session: Session, look: ReturnType<typeof useLook>) {
  const [said, setSaid] = useState('');
  const latest = useRef(look);
  useEffect(() => {
    latest.current = look;
  });
  const problem = async (direction: 'next' | 'previous'): Promise<void> => {
    await session.opening;
    const { view } = session.snapshot;
    const { selection, place } = latest.current;
    const { active } = selection;
    const unmoved = place === undefined && active.row === 0 && active.col === 0;
    try {
      const found = await nextProblem(
        session,
        unmoved && direction === 'next' ? beginning : active,
        direction,
        view?.request.column,
      );
      if (!found) return session.say('info', texts.tools.noMore);
      look.setPlace({ at: found.at, of: found.of });
      look.choose(at(found.row, found.col));
      look.grid.current?.focus();
      const message = cellAt(session, session.rows.row(found.row), found.col)?.m?.[0];
      setSaid(
        texts.tools.errorAt(found.at, found.of, session.columnAt(found.col)?.label ?? '', message ? textOfMessage(message) : ''),
      );
    } catch (error) {
      session.failed(error);
    }
  };
  return { said, problem };
}

/** What the page about rows holds beside the session: what is looked at, the open panel and dialog, and what keys do. */
export function useWorkbench(session: Session, snapshot: Snapshot, state: State) {
  const look = useLook(session, snapshot, state);
  useArranged(session, snapshot);
  const { selection, setSelection, open, choose, grid } = look;
  const { said, problem } = useProblems(session, look);
  const searchBox = useRef<HTMLInputElement>(null);
  const [panel, setPanel] = useState<Panel>();
  const [dialog, setDialog] = useState<'help' | 'finish' | 'goTo'>();
  const actions: GridActions = {
    clear: () => session.tried(clear(session, selection)),
    fill: () => session.tried(fillDown(session, selection)),
    undo: () => void (session.snapshot.state?.undo && session.undo()),
    redo: () => void (session.snapshot.state?.redo && session.redo()),
    find: () => searchBox.current?.select(),
    replace: () => setPanel('replace'),
    help: () => setDialog('help'),
    deleteRows: () => state.settings.deleteRows !== false && session.tried(toggleRows(session, selection)),
    problem: (direction) => void problem(direction),
    copyNamed: () => copyNamed(session, selection),
    duplicate: () => session.tried(duplicate()),
    goTo: () => setDialog('goTo'),
    leave: () => searchBox.current?.focus(),
  };
  useClipboard(session, selection, ({ top, bottom, left, right }) =>
    setSelection({ anchor: { row: bottom, col: right }, active: { row: top, col: left } }),
  );
  const toLast = async (said: string) => {
    await open({ filter: 'all' });
    choose(at(Math.max(0, (session.snapshot.view?.total ?? 1) - 1), 0));
    grid.current?.focus();
    session.say('done', said, { label: texts.acts.undo, run: () => void session.undo() });
  };
  const add = async () => {
    if ((await session.edit({ kind: 'add', cells: {} })) === 'done') await toLast(texts.acts.added);
  };
  const duplicate = async () => {
    if (state.settings.addRows === false) return;
    if (await duplicateRow(session, selection.active.row)) await toLast(texts.acts.duplicated);
  };
  /** Where it cannot end: why, and the way to the first row that stands in the way. */
  const finish = async () => {
    if (!state.finish.blocked) return setDialog('finish');
    session.say('info', finishSentence(state));
    if (state.counts.invalid === 0) return undefined;
    await open({ filter: 'errors' });
    return await problem('next');
  };
  return { ...look, said, problem, finish, searchBox, panel, setPanel, dialog, setDialog, actions, add, duplicate };
}

/** The table as this browser has kept it, and kept again with every change. */
function useArranged(session: Session, { arrangement }: Snapshot): void {
  useEffect(() => session.arrange(keptArrangement(location.pathname)), [session]);
  const kept = useRef(arrangement);
  useEffect(() => {
    if (arrangement === kept.current) return;
    kept.current = arrangement;
    keepArrangement(location.pathname, arrangement);
  }, [arrangement]);
}

export type Bench = ReturnType<typeof useWorkbench>;
