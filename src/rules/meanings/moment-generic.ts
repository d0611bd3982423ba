/** Days as people write them anywhere: ISO 8601, RFC 2822, numbers with signs between, names of months. As SQL. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';
import { isoRest, rest } from './moment-clock.ts';
import { monthWords } from './moment-names.ts';
import { dateOf, fullYear, monthOf, number, ordinalDate, space, weekDate, wordPattern } from './moment-sql.ts';

const week = String.raw`(?:(?:[Mm]on|[Tt]ue|[Ww]ed|[Tt]hu|[Ff]ri|[Ss]at|[Ss]un)[a-z]*,?[${space}])?`;
const year = String.raw`(\d{4}|\d{2})`;
const day = String.raw`(\d{1,2})(?:st|nd|rd|th)?`;
const sign = String.raw`[-/. ][${space}]?`;

const plainDay = String.raw`\d{4}-\d\d-\d\d`;
const iso = String.raw`(\d{4})${sign}(\d{1,2})${sign}(\d{1,2})\.?${isoRest}`;
const numeric = String.raw`(\d{1,2})${sign}(\d{1,2})${sign}${year}\.?${rest}`;
const isoBasic = String.raw`(\d{4})(\d{2})(\d{2})${isoRest}`;
const isoWeek = String.raw`(\d{4})-?W(\d{2})(?:-?([1-7]))?${isoRest}`;
const isoOrdinal = String.raw`(\d{4})-(\d{3})${isoRest}`;

/** `body` of what the groups of `names` have found, of which the first is never empty: a miss costs no more than looking. */
const found = (text: string, pattern: string, names: string, body: string): string =>
  named(
    'p',
    `regexp_extract(${text}, ${quoteText(`^${pattern}$`)}, [${[...names].map(quoteText).join(', ')}])`,
    `case when p.${names.slice(0, 1)} <> '' then ${body} end`,
  );

/** Does the day stand first in this column? An aggregate: a first part above 12 proves it, then a second one disproves it; else `usual`. */
export function dayFirstAggregate(text: string, usual: boolean): string {
  const [a, b] = [number('p.a'), number('p.b')];
  const proof = found(
    text,
    numeric,
    'ab',
    `case when ${a} > 12 and ${b} between 1 and 12 then 2 when ${b} > 12 and ${a} between 1 and 12 then 1 end`,
  );
  const proofs = `coalesce(bit_or(${proof}), 0)`;
  return `(case ${proofs} when 0 then ${usual} when 1 then false else true end)`;
}

/** A boolean: day and month are numbers, and one that could be the other, or not in the `usual` order. */
export function decidedDay(text: string, usual: boolean): string {
  const [a, b] = [number('p.a'), number('p.b')];
  const decided = `case when ${a} > 12 then ${!usual} when ${b} > 12 then ${usual} else ${a} <> ${b} end`;
  return `(regexp_full_match(${text}, ${quoteText(numeric)}) and ${found(text, numeric, 'ab', decided)})`;
}

/** A DATE; NULL where the text is none. `dayFirst` = a boolean expression. */
export function dateSql(text: string, dayFirst: string, locale: string): string {
  const words = monthWords(locale);
  const month = String.raw`((?i:${[...words.keys()]
    .toSorted((a, b) => b.length - a.length)
    .map((word) => wordPattern(word, '*'))
    .join('|')}))`;
  const dayMonth = String.raw`${week}${day}[-${space}./]+(?:(?i:de|of|den)[${space}])?${month}[-${space}.,/]+(?:(?i:de|del)[${space}])?${year}${rest}`;
  const monthDay = String.raw`${week}${month}[-${space}.]+${day}[-${space},]+${year}${rest}`;
  const numbered = (isDay: boolean): string => {
    const [first, second, other] = isDay ? ['p.a', 'p.b', 'p.b'] : ['p.b', 'p.a', 'p.b'];
    const [straight, turned] = [dateOf(fullYear('p.y'), second, first), dateOf(fullYear('p.y'), first, second)];
    const certain = isDay ? `${number(other)} > 12 and ${number('p.a')} <= 12` : `${number('p.a')} > 12`;
    return found(text, numeric, 'aby', `case when ${certain} then ${turned} else ${straight} end`);
  };
  // How a text begins says which of all this it can be: the others are not tried.
  const iso8601 = [found(text, iso, 'ymd', dateOf('p.y', 'p.m', 'p.d')), ...otherIso(text)];
  const worded = [
    found(text, dayMonth, 'dny', dateOf(fullYear('p.y'), monthOf('p.n', words), 'p.d')),
    found(text, monthDay, 'ndy', dateOf(fullYear('p.y'), monthOf('p.n', words), 'p.d')),
  ];
  const begins = (pattern: string): string => `regexp_matches(${text}, ${quoteText(`^${pattern}`)})`;
  return `case when ${begins(String.raw`\d{3}`)} then coalesce(${iso8601.join(', ')}) when ${begins(String.raw`\d{1,2}${sign}\d`)} then (case when ${dayFirst} then ${numbered(true)} else ${numbered(false)} end) else coalesce(${worded.join(', ')}) end`;
}

/** Without signs, by the week, and by the day of the year. */
function otherIso(text: string): readonly string[] {
  return [
    found(text, isoBasic, 'ymd', dateOf('p.y', 'p.m', 'p.d')),
    found(text, isoWeek, 'ywd', weekDate('p.y', 'p.w', 'p.d')),
    found(text, isoOrdinal, 'yo', ordinalDate('p.y', 'p.o')),
  ];
}

/** Days as databases and programs write them: no pattern but this one is asked of most columns. */
export const plainDate = (text: string): string =>
  `case when regexp_full_match(${text}, ${quoteText(plainDay)}) then try_cast(${text} as DATE) end`;
