import { texts } from '../../texts.ts';
import { Dialog } from '../../ui/dialog.tsx';

export function Help({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title={texts.help.title} onClose={onClose} wide>
      <dl className="keys">
        {texts.help.keys.map(([keys, does]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
