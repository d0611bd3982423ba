import { useEffect, useId, useState } from 'react';
import type { Group, State, ViewRequest } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Rich } from '../../ui/rich.tsx';
import { Side } from '../../ui/side.tsx';
import type { Session } from '../review/session.ts';

interface Props {
  readonly session: Session;
  readonly state: State;
  readonly tick: number;
  readonly onShow: (request: ViewRequest) => void;
  readonly onClose: () => void;
}

/** Problems that are alike, most frequent first: shown, or mended at once. */
export function ProblemsPanel({ session, state, tick, onShow, onClose }: Props) {
  const [groups, setGroups] = useState<readonly Group[]>();
  const [open, setOpen] = useState<string>();
  useEffect(() => {
    let current = true;
    // Counts change with each edit; a burst of them is asked about once.
    const timer = setTimeout(
      () => session.tried(session.client.groups().then((answer) => current && setGroups(answer.groups))),
      tick === 0 ? 0 : 150,
    );
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [session, tick]);

  return (
    <Side title={texts.problems.title} onClose={onClose}>
      <p className="soft">{texts.problems.lead}</p>
      {!groups && <p className="soft">{texts.problems.loading}</p>}
      {groups?.length === 0 && <p>{texts.problems.none}</p>}
      <ul className="groups">
        {groups?.map((group) => {
          const key = JSON.stringify([group.column, group.message]);
          const label = state.columns.find(({ id }) => id === group.column)?.label ?? group.column;
          return (
            <li key={key} className="group">
              <button
                type="button"
                className="group-head"
                aria-expanded={open === key}
                onClick={() => setOpen(open === key ? undefined : key)}
              >
                <Icon name={group.level} label={texts.levels[group.level]} />
                <span className="group-text">
                  <strong>{label}</strong> <Rich markup={group.message} withoutLinks />
                </span>
                <span className="group-count">{texts.number(group.count)}</span>
                <Icon name={open === key ? 'up' : 'down'} />
              </button>
              {open === key && <GroupFixes session={session} state={state} group={group} onShow={onShow} />}
            </li>
          );
        })}
      </ul>
    </Side>
  );
}

function GroupFixes({ session, state, group, onShow }: Pick<Props, 'session' | 'state' | 'onShow'> & { readonly group: Group }) {
  const { column, message, suggestion, values } = group;
  const field = state.fields.find(({ key }) => key === state.columns.find(({ id }) => id === column)?.field);
  const fix = async (edit: { value?: string; with?: string; by?: string }, count: number) => {
    if ((await session.edit({ kind: 'fix', column, message, ...edit })) !== 'done') return;
    await session.refresh('all');
    session.say('done', texts.problems.fixed(count), { label: texts.acts.undo, run: () => void session.undo() });
  };
  const shown = values.reduce((sum, { count }) => sum + count, 0);
  const filled = group.count - (values.find(({ value }) => value === '')?.count ?? 0);
  const locked = field?.readOnly || state.settings.edit === false;
  return (
    <div className="group-body">
      <Button look="plain" onClick={() => onShow({ filter: 'all', column, message })}>
        {texts.problems.show}
      </Button>
      {suggestion && !locked && (
        <Button look="main" onClick={() => void fix({ by: suggestion.kind }, suggestion.count)}>
          {`${suggestion.label} (${texts.number(suggestion.count)})`}
        </Button>
      )}
      {!locked && values.length > 1 && filled > 0 && (
        <Button look="plain" onClick={() => void fix({ with: '' }, filled)}>
          {texts.problems.clearAll(filled)}
        </Button>
      )}
      {!locked && <p className="soft">{texts.problems.replaceEach}</p>}
      {!locked && (
        <ul className="values">
          {values.map(({ value, count }) => (
            <FixValue
              key={value}
              value={value}
              count={count}
              options={field?.options?.map(({ label }) => label) ?? []}
              onFix={(text) => void fix({ value, with: text }, count)}
            />
          ))}
        </ul>
      )}
      {shown < group.count && <p className="soft">{texts.problems.more}</p>}
    </div>
  );
}

interface FixProps {
  readonly value: string;
  readonly count: number;
  readonly options: readonly string[];
  readonly onFix: (text: string) => void;
}

function FixValue({ value, count, options, onFix }: FixProps) {
  const [text, setText] = useState('');
  const label = texts.problems.with(value);
  const shown = useId();
  return (
    <li>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onFix(text);
        }}
      >
        <span className="value-said">
          <span id={shown} className="value" title={value}>
            {value === '' ? <em>{texts.values.blank}</em> : value}
          </span>
          <span className="soft">×{texts.number(count)}</span>
        </span>
        {options.length > 0 ? (
          <select aria-label={label} value={text} onChange={(event) => setText(event.target.value)}>
            <option value="" />
            {options.map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        ) : (
          <input aria-label={label} value={text} onChange={(event) => setText(event.target.value)} />
        )}
        <span className="value-acts">
          <button type="submit" className="button is-plain" disabled={text === ''}>
            {texts.problems.apply}
          </button>
          {value !== '' && (
            <Button aria-describedby={shown} onClick={() => onFix('')}>
              {texts.problems.clear}
            </Button>
          )}
        </span>
      </form>
    </li>
  );
}
