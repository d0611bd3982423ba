/**
 * A cell of a spreadsheet that shows something else than it holds, as one text: both, the one that is held in front, each behind a mark.
 * Who reads such a file takes the one that is needed, per column. Pure.
 */

const mark = '\u001f';

/** `held` is never empty. */
export const twoTexts = (held: string, shown: string): string => `${mark}${held}${mark}${shown}`;

/** A text that begins like two is written so that it is not taken for them. */
export const singleText = (text: string): string => (text.startsWith(mark) ? `${mark}${mark}${text}` : text);

const marked = (text: string): string => `starts_with(${text}, chr(31))`;

/** SQL: what is shown. */
export const shownSql = (text: string): string =>
  `case when ${marked(text)} then regexp_replace(${text}, '^\\x1f[^\\x1f]*\\x1f', '') else ${text} end`;

/** SQL: what is held. */
export const heldSql = (text: string): string =>
  `case when not ${marked(text)} then ${text} when starts_with(${text}, chr(31) || chr(31)) then substr(${text}, 3) ` +
  `else regexp_extract(${text}, '^\\x1f([^\\x1f]*)', 1) end`;
