import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { State, ViewRequest } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { plain } from '../../ui/plain.ts';
import { widthFor, type GridColumn } from '../grid/columns.ts';
import type { GridHandle, RowSource } from '../grid/grid.tsx';
import { at, type Selection } from '../grid/selection.ts';
import type { GridActions } from '../grid/use-keys.ts';
import { firstRequest, toHash } from './address.ts';
import { clear, fillDown, toggleRows } from './edits.ts';
import { nextProblem } from './problem-walk.ts';
import type { Session, Snapshot } from './session.ts';
import type { Panel } from './toolbar.tsx';
import { useClipboard } from './use-clipboard.ts';

const numeric = /^(?:number|currency|integer|percent)/;

function columnsOf({ columns, fields, counts, settings }: State, widths: Readonly<Record<string, number>>): GridColumn[] {
  return columns.map(({ id, field: key, label }) => {
    const field = fields.find((one) => one.key === key);
    const found = counts.byColumn[id] ?? { error: 0, warning: 0 };
    return {
      id,
      label,
      width: widths[id] ?? 150,
      numeric: numeric.test(field?.type ?? ''),
      required: field?.required ?? false,
      readOnly: (field?.readOnly ?? false) || settings.edit === false,
      errors: found.error,
      warnings: found.warning,
    };
  });
}

/** Widths as the page opens: they stay while counts change. */
function widthsOf({ columns, fields, counts }: State): Record<string, number> {
  const typeOf = (key: string) => fields.find((field) => field.key === key)?.type ?? '';
  const problems = (id: string) => counts.byColumn[id]?.error || (counts.byColumn[id]?.warning ?? 0);
  return Object.fromEntries(columns.map(({ id, field, label }) => [id, widthFor(label, typeOf(field), problems(id))]));
}

/** What the page about rows holds beside the session: the chosen cells, the open panel, widths of columns. */
export function useWorkbench(session: Session, snapshot: Snapshot, state: State) {
  const grid = useRef<GridHandle>(null);
  const searchBox = useRef<HTMLInputElement>(null);
  const [selection, setSelection] = useState<Selection>(at(0, 0));
  const [panel, setPanel] = useState<Panel>();
  const [dialog, setDialog] = useState<'help' | 'finish'>();
  const [place, setPlace] = useState<{ at: number; of: number }>();
  const [said, setSaid] = useState('');
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>(() => widthsOf(state));
  const { view, tick } = snapshot;
  const total = view?.total ?? 0;

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
  const opened = view !== undefined;
  useEffect(() => {
    if (!opened) void open(firstRequest(state, location.hash));
    // Only where no view is open: counts change with every edit.
  }, [opened]);

  const source = useMemo<RowSource>(
    () => ({
      total,
      tick,
      row: (position) => session.rows.row(position),
      want: (first, last) => session.want(first, last),
    }),
    [session, total, tick],
  );
  const columns = useMemo(() => columnsOf(state, widths), [state, widths]);

  const problem = useCallback(
    async (direction: 'next' | 'previous') => {
      const found = await nextProblem(session, selection.active, direction, view?.request.column).catch((error: unknown) => {
        session.failed(error);
        return undefined;
      });
      if (!found) return session.say('info', texts.tools.noMore);
      setPlace({ at: found.at, of: found.of });
      choose(at(found.row, found.col));
      grid.current?.focus();
      const message = session.rows.row(found.row)?.cells[found.col]?.m?.[0]?.message ?? '';
      setSaid(texts.tools.errorAt(found.at, found.of, state.columns[found.col]?.label ?? '', plain(message)));
    },
    [session, selection, view, choose, state.columns],
  );

  const actions: GridActions = {
    clear: () => void clear(session, selection),
    fill: () => void fillDown(session, selection),
    undo: () => void (session.snapshot.state?.undo && session.undo()),
    redo: () => void (session.snapshot.state?.redo && session.redo()),
    find: () => searchBox.current?.select(),
    replace: () => setPanel('replace'),
    help: () => setDialog('help'),
    deleteRows: () => void (state.settings.deleteRows !== false && toggleRows(session, selection)),
    problem: (direction) => void problem(direction),
    leave: () => searchBox.current?.focus(),
  };
  useClipboard(session, selection, ({ top, bottom, left, right }) =>
    setSelection({ anchor: { row: bottom, col: right }, active: { row: top, col: left } }),
  );

  const add = async () => {
    if ((await session.edit({ kind: 'add', cells: {} })) !== 'done') return;
    await open({ filter: 'all' });
    choose(at(Math.max(0, (session.snapshot.view?.total ?? 1) - 1), 0));
    grid.current?.focus();
    session.say('done', texts.acts.added);
  };
  return {
    grid,
    searchBox,
    source,
    columns,
    selection,
    setSelection,
    panel,
    setPanel,
    dialog,
    setDialog,
    place,
    said,
    open,
    problem,
    actions,
    add,
    resize: useCallback((id: string, width: number) => setWidths((now) => ({ ...now, [id]: width })), []),
    badge: useCallback((column: string) => void open({ filter: 'errors', column }), [open]),
  };
}
