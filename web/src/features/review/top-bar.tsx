import type { Stage, State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { useTheme } from '../../ui/theme.ts';
import { FinishButton } from '../finish/button.tsx';
import type { Snapshot } from './session.ts';

interface Props {
  readonly snapshot: Snapshot;
  readonly state: State;
  readonly stage: Stage;
  readonly onStage: (stage: Stage) => void;
  readonly onSkip?: () => void;
  readonly onHelp?: () => void;
  readonly onFinish?: () => void;
}

const order: readonly Stage[] = ['sheet', 'header', 'match', 'values', 'rows'];

/** Title, where one is on the way to the end, who else is here, and whether everything is saved. */
export function TopBar({ snapshot, state, stage, onStage, onSkip, onHelp, onFinish }: Props) {
  const [theme, turn] = useTheme();
  return (
    <header className="top">
      {onSkip && (
        <Button className="skip" onClick={onSkip}>
          {texts.skip}
        </Button>
      )}
      <div className="top-title">
        <h1>{state.title}</h1>
        {state.file?.name && (
          <span className="soft" title={state.file.name}>
            {state.file.name}
          </span>
        )}
      </div>
      {state.status === 'review' && <Steps state={state} stage={stage} onStage={onStage} />}
      <div className="top-end">
        {snapshot.people > 1 && (
          <span className="people">
            <Icon name="people" />
            {texts.people(snapshot.people)}
          </span>
        )}
        {onFinish && <Saved snapshot={snapshot} />}
        {onHelp && <Button look="quiet" icon="help" hint={texts.help.title} onClick={onHelp} />}
        <Button
          look="quiet"
          className="turn-theme"
          icon={theme === 'dark' ? 'light' : 'dark'}
          hint={theme === 'dark' ? texts.theme.light : texts.theme.dark}
          onClick={turn}
        />
        {onFinish && <FinishButton state={state} onFinish={onFinish} />}
      </div>
    </header>
  );
}

function Saved({ snapshot: { saving, offline } }: { readonly snapshot: Snapshot }) {
  const text =
    offline && saving > 0 ? texts.waiting(saving) : offline ? texts.reconnecting : saving > 0 ? texts.saving : texts.saved;
  return (
    <span className={`saved${offline ? ' is-offline' : ''}`} data-saving={saving > 0}>
      <Icon name={offline ? 'warning' : saving > 0 ? 'refresh' : 'done'} />
      <span>{text}</span>
      <span className="unseen" role="status">
        {offline ? text : ''}
      </span>
    </span>
  );
}

/** Decided steps can be gone back to: the file is then read anew. */
function Steps({ state, stage, onStage }: Pick<Props, 'state' | 'stage' | 'onStage'>) {
  const sheets = (state.file?.sheets?.length ?? 0) > 1;
  const choices = state.fields.some(
    ({ options, matchable, unfixed }) => matchable !== false && (unfixed || (options?.length ?? 0) > 0),
  );
  const steps = order.filter(
    (step) => (step !== 'sheet' || sheets) && (step !== 'values' || choices || state.stage === 'values'),
  );
  // Values may be left as they are, to be mended row by row.
  const reached = order.indexOf(state.stage === 'values' ? 'rows' : state.stage);
  return (
    <nav className="steps" aria-label={texts.steps.label}>
      <ol>
        {steps.map((step) => (
          <li key={step}>
            <button
              type="button"
              disabled={order.indexOf(step) > reached}
              aria-current={step === stage ? 'step' : undefined}
              onClick={() => onStage(step)}
            >
              {texts.steps[step]}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
