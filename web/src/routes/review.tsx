import { useEffect, useLayoutEffect, useState } from 'react';
import type { Stage, State } from '../api/wire.ts';
import { Done, Failed, Opening, Progress, Unreachable } from '../features/finish/pages.tsx';
import { follow } from '../features/review/follow.ts';
import type { Session, Snapshot } from '../features/review/session.ts';
import { TopBar } from '../features/review/top-bar.tsx';
import { useSession } from '../features/review/use-session.ts';
import { Workbench } from '../features/review/workbench.tsx';
import { HeaderStage } from '../features/stages/header.tsx';
import { MatchStage } from '../features/stages/match.tsx';
import { SheetStage } from '../features/stages/sheet.tsx';
import { ValuesStage } from '../features/stages/values.tsx';
import { Toasts } from '../ui/toasts.tsx';
import { useAppearance } from '../features/review/use-appearance.ts';

/** What the review is at: the server says which stage waits for somebody. */
export function ReviewRoute({ session }: { readonly session: Session }) {
  const snapshot = useSession(session);
  const { state, failure } = snapshot;
  const status = state?.status;
  useEffect(() => {
    const leaving = new AbortController();
    void follow(session, leaving.signal);
    return () => leaving.abort();
  }, [session, status === 'done' || status === 'failed', failure === undefined]);
  useLeaving(snapshot.saving > 0);
  useEffect(() => {
    if (state) document.title = state.title;
  }, [state?.title]);
  const dressed = useAppearance(state);

  if (failure) return <Unreachable failure={failure} onRetry={() => void session.load()} />;
  return (
    <>
      {state && dressed ? <Status session={session} snapshot={snapshot} state={state} /> : <Opening />}
      <Toasts toasts={snapshot.toasts} onClose={(id) => session.unsay(id)} />
    </>
  );
}

/** What is not saved yet is asked about before the page is left. */
function useLeaving(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [unsaved]);
}

function Status({ session, snapshot, state }: { readonly session: Session; readonly snapshot: Snapshot; readonly state: State }) {
  // A stage that is decided already can be looked at and decided again.
  const [wanted, setWanted] = useState<Stage>();
  useLayoutEffect(() => setWanted(undefined), [state.stage]);
  switch (state.status) {
    case 'processing':
    case 'finishing':
      return <Progress state={state} />;
    case 'done':
      return <Done sent={snapshot.sent} />;
    case 'failed':
      return <Failed state={state} />;
    case 'review': {
      const stage = wanted ?? state.stage;
      if (stage === 'rows') return <Workbench session={session} snapshot={snapshot} state={state} onStage={setWanted} />;
      const of = { session, state, onDone: () => setWanted(undefined) };
      return (
        <>
          <TopBar snapshot={snapshot} state={state} stage={stage} onStage={setWanted} />
          {stage === 'sheet' && <SheetStage {...of} />}
          {stage === 'header' && <HeaderStage {...of} />}
          {stage === 'match' && <MatchStage {...of} />}
          {stage === 'values' && <ValuesStage {...of} onDone={() => setWanted('rows')} />}
        </>
      );
    }
  }
}
