import type { ReactNode } from 'react';
import { texts } from '../../texts.ts';
import { Icon } from '../../ui/icon.tsx';
import { Rich } from '../../ui/rich.tsx';
import type { State } from '../../api/wire.ts';

interface Props {
  readonly reasons: State['reasons'];
  /** What is said in words of ours. */
  readonly note?: string | undefined;
}

/** Why somebody is asked; nothing where there is no reason. */
export function Reasons({ reasons, note }: Props) {
  if (reasons.length === 0 && note === undefined) return null;
  return (
    <ul className="reasons" aria-label={texts.pages.why}>
      {reasons.map(({ code, message }) => item(`${code} ${message}`, <Rich markup={message} />))}
      {note !== undefined && item('note', note)}
    </ul>
  );
}

const item = (key: string, said: ReactNode): ReactNode => (
  <li key={key}>
    <Icon name="info" />
    <span>{said}</span>
  </li>
);
