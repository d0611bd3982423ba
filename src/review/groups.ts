/** Problems that are the same: what is said of a column, the texts that it is said of, and what could be done about all of them. */
import { own } from '../domain/own.ts';
import type { Duck } from '../sdk/index.ts';
import { columnName, type Part } from '../shape/assess/cells.ts';
import { unknownMembers } from '../shape/assess/fill.ts';
import { saidOf, states } from './changes.ts';
import type { Choices } from './choices.ts';
import { columnId, type Plan } from './plan.ts';
import { suggestionsOf } from './suggest.ts';
import type { Said } from './windows.ts';

export interface Group extends Said {
  readonly column: string;
  /** Cells. */
  readonly count: number;
  /** The most frequent texts. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
  /** What would be understood in place of some of them. */
  readonly suggestion?: { readonly kind: string; readonly label: string; readonly count: number };
}

interface Open {
  readonly duck: Duck;
  readonly plan: Plan;
}

const mostGroups = 200;
const mostValues = 20;

/** The largest first. */
export async function groupsOf({ duck, plan }: Open): Promise<readonly Group[]> {
  const found = await duck.rows(
    `select d.col, d.level, d.message, count(distinct s.id) as n from said s join verdict d on d.v = s.v group by all order by n desc, min(s.v) limit ${mostGroups}`,
  );
  const groups: Group[] = [];
  for (const [col, level, message, count] of found) {
    const part = plan.shown.find(({ column }) => column === Number(col));
    if (!part) continue;
    const about = { level: level as Said['level'], message: message ?? '' }; // of rules
    const values = await valuesOf(duck, part, about.message);
    const suggestion = about.level === 'error' ? await suggested(duck, part, about.message) : undefined;
    groups.push({ ...about, column: columnId(part.column), count: Number(count), values, ...(suggestion && { suggestion }) });
  }
  return groups;
}

async function valuesOf(duck: Duck, part: Part, message: string): Promise<Group['values']> {
  const text = `coalesce(${columnName(part.column)}, '')`;
  const found = await duck.rows(
    `select ${text} as value, count(*) as n from rows where ${saidOf(part, message)} group by 1 order by n desc, value limit ${mostValues}`,
  );
  return found.map(([value, count]) => ({ value: value ?? '', count: Number(count) }));
}

/** The one that helps most. */
async function suggested(duck: Duck, part: Part, message: string): Promise<Group['suggestion']> {
  const all = suggestionsOf(part);
  if (all.length === 0) return undefined;
  const counts = all.map(({ sql }) => `count(*) filter (${sql} is not null)`);
  const [row = []] = await duck.rows(`select ${counts.join(', ')} from rows where ${saidOf(part, message)}`);
  const [best] = all
    .map(({ kind, label }, at) => ({ kind, label, count: Number(row[at] ?? 0) }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count);
  return best;
}

/**
 * Texts of a field of options, or members of its lists, that mean none of them: the most frequent first, `most` at most. None of a field
 * that a hook has added: it comes anew with each reading of the file, and its texts are put right in the rows.
 */
export async function unknownTexts({ duck, plan }: Open, field: string, most = 1000): Promise<Group['values']> {
  const isAdded = plan.layout.given.some(({ key }) => key === field);
  const parts = plan.shown.filter(({ fed }) => fed.field.name === field && !isAdded);
  if (parts.length === 0) return [];
  const each = parts.map((part) => {
    const unknown = unknownMembers(part);
    const value = unknown === undefined ? `trim(${part.raw})` : `unnest(${unknown})`;
    return `select ${value} as value from rows where state = ${states.live} and ${part.misfit ?? 'false'}`;
  });
  const found = await duck.rows(
    `select value, count(*) as n from (${each.join(' union all ')}) group by 1 order by n desc, value limit ${most}`,
  );
  return found.map(([value, count]) => ({ value: value ?? '', count: Number(count) }));
}

const isChosen = (is: string | undefined): boolean => is === 'select' || is === 'multi-select';

/** Is there a field with texts that mean none of its options, of which nobody has said anything? Where there are more than `most`, rows are the place. */
export async function undecided(open: Open, { values }: Pick<Choices, 'values'>, most: number): Promise<boolean> {
  for (const { field } of open.plan.fields.filter((one) => isChosen(one.field.means?.is))) {
    const unknown = await unknownTexts(open, field.name, most + 1);
    const said = own(values, field.name) ?? {};
    if (unknown.length <= most && unknown.some(({ value }) => value !== '' && !Object.hasOwn(said, value))) return true;
  }
  return false;
}
