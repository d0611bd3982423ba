import { useState } from 'react';
import type { Confirmation, State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import type { Session } from '../review/session.ts';
import { ConfirmDialog } from './confirm.tsx';
import { download } from './download.tsx';
import { finishParts, wrongTexts } from './sentences.ts';

interface Props {
  readonly session: Session;
  readonly state: State;
  readonly onErrors: () => void;
  readonly onClose: () => void;
}

export function FinishDialog({ session, state, onErrors, onClose }: Props) {
  const [sending, setSending] = useState(false);
  const [confirmation, setConfirmation] = useState<Confirmation>();
  const { finish, counts } = state;
  const wrong = wrongTexts(state);
  const send = async () => {
    setSending(true);
    // Rows that others have changed meanwhile may make it ask anew.
    const wanted = await session.finish(confirmation !== undefined);
    setSending(false);
    setConfirmation(wanted);
    if (!wanted) onClose();
  };
  const toErrors = () => {
    onClose();
    onErrors();
  };
  if (confirmation)
    return (
      <ConfirmDialog
        key={confirmation.text}
        state={state}
        confirmation={confirmation}
        sending={sending}
        onSend={() => void send()}
        onClose={onClose}
      />
    );
  const foot = (
    <>
      <Button onClick={onClose}>{texts.back}</Button>
      {counts.invalid > 0 && <Button onClick={toErrors}>{texts.finish.showErrors}</Button>}
      {!finish.blocked && (
        <Button look="main" disabled={sending} onClick={() => void send()}>
          {texts.finish.go(finish.deliver)}
        </Button>
      )}
    </>
  );
  return (
    <Dialog title={texts.finish.title} onClose={onClose} foot={foot}>
      <ul className="finish-list">
        {finishParts(state).map((part) => (
          <li key={part}>{part}</li>
        ))}
      </ul>
      {wrong && <p>{wrong}</p>}
      {counts.invalid > 0 && <Keep session={session} />}
      {!finish.blocked && <p className="soft">{texts.finish.final}</p>}
    </Dialog>
  );
}

/** What stays out of the import can be taken along. */
function Keep({ session }: Pick<Props, 'session'>) {
  return (
    <p>
      {texts.finish.keep}{' '}
      <Button look="quiet" icon="download" onClick={() => void download(session, 'errors', 'csv')}>
        CSV
      </Button>
      <Button look="quiet" icon="download" onClick={() => void download(session, 'errors', 'xlsx')}>
        Excel
      </Button>
    </p>
  );
}
