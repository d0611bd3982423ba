/** The fields with the columns of each, where an import asks for that order (`matchingStep.matchToSchema`). */
import { useId } from 'react';
import type { Field, PreviewColumn } from '../../api/wire.ts';
import { texts } from '../../texts.ts';
import { headerOf, Sure } from './column.tsx';
import { columnsOf, withColumn, type Mapping } from './mapping.ts';

interface Props {
  readonly fields: readonly Field[];
  readonly columns: readonly PreviewColumn[];
  readonly mapping: Mapping;
  readonly onChange: (mapping: Mapping) => void;
}

export function FieldTable({ fields, columns, mapping, onChange }: Props) {
  const id = useId();
  return (
    <table className="table is-match">
      <thead>
        <tr>
          <th scope="col">{texts.match.field}</th>
          <th scope="col" id={id}>
            {texts.match.column}
          </th>
          <th scope="col">{texts.match.samples}</th>
          <th scope="col">{texts.match.sure}</th>
        </tr>
      </thead>
      <tbody>
        {fields.map((field) => (
          <FieldRow key={field.key} field={field} columns={columns} mapping={mapping} onChange={onChange} labelId={id} />
        ))}
      </tbody>
    </table>
  );
}

type RowProps = Omit<Props, 'fields'> & { readonly field: Field; readonly labelId: string };

function FieldRow({ field: { key, label, required, many }, columns, mapping, onChange, labelId }: RowProps) {
  const id = useId();
  const mine = columnsOf(mapping, key);
  const chosen = columns.filter(({ index }) => mine.includes(index));
  // A field of several columns can always take one more.
  const places = many || mine.length === 0 ? [...mine, undefined] : mine;
  return (
    <tr className={mine.length === 0 ? 'is-out' : undefined}>
      <th scope="row" id={id}>
        {required ? `${label} (${texts.match.required})` : label}
      </th>
      <td>
        {places.map((had, at) => (
          <select
            key={had ?? 'next'}
            id={`${id}-${at}`}
            aria-labelledby={`${labelId} ${id}`}
            value={had ?? ''}
            onChange={({ target: { value } }) => onChange(withColumn(mapping, key, had, value === '' ? null : Number(value)))}
          >
            <option value="">–</option>
            {columns.map((column) => (
              <option key={column.index} value={column.index}>
                {headerOf(column)}
              </option>
            ))}
          </select>
        ))}
      </td>
      <td className="samples">{chosen.flatMap(({ samples }) => samples.slice(0, 3)).join(' · ')}</td>
      <Sure columns={chosen} chosen={key} />
    </tr>
  );
}
