import type { ReactNode } from 'react';
import type { Refused } from '../../api/refused.ts';
import type { State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { useArrival } from '../../ui/use-arrival.ts';
import { Rich } from '../../ui/rich.tsx';

interface Props {
  readonly tone: 'done' | 'error' | 'info' | 'busy';
  readonly title: string;
  readonly lead: ReactNode;
  readonly children?: ReactNode;
}

const icons: Readonly<Record<Props['tone'], IconName>> = { done: 'done', error: 'error', info: 'info', busy: 'refresh' };

function Page({ tone, title, lead, children }: Props) {
  const heading = useArrival();
  return (
    <main className={`whole is-${tone}`}>
      <span className="whole-sign">
        <Icon name={icons[tone]} />
      </span>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p>{lead}</p>
      {children}
    </main>
  );
}

/** While the server works: no rows are shown. */
export function Progress({ state }: { readonly state: State }) {
  const finishing = state.status === 'finishing';
  const { progress } = state;
  return (
    <Page
      tone="busy"
      title={finishing ? texts.pages.finishing : texts.pages.processing}
      lead={finishing ? texts.pages.finishingLead : <Rich markup={state.settings.processingText || texts.pages.processingLead} />}
    >
      <progress
        aria-label={finishing ? texts.pages.finishing : texts.pages.processing}
        {...(progress?.total && { value: progress.done, max: progress.total })}
      />
      {progress?.total && <p className="soft">{texts.pages.progress(progress.done, progress.total)}</p>}
    </Page>
  );
}

export const Opening = () => (
  <main className="whole is-busy" aria-busy="true">
    <progress aria-label={texts.pages.loading} />
    <p>{texts.pages.loading}</p>
  </main>
);

/** `sent`: rows, where this page has sent them. */
export const Done = ({ sent }: { readonly sent: number | undefined }) => (
  <Page tone="done" title={texts.pages.done} lead={sent === undefined ? texts.pages.doneClose : texts.pages.doneLead(sent)} />
);

export const Failed = ({ state }: { readonly state: State }) => (
  <Page tone="error" title={texts.pages.failed} lead={texts.pages.failedLead}>
    <ul className="reasons">
      {state.reasons.map(({ code, message }) => (
        <li key={`${code} ${message}`}>
          <Rich markup={message} />
        </li>
      ))}
    </ul>
  </Page>
);

export function Unreachable({ failure, onRetry }: { readonly failure: Refused; readonly onRetry: () => void }) {
  const gone = failure.status === 401 || failure.status === 403 || failure.status === 404;
  return (
    <Page
      tone="error"
      title={gone ? texts.pages.gone : texts.pages.away}
      lead={gone ? texts.pages.goneLead : texts.pages.awayLead}
    >
      {!gone && (
        <Button look="main" icon="refresh" onClick={onRetry}>
          {texts.pages.retry}
        </Button>
      )}
    </Page>
  );
}
