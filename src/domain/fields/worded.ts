/** Words of an import's owner in place of ours. Pure. */
import type { Field } from './forms.ts';
import { typeOf } from './types.ts';

const plain = (name: string): string => name.toLowerCase().replaceAll('-', '_');

/**
 * `words`: the name of a validator (`required`) or of a type (`email`), in any case, → what cells are told that it has refused. Where a field
 * or a validator has words of its own, these stay.
 */
export function worded(fields: readonly Field[], words: Readonly<Record<string, unknown>>): readonly Field[] {
  const said = new Map(
    Object.entries(words).flatMap(([name, text]) => (typeof text === 'string' && text !== '' ? [[plain(name), text]] : [])),
  );
  if (said.size === 0) return fields;
  return fields.map((field) => {
    const invalidValueMessage = field.invalidValueMessage || said.get(plain(typeOf(field)));
    const validators = field.validators?.map((one) => {
      const errorMessage = one.errorMessage || said.get(plain(one.validate));
      return errorMessage === undefined ? one : { ...one, errorMessage };
    });
    return { ...field, ...(invalidValueMessage && { invalidValueMessage }), ...(validators && { validators }) };
  });
}
