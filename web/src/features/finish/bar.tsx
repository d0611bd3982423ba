import type { State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { finishSentence } from './sentences.ts';

/** Always in sight: what would happen now. */
export function FinishBar({ state, onFinish }: { readonly state: State; readonly onFinish: () => void }) {
  const { blocked } = state.finish;
  return (
    <footer className={`foot${blocked ? ' is-blocked' : ''}`}>
      <Icon name={blocked ? 'error' : 'info'} {...(blocked && { label: texts.finish.blockedShort })} />
      <span>{finishSentence(state)}</span>
      <Button look="main" icon="done" className="foot-finish" onClick={onFinish}>
        {texts.finish.button}
      </Button>
    </footer>
  );
}
