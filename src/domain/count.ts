/** Counts as people read them. */

/** `1,204,331`. Not `toLocaleString`: its first call takes 11 ms, which a short load would spend on its receipt. */
export const grouped = (value: number): string =>
  Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 row`, `2 rows` */
export const counted = (value: number, noun: string): string => `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`;
