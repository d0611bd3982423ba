import { useState } from 'react';
import type { State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Icon } from '../../ui/icon.tsx';
import type { Session } from '../review/session.ts';
import { StageFrame } from './frame.tsx';

interface Props {
  readonly session: Session;
  readonly state: State;
  readonly onDone: () => void;
}

export function SheetStage({ session, state, onDone }: Props) {
  const [sheet, setSheet] = useState(state.file?.sheet ?? undefined);
  const [busy, setBusy] = useState(false);
  const next = async () => {
    setBusy(true);
    if (await session.decide({ about: 'sheet', said: { sheet } })) onDone();
    setBusy(false);
  };
  return (
    <StageFrame
      state={state}
      title={texts.sheet.title}
      lead={texts.sheet.lead(state.file?.name ?? '')}
      help={state.settings.sheetHelpText}
      busy={busy}
      waiting={false}
      ready={sheet !== undefined}
      onNext={() => void next()}
    >
      <fieldset className="choices">
        <legend className="unseen">{texts.sheet.title}</legend>
        {state.file?.sheets?.map((name) => (
          <label key={name} className="choice">
            <input type="radio" name="sheet" checked={sheet === name} onChange={() => setSheet(name)} />
            <Icon name="file" />
            {name}
          </label>
        ))}
      </fieldset>
    </StageFrame>
  );
}
