import type { ReactNode } from 'react';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Rich } from '../../ui/rich.tsx';
import { useArrival } from '../../ui/use-arrival.ts';
import type { Stage, State } from '../../api/wire.ts';
import { Reasons } from './reasons.tsx';

interface Props {
  readonly state: State;
  readonly title: string;
  readonly lead: string;
  readonly help?: string | null | undefined;
  readonly busy: boolean;
  readonly ready: boolean;
  readonly note?: ReactNode;
  /** What is asked about is not here yet. */
  readonly waiting: boolean;
  readonly onNext: () => void;
  readonly children: ReactNode;
}

/** What the server says where a stage is the question; the page asks it in its own language. */
const asked: Readonly<Record<string, Stage>> = {
  SHEET_AMBIGUOUS: 'sheet',
  HEADER_ROW_UNKNOWN: 'header',
  COLUMNS_UNMAPPED: 'match',
  BULK_FIX: 'values',
};

/** One question, what it is about, and the way on. */
export function StageFrame({ state, title, lead, help, busy, ready, note, waiting, onNext, children }: Props) {
  const heading = useArrival();
  const reasons = state.stage === 'rows' ? [] : state.reasons.filter(({ code }) => asked[code] !== state.stage);
  return (
    <main className="stage">
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      <p className="soft">
        <Rich markup={lead} />
      </p>
      {help && (
        <p className="stage-help">
          <Rich markup={help} />
        </p>
      )}
      <Reasons reasons={reasons} />
      {state.undo > 0 && (
        <p className="stage-help is-warning">
          <Icon name="warning" label={texts.levels.warning} /> {texts.loses}
        </p>
      )}
      <div className="stage-body" aria-busy={waiting || busy}>
        {waiting && <progress aria-label={texts.grid.loading} />}
        {children}
      </div>
      <footer className="stage-foot">
        <span className="stage-note" role="status">
          {busy ? texts.reading : note}
        </span>
        <Button look="main" icon="right" disabled={!ready || busy} onClick={onNext}>
          {texts.next}
        </Button>
      </footer>
    </main>
  );
}
