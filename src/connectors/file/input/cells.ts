/** Texts of a spreadsheet's cells, from what the file stores: no value passes through a number. Pure. */

/** What a number format makes of a number. Elapsed times (`[h]:mm`) stay numbers of days. */
export type Shown = 'number' | 'date' | 'time' | 'timestamp';

const builtIn: readonly { readonly from: number; readonly to: number; readonly shown: Shown }[] = [
  { from: 14, to: 17, shown: 'date' },
  { from: 18, to: 21, shown: 'time' },
  { from: 22, to: 22, shown: 'timestamp' },
  { from: 27, to: 31, shown: 'date' },
  { from: 32, to: 35, shown: 'time' },
  { from: 36, to: 36, shown: 'date' },
  { from: 45, to: 45, shown: 'time' },
  { from: 47, to: 47, shown: 'time' },
  { from: 50, to: 58, shown: 'date' },
];

/** `code` = the workbook's own format of that number; without one it is one of those that every spreadsheet program has. */
export function shownAs(id: number, code: string | undefined): Shown {
  if (code === undefined) return builtIn.find(({ from, to }) => id >= from && id <= to)?.shown ?? 'number';
  const [first = ''] = code.replaceAll(/"[^"]*"|\\.|[_*]./g, '').split(';');
  if (/\[(h+|m+|s+)\]/i.test(first)) return 'number';
  const letters = first.replaceAll(/\[[^\]]*\]|AM\/PM|A\/P|General/gi, '');
  const [day, clock] = [/[yd]/i.test(letters), /[hs]/i.test(letters)];
  if (day && clock) return 'timestamp';
  if (clock) return 'time';
  return day || /m/i.test(letters) ? 'date' : 'number';
}

const number = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
/** Longer ones than any number of a spreadsheet. */
const longestExponent = 400;

/** A number without exponent, digit for digit: `1.5E-7` is `0.00000015`. */
export function plainNumber(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent] = number.exec(text) ?? [];
  const shift = Number(exponent ?? 0); // a place in a text, not a value
  if (exponent === undefined || Math.abs(shift) > longestExponent) return text;
  const digits = whole + fraction;
  const point = whole.length + shift;
  const padded = point < 1 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const at = Math.max(point, 1);
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '');
  const right = padded.slice(at).replace(/0+$/, '');
  return `${sign === '-' ? '-' : ''}${left}${right === '' ? '' : `.${right}`}`;
}

const dayMillis = 86_400_000n;

/**
 * A serial number of days as ISO text; what is no such number stays as it is. Times are rounded to the millisecond: the 15
 * digits that spreadsheets keep are exact to a hundredth of one. `since1904`: day 0 is the first of January 1904.
 */
export function serialText(stored: string, shown: Shown, since1904: boolean): string {
  const text = plainNumber(stored);
  const [, sign, whole = '', fraction = ''] = number.exec(text) ?? [];
  if (shown === 'number' || sign !== '' || whole === '') return text;
  const scale = 10n ** BigInt(fraction.length);
  const millis = ((BigInt(whole + fraction) * dayMillis * 2n) / scale + 1n) / 2n;
  const [day, clock] = [millis / dayMillis, millis % dayMillis];
  if (shown === 'time' || (day === 0n && !since1904)) return day === 0n ? clockText(clock) : both(day, clock, since1904);
  return shown === 'date' && clock === 0n ? dateText(day, since1904) : both(day, clock, since1904);
}

const both = (day: bigint, clock: bigint, since1904: boolean): string => `${dateText(day, since1904)} ${clockText(clock)}`;

const pad = (value: bigint, length: number): string => String(value).padStart(length, '0');

function clockText(millis: bigint): string {
  const rest = millis % 1000n;
  const clock = [millis / 3_600_000n, (millis / 60_000n) % 60n, (millis / 1000n) % 60n].map((part) => pad(part, 2)).join(':');
  return rest === 0n ? clock : `${clock}.${pad(rest, 3)}`;
}

/** The first spreadsheet took 1900 for a leap year, and all others repeat it: its day 60 never was. */
function dateText(serial: bigint, since1904: boolean): string {
  if (!since1904 && serial === 60n) return '1900-02-29';
  // Days since the first of March of the year 0, where leap days come last.
  const day = serial + (since1904 ? 695_361n : serial < 60n ? 693_900n : 693_899n);
  const era = day / 146_097n;
  const inEra = day % 146_097n;
  const year = (inEra - inEra / 1460n + inEra / 36_524n - inEra / 146_096n) / 365n;
  const inYear = inEra - (365n * year + year / 4n - year / 100n);
  const month = (5n * inYear + 2n) / 153n;
  const inMonth = inYear - (153n * month + 2n) / 5n + 1n;
  const civil = month < 10n ? month + 3n : month - 9n;
  return `${pad(era * 400n + year + (civil <= 2n ? 1n : 0n), 4)}-${pad(civil, 2)}-${pad(inMonth, 2)}`;
}

/** `BC` is column 54: letters of a reference like `BC12`, counted from 0. */
export function columnAt(reference: string): number {
  let at = 0;
  for (const letter of reference.match(/^[A-Z]+/)?.[0] ?? '') at = at * 26 + letter.charCodeAt(0) - 64;
  return at - 1;
}

/** Characters that XML cannot hold are written as `_x000D_`. */
export const unescaped = (text: string): string =>
  text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Always in quotes where anything could be misread; an empty text is not the same as no cell. */
export const quoted = (value: string): string =>
  value === '' || /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

/** Of cells as they stand in csv, filled up to a width. */
export const csvLine = (cells: readonly (string | undefined)[], width: number): string =>
  `${Array.from({ length: Math.max(width, cells.length) }, (_, at) => cells[at] ?? '').join(',')}\n`;
