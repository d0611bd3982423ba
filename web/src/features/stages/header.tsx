import { useState } from 'react';
import type { State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import type { Session } from '../review/session.ts';
import { StageFrame } from './frame.tsx';
import { usePreview } from './use-preview.ts';

interface Props {
  readonly session: Session;
  readonly state: State;
  readonly onDone: () => void;
}

export function HeaderStage({ session, state, onDone }: Props) {
  const preview = usePreview(session);
  const [said, setRow] = useState<number>();
  const [busy, setBusy] = useState(false);
  const row = said ?? preview?.header ?? undefined;
  const next = async () => {
    setBusy(true);
    if (await session.decide({ about: 'header', said: { row } })) onDone();
    setBusy(false);
  };
  return (
    <StageFrame
      state={state}
      title={texts.header.title}
      lead={texts.header.lead}
      busy={busy}
      waiting={preview === undefined}
      ready={row !== undefined}
      onNext={() => void next()}
    >
      <div className="table-box" tabIndex={0} role="region" aria-label={texts.header.label}>
        <table className="table is-raw">
          <tbody>
            {preview?.rows.map((cells, index) => (
              <tr
                key={index}
                className={index === row ? 'is-header' : row !== undefined && index < row ? 'is-above' : undefined}
                onClick={() => setRow(index)}
              >
                <th scope="row">
                  <label>
                    <input type="radio" name="header" checked={row === index} onChange={() => setRow(index)} />
                    <span aria-hidden="true">{preview.lines[index]}</span>
                    <span className="unseen">{texts.header.use(preview.lines[index] ?? index + 1)}</span>
                  </label>
                </th>
                {cells.slice(0, 60).map((cell, place) => (
                  <td key={place}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </StageFrame>
  );
}
