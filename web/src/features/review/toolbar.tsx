import { useEffect, useState, type Ref } from 'react';
import type { State, ViewRequest } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { plain } from '../../ui/markup.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { DownloadMenu } from '../finish/download.tsx';
import type { Arrangement } from './arrangement.ts';
import type { Session } from './session.ts';
import { ViewMenu } from './view-menu.tsx';

export type Panel = 'problems' | 'replace';

interface Props {
  readonly session: Session;
  readonly state: State;
  readonly request: ViewRequest | undefined;
  /** What a search has found; absent = nothing is searched for. */
  readonly found: { readonly rows: number; readonly matches: number } | undefined;
  readonly place: { readonly at: number; readonly of: number } | undefined;
  readonly panel: Panel | undefined;
  readonly removed: boolean;
  readonly searchBox: Ref<HTMLInputElement>;
  readonly onRequest: (request: ViewRequest) => void;
  readonly onProblem: (direction: 'next' | 'previous') => void;
  readonly onPanel: (panel: Panel) => void;
  readonly arrangement: Arrangement;
  readonly onArrange: (arrangement: Arrangement) => void;
  readonly onAdd: () => void;
  readonly onDuplicate: () => void;
  readonly onGoTo: () => void;
  readonly onRows: () => void;
  readonly onGrid: () => void;
}

export function Toolbar(props: Props) {
  const { session, state, request, found, place, panel, onRequest, onProblem, onPanel } = props;
  return (
    <div className="toolbar" role="group" aria-label={texts.tools.label}>
      <Search request={request} searchBox={props.searchBox} onRequest={onRequest} onGrid={props.onGrid} />
      {/* There before it says something, so that it is heard. */}
      <span className="found" role="status">
        {found ? texts.tools.found(found.rows, found.matches) : ''}
      </span>
      <Narrow state={state} request={request} onRequest={onRequest} />
      <span className="tools is-walk" role="group">
        <Button look="quiet" icon="up" hint={texts.tools.previous} onClick={() => onProblem('previous')} />
        <span className="place">{place ? texts.tools.place(place.at, place.of) : ''}</span>
        <Button look="quiet" icon="down" hint={texts.tools.next} onClick={() => onProblem('next')} />
      </span>
      <span className="tools" role="group">
        <Button
          look="quiet"
          icon="undo"
          hint={texts.tools.undo(state.undo)}
          disabled={state.undo === 0}
          onClick={() => void session.undo()}
        />
        <Button
          look="quiet"
          icon="redo"
          hint={texts.tools.redo(state.redo)}
          disabled={state.redo === 0}
          onClick={() => void session.redo()}
        />
      </span>
      <RowTools {...props} />
      <span className="tools is-end" role="group">
        <Button
          look="quiet"
          icon="swap"
          className="is-brief"
          hint={texts.tools.replace}
          aria-pressed={panel === 'replace'}
          onClick={() => onPanel('replace')}
        >
          {texts.tools.replace}
        </Button>
        <ViewMenu state={state} arrangement={props.arrangement} onArrange={props.onArrange} />
        <DownloadMenu session={session} />
        <Button look="quiet" icon="list" aria-pressed={panel === 'problems'} onClick={() => onPanel('problems')}>
          {texts.tools.problems}
        </Button>
      </span>
    </div>
  );
}

/** What is done to rows, as far as it may be. */
function RowTools(props: Props) {
  const { state, request, onRequest } = props;
  const may = state.settings;
  return (
    <span className="tools" role="group">
      {may.addRows !== false && <Button look="quiet" icon="add" hint={texts.tools.add} onClick={props.onAdd} />}
      {may.addRows !== false && <Button look="quiet" icon="copy" hint={texts.tools.duplicate} onClick={props.onDuplicate} />}
      {may.deleteRows !== false && (
        <Button
          look="quiet"
          icon={props.removed ? 'changed' : 'removed'}
          hint={props.removed ? texts.tools.restore : texts.tools.remove}
          onClick={props.onRows}
        />
      )}
      <Button look="quiet" icon="goto" hint={texts.tools.goTo} onClick={props.onGoTo} />
      <Button look="quiet" icon="refresh" hint={texts.tools.refresh} onClick={() => request && onRequest(request)} />
    </span>
  );
}

function Search({ request, searchBox, onRequest, onGrid }: Pick<Props, 'request' | 'searchBox' | 'onRequest' | 'onGrid'>) {
  // What nobody has asked for yet.
  const [typed, setTyped] = useState<string>();
  const text = typed ?? request?.search ?? '';
  const go = (search: string) => {
    if (!request) return;
    setTyped(undefined);
    if (search === (request.search ?? '')) return;
    const { search: _, ...rest } = request;
    onRequest(search === '' ? rest : { ...rest, filter: 'all', search });
  };
  // Typed letter by letter: asked for once they rest.
  useEffect(() => {
    if (typed === undefined) return undefined;
    const timer = setTimeout(() => go(typed), 300);
    return () => clearTimeout(timer);
  }, [typed, request]);
  return (
    <label className="search">
      <Icon name="search" />
      <span className="unseen">{texts.tools.search}</span>
      <input
        ref={searchBox}
        type="search"
        placeholder={texts.tools.searchShort}
        value={text}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== 'Escape') return;
          event.preventDefault();
          go(event.key === 'Escape' ? '' : text);
          onGrid();
        }}
      />
    </label>
  );
}

/** One column, or one problem, of all. */
function Narrow({ state, request, onRequest }: Pick<Props, 'state' | 'request' | 'onRequest'>) {
  const { column: _, message, ...rest } = request ?? { filter: 'all' as const };
  return (
    <>
      <span className="narrow">
        <select
          aria-label={texts.tools.column}
          value={request?.column ?? ''}
          onChange={(event) => onRequest(event.target.value === '' ? rest : { ...rest, column: event.target.value })}
        >
          <option value="">{texts.tools.everyColumn}</option>
          {state.columns.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </span>
      {message !== undefined && (
        <span className="only">
          <span>{texts.tools.groupFilter(plain(message))}</span>
          <Button look="quiet" icon="close" hint={texts.tools.clearFilter} onClick={() => onRequest(rest)} />
        </span>
      )}
    </>
  );
}
