import { useEffect, useState } from 'react';
import type { Replacement, ReplacePreview, State } from '../../api/wire.ts';
import { Refused } from '../../api/refused.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Side } from '../../ui/side.tsx';
import type { Session } from '../review/session.ts';

interface Props {
  readonly session: Session;
  readonly state: State;
  readonly onClose: () => void;
}

interface Wanted {
  readonly find: string;
  readonly with: string;
  readonly caseSensitive: boolean;
  readonly whole: boolean;
  readonly regex: boolean;
  readonly column: string;
  readonly inView: boolean;
}

function replacementOf({ column, inView, ...wanted }: Wanted, view: string | undefined): Replacement {
  return { kind: 'replace', ...wanted, ...(column && { column }), ...(inView && view !== undefined && { view }) };
}

/** Counts and shows what would change before anything does. */
export function ReplacePanel({ session, state, onClose }: Props) {
  const [wanted, setWanted] = useState<Wanted>({
    find: '',
    with: '',
    caseSensitive: false,
    whole: false,
    regex: false,
    column: '',
    inView: true,
  });
  const view = session.snapshot.view?.id;
  const [preview, trouble] = usePreview(session, wanted, view, state.version);
  const set = (change: Partial<Wanted>) => setWanted({ ...wanted, ...change });
  const run = async () => {
    const count = preview?.count ?? 0;
    if ((await session.edit(replacementOf(wanted, view))) !== 'done') return;
    await session.refresh('all');
    session.say('done', texts.replace.done(count), { label: texts.acts.undo, run: () => void session.undo() });
  };
  return (
    <Side title={texts.replace.title} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (preview?.count) void run();
        }}
      >
        <label>
          {texts.replace.find}
          {/* What the panel was opened for. */}
          <input value={wanted.find} onChange={(event) => set({ find: event.target.value })} ref={focusOnce} />
        </label>
        <label>
          {texts.replace.with}
          <input value={wanted.with} onChange={(event) => set({ with: event.target.value })} />
        </label>
        <Where state={state} wanted={wanted} onChange={set} />
        <Outcome preview={preview} trouble={trouble} asked={wanted.find !== ''} />
        <Button look="main" type="submit" disabled={!preview?.count}>
          {texts.replace.run(preview?.count ?? 0)}
        </Button>
      </form>
    </Side>
  );
}

interface WhereProps {
  readonly state: State;
  readonly wanted: Wanted;
  readonly onChange: (change: Partial<Wanted>) => void;
}

/** Names of texts by what they switch. */
const ways = [
  ['caseSensitive', 'case'],
  ['whole', 'whole'],
  ['regex', 'regex'],
  ['inView', 'inView'],
] as const;

function Where({ state, wanted, onChange }: WhereProps) {
  return (
    <>
      <label>
        {texts.tools.column}
        <select value={wanted.column} onChange={(event) => onChange({ column: event.target.value })}>
          <option value="">{texts.tools.everyColumn}</option>
          {state.columns.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {ways.map(([name, text]) => (
        <label key={name} className="check">
          <input type="checkbox" checked={wanted[name]} onChange={(event) => onChange({ [name]: event.target.checked })} />
          {texts.replace[text]}
        </label>
      ))}
    </>
  );
}

const focusOnce = (box: HTMLInputElement | null): void => box?.focus();

function usePreview(session: Session, wanted: Wanted, view: string | undefined, version: number) {
  const [preview, setPreview] = useState<ReplacePreview>();
  const [trouble, setTrouble] = useState<string>();
  useEffect(() => {
    setPreview(undefined);
    setTrouble(undefined);
    if (wanted.find === '') return undefined;
    let current = true;
    const timer = setTimeout(() => {
      session.client.previewReplace(replacementOf(wanted, view)).then(
        (answer) => current && setPreview(answer),
        (error: unknown) => (error instanceof Refused && current ? setTrouble(error.message) : session.failed(error)),
      );
    }, 250);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [session, wanted, view, version]);
  return [preview, trouble] as const;
}

function Outcome({
  preview,
  trouble,
  asked,
}: {
  preview: ReplacePreview | undefined;
  trouble: string | undefined;
  asked: boolean;
}) {
  if (trouble) return <p className="is-error">{trouble}</p>;
  if (!asked) return null;
  if (!preview) return <p className="soft">{texts.replace.looking}</p>;
  return (
    <div role="status">
      <p>{preview.count === 0 ? texts.replace.none : texts.replace.count(preview.count)}</p>
      {preview.samples.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{texts.replace.before}</th>
              <th scope="col">{texts.replace.after}</th>
            </tr>
          </thead>
          <tbody>
            {preview.samples.slice(0, 8).map(({ row, column, before, after }) => (
              <tr key={`${row} ${column}`}>
                <td>{before}</td>
                <td>{after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}
