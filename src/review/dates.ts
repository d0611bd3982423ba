/** Columns of dates that nobody may read without being asked: how they would be read, in which orders, and what was said of them. */
import { own } from '../domain/own.ts';
import type { Duck } from '../sdk/index.ts';
import { dayFirstSql, momentSql, type MomentMeaning } from '../rules/meanings/moment.ts';
import { isoDay } from '../shape/assess/fixed.ts';
import { states } from './changes.ts';
import type { Choices, DateChoice } from './choices.ts';
import type { Plan } from './plan.ts';

type Order = 'day' | 'month';

/** One way to read them. */
interface Reading {
  readonly order: Order;
  /** Some of the texts, and the days that they would be, as ISO 8601 has them. */
  readonly samples: readonly { readonly before: string; readonly after: string }[];
}

export interface DateField {
  readonly field: string;
  /** What was said of it; null = nothing yet. */
  readonly choice: DateChoice | null;
  /** As it reads by itself; then the other way, where the texts allow both. */
  readonly readings: readonly Reading[];
}

interface Open {
  readonly duck: Duck;
  readonly plan: Plan;
}

const sampled = 3;

/** Those of `unfixed` that have texts which would be read otherwise than they stand. */
export async function dateFields(
  { duck, plan }: Open,
  { dates }: Pick<Choices, 'dates'>,
  unfixed: readonly string[],
): Promise<readonly DateField[]> {
  const found: DateField[] = [];
  for (const { field } of plan.fields.filter((fed) => unfixed.includes(fed.field.name))) {
    const parts = plan.shown.filter(({ fed }) => fed.field === field);
    if (field.means?.is !== 'date' || parts.length === 0) continue;
    // What was said of them is a part of their meaning by now: they are asked about as they came.
    const { order: _order, asWritten: _asWritten, ...meaning } = field.means;
    const each = parts.map(({ text }) => `select ${text} as t from rows where state = ${states.live}`);
    const texts = `(select distinct t from (${each.join(' union all ')}) where t <> '')`;
    const readings = await readingsOf(duck, texts, meaning);
    if (readings.length > 0) found.push({ field: field.name, choice: own(dates, field.name) ?? null, readings });
  }
  return found;
}

async function readingsOf(duck: Duck, texts: string, meaning: MomentMeaning): Promise<readonly Reading[]> {
  // Where both kinds of locale read the texts alike, the texts themselves have decided.
  const locales = [meaning.locale, 'en-US', 'en-GB'];
  const asked = locales.map((locale) => dayFirstSql({ is: 'date', ...(locale !== undefined && { locale }) }, 't'));
  const [[own, us, gb] = []] = await duck.rows(`select ${asked.join(', ')} from ${texts}`);
  const order: Order = isTrue(own) ? 'day' : 'month';
  const other: Order = order === 'day' ? 'month' : 'day';
  const plain: MomentMeaning = { is: 'date', ...(meaning.locale !== undefined && { locale: meaning.locale }) };
  const read = (as: Order): string => momentSql(plain, 't', String(as === 'day')).result;
  const shown = momentSql(meaning, 't', String(order === 'day')).shown ?? 't';
  const rows = await duck.rows(
    `select t, own, other from (select t, ${read(order)} as own, ${read(other)} as other, ${shown} as shown from ${texts})
     where own is not null and not ${isoDay('t')} and (t <> shown or own is distinct from other)
     qualify bool_or(t <> shown) over () order by own is distinct from other desc, t limit ${sampled}`,
  );
  if (rows.length === 0) return [];
  const reading = (as: Order, at: 1 | 2): Reading => ({
    order: as,
    samples: rows.map((row) => ({ before: row[0] ?? '', after: row[at] ?? '' })),
  });
  const [first] = rows;
  const isOpen = isTrue(us) !== isTrue(gb) && first?.[1] !== first?.[2];
  return [reading(order, 1), ...(isOpen ? [reading(other, 2)] : [])];
}

const isTrue = (value: string | null | undefined): boolean => value === 'true';
