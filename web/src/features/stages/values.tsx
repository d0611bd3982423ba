import { useEffect, useState } from 'react';
import type { DateChoice, DateField, Field, State } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import type { Session } from '../review/session.ts';
import { chosenDates, decidedDates, FieldDates } from './dates.tsx';
import { StageFrame } from './frame.tsx';

interface Props {
  readonly session: Session;
  readonly state: State;
  readonly onDone: () => void;
}

interface Unknown {
  readonly field: Field;
  readonly values: readonly { readonly text: string; readonly count: number; readonly value: string | null }[];
}

/** Per field, what each unknown text stands for; `null` = left as it is. */
type Meanings = Readonly<Record<string, Readonly<Record<string, string | null>>>>;

interface Asked {
  readonly unknown: readonly Unknown[];
  readonly dates: readonly DateField[];
}

const lookUp = async (session: Session, fields: readonly Field[]): Promise<Asked> => ({
  unknown: await unknownValues(session, fields),
  dates: (await session.client.dates()).dates,
});

async function unknownValues(session: Session, fields: readonly Field[]): Promise<Unknown[]> {
  const choosing = fields.filter(({ options }) => (options?.length ?? 0) > 0);
  const found = await Promise.all(
    choosing.map(async (field) => ({ field, values: (await session.client.values(field.key)).values })),
  );
  return found.filter(({ values }) => values.length > 0);
}

/** What is asked first is what the page begins with. */
function leadOf(found: Asked | undefined): string {
  if (found && found.dates.length > 0) return texts.dates.lead;
  return found?.unknown.length === 0 ? texts.values.nothing : texts.values.lead;
}

export function ValuesStage({ session, state, onDone }: Props) {
  const [found, setFound] = useState<Asked>();
  const [orders, setOrders] = useState<Readonly<Record<string, DateChoice>>>({});
  const [meanings, setMeanings] = useState<Meanings>({});
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    session.tried(lookUp(session, state.fields).then(setFound));
    // Options do not change while they are chosen from.
  }, [session]);
  const most = state.settings.mappableValues ?? 1000;
  const { unknown = [], dates = [] } = found ?? {};
  const asked = unknown.filter(({ values }) => values.length <= most);
  const meaning = (field: string, text: string, now: string | null) => {
    const said = Object.hasOwn(meanings, field) ? meanings[field] : undefined;
    return said && Object.hasOwn(said, text) ? (said[text] ?? null) : now;
  };
  const next = async () => {
    setBusy(true);
    const meant = asked.map(({ field, values }) => {
      const map = Object.fromEntries(values.map(({ text, value }) => [text, meaning(field.key, text, value)]));
      return { about: 'values' as const, said: { field: field.key, map } };
    });
    const decisions = [...meant, ...decidedDates(dates, orders)];
    if (await session.decide(...decisions)) onDone();
    setBusy(false);
  };
  return (
    <StageFrame
      state={state}
      title={texts.values.title}
      lead={leadOf(found)}
      help={state.settings.valuesHelpText}
      busy={busy}
      ready={found !== undefined}
      waiting={found === undefined}
      onNext={() => void next()}
    >
      {dates.map((date) => (
        <FieldDates
          key={date.field}
          field={state.fields.find(({ key }) => key === date.field)}
          date={date}
          chosen={chosenDates(date, orders)}
          onChoose={(choice) => setOrders({ ...orders, [date.field]: choice })}
        />
      ))}
      <TooMany of={unknown.filter((one) => !asked.includes(one))} most={most} />
      {asked.map(({ field, values }) => (
        <FieldValues
          key={field.key}
          field={field}
          values={values}
          meaning={(text, value) => meaning(field.key, text, value)}
          onChoose={(text, value) => setMeanings({ ...meanings, [field.key]: { ...meanings[field.key], [text]: value } })}
        />
      ))}
    </StageFrame>
  );
}

/** Fields that are not asked about here. */
const TooMany = ({ of, most }: { readonly of: readonly Unknown[]; readonly most: number }) =>
  of.map(({ field }) => (
    <p key={field.key} className="stage-help">
      {texts.values.tooMany(field.label, most)}
    </p>
  ));

interface FieldProps extends Unknown {
  readonly meaning: (text: string, value: string | null) => string | null;
  readonly onChoose: (text: string, value: string | null) => void;
}

function FieldValues({ field, values, meaning, onChoose }: FieldProps) {
  return (
    <section>
      <h3>{field.label}</h3>
      <table className="table is-values">
        <thead>
          <tr>
            <th scope="col">{texts.values.text}</th>
            <th scope="col" className="is-number">
              {texts.values.count}
            </th>
            <th scope="col">{texts.values.option}</th>
          </tr>
        </thead>
        <tbody>
          {values.map(({ text, count, value }) => (
            <tr key={text}>
              <th scope="row">{text === '' ? texts.values.blank : text}</th>
              <td className="is-number">{texts.number(count)}</td>
              <td>
                <select
                  aria-label={texts.values.optionFor(text)}
                  value={meaning(text, value) ?? ''}
                  onChange={(event) => onChoose(text, event.target.value === '' ? null : event.target.value)}
                >
                  <option value="">{texts.values.leave}</option>
                  {field.options?.map((option) => (
                    <option key={option.value} value={option.value}>
                      {option.label}
                    </option>
                  ))}
                </select>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
