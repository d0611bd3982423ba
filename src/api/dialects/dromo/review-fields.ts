/** The fields of a review as the page is told of them: those of the import, as hooks have left them. */
import { z } from 'zod';
import { isUnfixed } from '../../../domain/fields/definition.ts';
import type { Field } from '../../../domain/fields/forms.ts';
import { typeOf } from '../../../domain/fields/types.ts';
import type { FoundFields } from '../../../operations/reviews/state.ts';
import type { StoredImport } from './imports-stored.ts';

export const fieldShape = z.object({
  key: z.string(),
  label: z.string(),
  type: z.string(),
  description: z.string(),
  readOnly: z.boolean(),
  required: z.boolean().meta({ description: 'It must have a value, or a column' }),
  many: z.boolean(),
  matchable: z.boolean().meta({ description: 'A column of the file may feed it' }),
  unfixed: z.literal(true).exactOptional().meta({ description: 'Its dates are read only as somebody agrees to' }),
  options: z.array(z.object({ label: z.string(), value: z.string() })),
  /** Of fields of several options: what is written between them. */
  delimiter: z.string().exactOptional(),
});

/** In their order, hidden ones included. `found`: absent = nobody has read the file yet. */
export function knownFields({ data }: StoredImport, found: FoundFields | undefined): readonly Field[] {
  if (!found) return data.fields;
  const { given, order, removed } = found;
  const place = ({ key }: Field): number => order.indexOf(key);
  const gone = new Set([...removed, ...given.map(({ key }) => key)]);
  return [...data.fields.filter(({ key }) => !gone.has(key)), ...given].toSorted((a, b) => place(a) - place(b));
}

export const fieldsOf = (known: readonly Field[], found: FoundFields | undefined): z.input<typeof fieldShape>[] =>
  known
    .filter(({ hidden }) => !hidden)
    .map((field) => ({
      key: field.key,
      label: field.label,
      type: typeOf(field),
      description: field.description ?? '',
      readOnly: field.readOnly ?? false,
      required: isRequired(field),
      many: field.manyToOne ?? false,
      matchable: found?.matchable.includes(field.key) ?? true,
      ...(isUnfixed(field) && { unfixed: true as const }),
      options: (field.selectOptions ?? []).map(({ label, value }) => ({ label, value })),
      ...delimiterOf(field),
    }));

const isRequired = ({ requireMapping = false, validators = [] }: Field): boolean =>
  requireMapping || validators.some(({ validate, level = 'error' }) => validate === 'required' && level === 'error');

/** As the cells that people see are written. */
function delimiterOf(field: Field): { readonly delimiter?: string } {
  if (typeOf(field) !== 'multi-select') return {};
  const options = typeof field.type === 'object' && typeof field.type[1] === 'object' ? field.type[1] : {};
  const { delimiter, trimValues = true } = options;
  return { delimiter: `${typeof delimiter === 'string' ? delimiter : ','}${trimValues ? ' ' : ''}` };
}

/** Of a column: a field of several has one for each part. */
export function labelOf(known: readonly Field[], key: string, part: number): string {
  const label = known.find((field) => field.key === key)?.label ?? key;
  return part === 0 ? label : `${label} (${part + 1})`;
}
