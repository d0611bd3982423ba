import type { State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { finishSentence } from './sentences.ts';

/** The id of what says why it cannot end. */
export const finishReason = 'finish-reason';

interface Props {
  readonly state: State;
  readonly className?: string;
  readonly onFinish: () => void;
}

/** Where rows stand in the way it reads as disabled and keeps its place among the keys: who comes there hears why, and pressing it leads to them. */
export function FinishButton({ state, className, onFinish }: Props) {
  const blocked = state.finish.blocked && {
    'aria-disabled': true,
    'aria-describedby': finishReason,
    hint: finishSentence(state),
  };
  return (
    <Button look="main" icon="done" {...(className && { className })} {...blocked} onClick={onFinish}>
      {texts.finish.button}
    </Button>
  );
}
