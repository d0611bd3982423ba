/** Times as people write them anywhere, alone and behind a day. As SQL. Pure. */
import { quoteText } from '../../sdk/duck-sql.ts';
import { named } from './meant.ts';
import { number, space, thousandths } from './moment-sql.ts';

const half = String.raw`(?:[${space}]?([AaPp])\.?[Mm]\.?)?`;
/** No zone is further away (UTC+14): `9:00-17:00` is two times. */
const hours = String.raw`[+-](?:0\d|1[0-4])`;
const zone = String.raw`(?:[${space}]?(?:Z|[A-Z]{2,4}|(?:GMT|UTC)?${hours}:?\d{2}))?`;
/** Behind seconds alone, as PostgreSQL writes whole hours: `9:00-12` may be two hours. */
const short = String.raw`(?:${hours})?`;
const clock = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?${short})?${half}`;
/** A time behind a day. */
const behind = String.raw`[T${space},]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?${short})?(?:[${space}]?[AaPp]\.?[Mm]\.?)?${zone}`;
export const rest = String.raw`(?:${behind}|T\d{2})?`;

/** As ISO 8601 has it without signs; of zones the hours are enough there. */
const isoZone = String.raw`(?:Z|${hours}(?::?\d{2})?)?`;
const basic = String.raw`(?:T|^)(\d{2})(?:(\d{2})(?:(\d{2})(?:[.,](\d+))?)?)?${isoZone}$`;
const isBasic = (text: string): string => `regexp_matches(${text}, ${quoteText(basic)})`;
const isoTime = String.raw`T\d{2}(?:(?:\d{2}){0,2}|\d{4}[.,]\d+|:\d{2}(?::\d{2}(?:[.,]\d+)?)?)${isoZone}`;
/** A time behind a day of ISO 8601. */
export const isoRest = String.raw`(?:${behind}|${isoTime})?`;
/** Without the T: hours alone may be anything, and `0900-1200` is two times. */
const bare = String.raw`\d{4}(?:\d{2}(?:[.,]\d+)?)?Z?`;

const extracted = (text: string, pattern: string, groups: string, body: string): string =>
  named('p', `regexp_extract(${text}, ${quoteText(pattern)}, [${[...groups].map(quoteText).join(', ')}])`, body);

/** A TIME; NULL where the text holds none. `fractions`: of thousandths of seconds, else of seconds. */
function clockSql(text: string, fractions: boolean): string {
  const hour = number('p.h');
  const read = `case when ${hour} > 23 then 'x' when p.a = '' then p.h when ${hour} not between 1 and 12 then 'x' when lower(p.a) = 'a' then cast(${hour} % 12 as VARCHAR) else cast(${hour} % 12 + 12 as VARCHAR) end`;
  return extracted(text, clock, 'hisfa', `case when p.h <> '' then ${timeOf(`lpad(${read}, 2, '0')`, 'p.i', { fractions })} end`);
}

/** A TIME of a text that `isBasic`; NULL where there is no such time. */
function basicSql(text: string, fractions: boolean): string {
  const minute = `(case when p.i = '' then '00' else p.i end)`;
  return extracted(text, basic, 'hisf', `case when p.h < '24' then ${timeOf('p.h', minute, { fractions })} end`);
}

function timeOf(hour: string, minute: string, { fractions }: { readonly fractions: boolean }): string {
  const thousand = fractions ? ` || '.' || ${thousandths('p.f')}` : '';
  return `try_cast(${hour} || ':' || ${minute} || ':' || (case when p.s = '' then '00' else p.s end)${thousand} as TIME)`;
}

/** A TIME of a text that a day is known of; `none` = of a day alone. */
export const timeSql = (text: string, fractions: boolean, none: string): string =>
  // What has no signs is asked for first: its zone may have one.
  `case when ${isBasic(text)} then ${basicSql(text, fractions)} when contains(${text}, ':') then ${clockSql(text, fractions)} else ${none} end`;

/** Is the text a time and nothing else? */
export const isClock = (text: string): string => `regexp_full_match(${text}, ${quoteText(`${clock}${zone}|${isoTime}|${bare}`)})`;

/** Is the time at its end the end of the day? */
export const isMidnight = (text: string): string =>
  `regexp_matches(${text}, ${quoteText(String.raw`(?:^|[T${space},])24:00(?::00(?:[.,]0+)?${short})?${zone}$|(?:T|^)24(?:00){0,2}${isoZone}$|(?:T|^)240000[.,]0+${isoZone}$|T24:00(?::00(?:[.,]0+)?)?${isoZone}$`)})`;
