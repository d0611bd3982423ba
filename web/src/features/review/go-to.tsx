import { useState } from 'react';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { rowsBetween } from './edits.ts';
import { positionOfLine } from './row-search.ts';
import type { Session } from './session.ts';

interface Props {
  readonly session: Session;
  readonly onFound: (position: number) => void;
  readonly onClose: () => void;
}

/** By the number that the file gives a row, as other programs show it. */
export function GoTo({ session, onFound, onClose }: Props) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const line = Number(text);
  const go = async () => {
    setBusy(true);
    try {
      const lineAt = async (at: number) => (await rowsBetween(session, at, at))[0]?.n ?? null;
      const position = await positionOfLine(line, session.snapshot.view?.total ?? 0, lineAt);
      onClose();
      if (position === undefined) return session.say('info', texts.goTo.behind(line));
      onFound(position);
      if ((await lineAt(position)) !== line) session.say('info', texts.goTo.absent(line));
    } catch (error) {
      session.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={texts.goTo.title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <label>
          {texts.goTo.line}
          <input inputMode="numeric" pattern="[0-9]+" value={text} onChange={(event) => setText(event.target.value.trim())} />
        </label>
        <Button look="main" type="submit" disabled={busy || !/^\d+$/.test(text)}>
          {texts.goTo.go}
        </Button>
      </form>
    </Dialog>
  );
}
