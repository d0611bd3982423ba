import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { plain } from '../../ui/plain.ts';
import type { Confirmation, State } from '../../api/wire.ts';

interface Props {
  readonly state: State;
  readonly confirmation: Confirmation;
  readonly sending: boolean;
  readonly onSend: () => void;
  readonly onClose: () => void;
}

/** The last word before the end, in the words of the import's owner. */
export function ConfirmDialog({ state, confirmation: { text, submit, cancel }, sending, onSend, onClose }: Props) {
  const foot = (
    <>
      <Button onClick={onClose}>{plain(cancel ?? texts.back)}</Button>
      <Button look="main" disabled={sending} onClick={onSend}>
        {plain(submit ?? texts.finish.go(state.finish.deliver))}
      </Button>
    </>
  );
  return (
    <Dialog title={texts.finish.title} onClose={onClose} foot={foot}>
      {/* Read out before the buttons: it comes after a press on one that said something else. */}
      <p data-first tabIndex={-1} className="finish-said">
        {plain(text)}
      </p>
    </Dialog>
  );
}
