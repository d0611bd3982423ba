/** Dates of a field that are read only as somebody agrees to: how they would be read, the other way round, or not at all. */
import { useId } from 'react';
import type { DateChoice, DateField, Decision, Field } from '../../api/wire.ts';
import { texts } from '../../texts.ts';

/** What nobody has said yet is proposed as it reads by itself: going on is agreeing to it. */
const proposedDates = ({ choice, readings: [own] }: DateField): DateChoice => choice ?? own?.order ?? 'keep';

/** Fields may be called as what every object has (`constructor`). */
export const chosenDates = (date: DateField, chosen: Readonly<Record<string, DateChoice>>): DateChoice =>
  (Object.hasOwn(chosen, date.field) ? chosen[date.field] : undefined) ?? proposedDates(date);

/** What is sent of them: all, since going on is a word for each. */
export const decidedDates = (dates: readonly DateField[], chosen: Readonly<Record<string, DateChoice>>): readonly Decision[] =>
  dates.map((one) => ({ about: 'dates', said: { field: one.field, order: chosenDates(one, chosen) } }));

interface Props {
  readonly field: Field | undefined;
  readonly date: DateField;
  readonly chosen: DateChoice;
  readonly onChoose: (choice: DateChoice) => void;
}

export function FieldDates({ field, date, chosen, onChoose }: Props) {
  const id = useId();
  const isOpen = date.readings.length > 1;
  const choice = (order: DateChoice, name: string, samples: DateField['readings'][number]['samples'] = []) => (
    <label key={order} className="choice">
      <input type="radio" name={id} checked={chosen === order} onChange={() => onChoose(order)} />
      <span className="choice-said">
        <span>{name}</span>
        {samples.map(({ before, after }) => (
          <span key={before} className="soft">
            {before} → {after}
          </span>
        ))}
      </span>
    </label>
  );
  return (
    <section>
      <h3 id={`${id}-name`}>{field?.label ?? date.field}</h3>
      <fieldset className="choices" aria-labelledby={`${id}-name`}>
        {date.readings.map(({ order, samples }) => choice(order, isOpen ? texts.dates[order] : texts.dates.agree, samples))}
        {choice('keep', texts.dates.keep)}
      </fieldset>
    </section>
  );
}
