import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Rich } from '../../ui/rich.tsx';
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
      <Button onClick={onClose}>{cancel === null ? texts.back : <Rich markup={cancel} withoutLinks />}</Button>
      <Button look="main" disabled={sending} onClick={onSend}>
        {submit === null ? texts.finish.go(state.finish.deliver) : <Rich markup={submit} withoutLinks />}
      </Button>
    </>
  );
  return (
    <Dialog title={texts.finish.title} onClose={onClose} foot={foot}>
      {/* Read out before the buttons: it comes after a press on one that said something else. */}
      <p data-first tabIndex={-1} className="finish-said">
        <Rich markup={text} />
      </p>
    </Dialog>
  );
}
