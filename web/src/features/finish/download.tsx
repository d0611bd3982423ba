import { useId } from 'react';
import { texts } from '../../texts.ts';
import type { Session } from '../review/session.ts';
import { Icon } from '../../ui/icon.tsx';

type What = 'errors' | 'all';
type Format = 'csv' | 'xlsx';

/** Fetched with the token in a header, so that no address holds it. */
export async function download(session: Session, what: What, format: Format): Promise<void> {
  try {
    const blob = await session.client.export(what, format);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    const name = session.snapshot.state?.file?.name?.replace(/\.[^.]*$/, '') ?? 'rows';
    link.download = `${name}${what === 'errors' ? '-errors' : ''}.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    session.failed(error);
  }
}

const choices = [
  { what: 'errors', format: 'csv', name: 'errorsCsv' },
  { what: 'errors', format: 'xlsx', name: 'errorsXlsx' },
  { what: 'all', format: 'csv', name: 'allCsv' },
  { what: 'all', format: 'xlsx', name: 'allXlsx' },
] as const;

/** The browser's own popover: Esc and a click beside it close it. */
export function DownloadMenu({ session }: { readonly session: Session }) {
  const id = useId();
  return (
    <>
      <button type="button" className="button is-quiet menu-button" popoverTarget={id}>
        <Icon name="download" />
        <span>{texts.download.title}</span>
      </button>
      <div id={id} popover="auto" className="menu">
        {choices.map(({ what, format, name }) => (
          <button
            key={name}
            type="button"
            onClick={(event) => {
              event.currentTarget.parentElement?.hidePopover();
              void download(session, what, format);
            }}
          >
            {texts.download[name]}
          </button>
        ))}
      </div>
    </>
  );
}
