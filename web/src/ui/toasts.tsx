import { texts } from '../texts.ts';
import { Button } from './button.tsx';
import { Icon } from './icon.tsx';

export interface Toast {
  readonly id: number;
  readonly tone: 'done' | 'error' | 'info';
  readonly text: string;
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** What has just happened. Failures stay until they are closed, so that nobody has to read fast. */
export function Toasts({ toasts, onClose }: { readonly toasts: readonly Toast[]; readonly onClose: (id: number) => void }) {
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, tone, text, action }) => (
        <div key={id} className={`toast is-${tone}`}>
          <Icon name={tone} />
          <span>{text}</span>
          {action && (
            <Button
              look="quiet"
              onClick={() => {
                onClose(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <Button look="quiet" icon="close" hint={texts.close} onClick={() => onClose(id)} />
        </div>
      ))}
    </div>
  );
}
