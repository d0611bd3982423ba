import type { State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Icon } from '../../ui/icon.tsx';
import { FinishButton, finishReason } from './button.tsx';
import { finishSentence } from './sentences.ts';

/** Always in sight: what would happen now. */
export function FinishBar({ state, onFinish }: { readonly state: State; readonly onFinish: () => void }) {
  const { blocked } = state.finish;
  return (
    <footer className={`foot${blocked ? ' is-blocked' : ''}`}>
      <Icon name={blocked ? 'error' : 'info'} {...(blocked && { label: texts.finish.blockedShort })} />
      <span id={finishReason}>{finishSentence(state)}</span>
      <FinishButton state={state} className="foot-finish" onFinish={onFinish} />
    </footer>
  );
}
