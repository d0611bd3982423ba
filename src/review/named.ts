/** Words that are said of one cell in particular: which member of a list is no option. Pure. */
import type { Plan } from './plan.ts';

/** By the verdict `s.v`, over the rows `r` that it is said of; NULL = nothing but its message. */
export function namedSql({ verdicts }: Pick<Plan, 'verdicts'>): string {
  const own = verdicts.flatMap(({ words }, at) => (words === undefined ? [] : [`when ${at} then ${words}`]));
  return own.length === 0 ? 'cast(null as VARCHAR)' : `(case s.v ${own.join(' ')} end)`;
}
