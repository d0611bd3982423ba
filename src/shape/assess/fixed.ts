/** Days that would be read otherwise than they stand. Pure. */
import type { Part } from './cells.ts';

/** As everybody reads it. */
export const isoDay = (text: string): string => `regexp_full_match(${text}, '\\d{4}-\\d{2}-\\d{2}')`;

/** A condition on a row. */
export const fixedSql = ({ text, result, cell }: Pick<Part, 'text' | 'result' | 'cell'>): string =>
  `${result} is not null and ${text} <> ${cell.text} and not ${isoDay(text)}`;
