import { useState } from 'react';
import type { Field, PreviewColumn, State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import type { Session } from '../review/session.ts';
import { FieldTable } from './by-field.tsx';
import { headerOf, Sure } from './column.tsx';
import { StageFrame } from './frame.tsx';
import { clashes, decided, proposed, unmatched, type Choice, type Mapping } from './mapping.ts';
import { usePreview } from './use-preview.ts';

interface Props {
  readonly session: Session;
  readonly state: State;
  readonly onDone: () => void;
}

export function MatchStage({ session, state, onDone }: Props) {
  const preview = usePreview(session);
  const [said, setMapping] = useState<Mapping>();
  const [busy, setBusy] = useState(false);
  const { customFields: mayAdd = false, customFirst = false, matchToSchema: byField = false } = state.settings;
  const mapping = said ?? proposed(preview?.columns ?? [], mayAdd && customFirst);
  // By field, only the columns that are none stand by themselves.
  const listed = (preview?.columns ?? []).filter(({ index }) => !byField || typeof mapping[index] !== 'string');
  const fields = state.fields.filter(({ matchable }) => matchable !== false);
  const twice = clashes(fields, mapping);
  const next = async () => {
    setBusy(true);
    if (await session.decide({ about: 'mapping', said: decided(mapping) })) onDone();
    setBusy(false);
  };
  return (
    <StageFrame
      state={state}
      title={texts.match.title}
      lead={byField ? texts.match.leadByField : texts.match.lead}
      help={state.settings.matchingHelpText}
      busy={busy}
      waiting={preview === undefined}
      ready={preview !== undefined && twice.length === 0}
      note={preview && noteOf(fields, mapping)}
      onNext={() => void next()}
    >
      {byField && <FieldTable fields={fields} columns={preview?.columns ?? []} mapping={mapping} onChange={setMapping} />}
      {listed.length > 0 && (
        <table className="table is-match">
          <thead>
            <tr>
              <th scope="col">{texts.match.column}</th>
              <th scope="col">{texts.match.samples}</th>
              <th scope="col">{texts.match.field}</th>
              <th scope="col">{texts.match.sure}</th>
            </tr>
          </thead>
          <tbody>
            {listed.map((column) => (
              <MatchRow
                key={column.index}
                column={column}
                fields={fields}
                chosen={mapping[column.index] ?? null}
                own={mayAdd ? (customFirst ? 'first' : 'last') : 'never'}
                onChoose={(field) => setMapping({ ...mapping, [column.index]: field })}
              />
            ))}
          </tbody>
        </table>
      )}
    </StageFrame>
  );
}

/** What stands in the way, or what is left to do. */
function noteOf(fields: readonly Field[], mapping: Mapping): string {
  const twice = clashes(fields, mapping);
  if (twice.length > 0) return twice.map(({ label }) => texts.match.taken(label)).join(' ');
  const missing = unmatched(fields, mapping);
  return missing.length > 0 ? texts.match.missing(missing.map(({ label }) => label).join(', ')) : texts.match.complete;
}

/** Fields have an equals sign in front of their keys. */
const ownField = 'own';

interface RowProps {
  readonly column: PreviewColumn;
  readonly fields: readonly Field[];
  readonly chosen: Choice;
  /** Where the field of its own stands among the others. */
  readonly own: 'first' | 'last' | 'never';
  readonly onChoose: (field: Choice) => void;
}

function MatchRow({ column, fields, chosen, own, onChoose }: RowProps) {
  const header = headerOf(column);
  const isOwn = typeof chosen === 'object' && chosen !== null;
  const added = <option value={ownField}>{texts.match.newField(header)}</option>;
  return (
    <tr className={chosen === null ? 'is-out' : undefined}>
      <th scope="row">{header}</th>
      <td className="samples">{column.samples.slice(0, 3).join(' · ')}</td>
      <td>
        <select
          aria-label={texts.match.fieldFor(header)}
          value={isOwn ? ownField : chosen === null ? '' : `=${chosen}`}
          onChange={({ target: { value } }) =>
            onChoose(value === ownField ? { own: true } : value === '' ? null : value.slice(1))
          }
        >
          {own === 'first' && added}
          <option value="">{texts.match.none}</option>
          {fields.map(({ key, label, required }) => (
            <option key={key} value={`=${key}`}>
              {required ? `${label} (${texts.match.required})` : label}
            </option>
          ))}
          {own === 'last' && added}
        </select>
      </td>
      <Sure columns={[column]} chosen={chosen} />
    </tr>
  );
}
