/** Values of the options of types, under the names that clients give them. Pure. */
import type { FieldProblem } from '../../domain/fields/definition.ts';
import type { Field } from '../../domain/fields/forms.ts';
import { meaningOf } from '../../domain/fields/types.ts';
import { hasNestedRepeats } from '../../rules/nested-repeats.ts';
import { sqlPattern } from '../../rules/pattern.ts';
import { meaningForm } from '../../rules/meanings/form.ts';
import { meaningProblems } from '../../rules/meanings/problems.ts';

const names: Readonly<Record<string, string>> = { display: 'displayFormat', output: 'outputFormat' };

/** Of types and options that are known; the others are told already. */
export function optionValueProblems(fields: readonly Field[]): readonly FieldProblem[] {
  return fields.flatMap((field, at) => {
    const { means, problems } = meaningOf(field);
    if (means === undefined || problems.length > 0) return [];
    const place = ['fields', at, 'type', ...(Array.isArray(field.type) ? [1] : [])];
    const checked = meaningForm.safeParse(means);
    // What is wrong with their options is told with them.
    if (checked.success && 'options' in checked.data) return [];
    if (checked.success) return meaningProblems(checked.data).map((message) => ({ path: place, message }));
    return checked.error.issues.map(({ path: [first, ...rest], message }): FieldProblem => {
      if (first === 'options') return { path: ['fields', at, 'selectOptions', ...plain(rest)], message };
      // The name of a preset may stand in place of the options.
      const isBare = first === undefined || (Array.isArray(field.type) && typeof field.type[1] === 'string');
      const own = isBare ? [] : [names[String(first)] ?? String(first)];
      return { path: [...place, ...own, ...plain(rest)], message };
    });
  });
}

/** Patterns that a text could keep busy for ever. */
export function patternProblems(fields: readonly Field[]): readonly FieldProblem[] {
  return fields.flatMap(({ validators = [] }, at) =>
    validators.flatMap((one, place): readonly FieldProblem[] => {
      if (!('regex' in one) || !hasNestedRepeats(one.regex)) return [];
      const { ignoreCase = false, unicode = false, dotAll = false, multiline = false } = one.regexOptions ?? {};
      const flags = `${multiline ? 'm' : ''}${dotAll ? 's' : ''}${unicode ? 'u' : ''}`;
      if (sqlPattern(one.regex, ignoreCase, flags)) return [];
      const message = 'regex repeats what is repeated already: some texts would take it forever';
      return [{ path: ['fields', at, 'validators', place], message }];
    }),
  );
}

/** Keys of JSON. */
const plain = (path: readonly PropertyKey[]): readonly (string | number)[] =>
  path.map((key) => (typeof key === 'number' ? key : String(key)));
