/**
 * What a csv column of a type may look like, as a table: it takes only values and quotes that leave no doubt, so that whatever passes
 * changes neither the types nor the dialect that a sample shows. What it does not take may still be right. Pure.
 */
import type { LogicalType } from '../../../domain/types.ts';
import { automaton } from './automaton.ts';
import type { Marks } from './survey.ts';

/** States in which a column has ended, where all others but 0 are greater. */
export const fieldEnd = 256;
export const recordEnd = 512;
/** The state in which a column begins. */
export const columnStart = 768;

/** How its records end, beside what every reader of csv must know. */
export interface Written extends Marks {
  readonly crlf: boolean;
}

const year = String.raw`[12]\d{3}`;
const leapYear = '([12][0-9](0[48]|[2468][048]|[13579][26])|(12|16|20|24|28)00)';
const monthDay = String.raw`((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))`;
const day = `(${year}-${monthDay}|${leapYear}-02-29)`;
const clock = String.raw`[ T]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?`;
const zone = String.raw`(Z|[+-](0\d|1[0-3])(:?[0-5]\d)?)`;

/** Integers of so many digits, with room for a sign or without. */
const whole = (digits: number): string => (digits < 1 ? [] : [String.raw`[1-9]\d{0,${digits - 1}}`]).join('');

const integerDigits = 18;

function decimalOf(precision: number, scale: number): string | undefined {
  const room = precision - scale;
  if (scale < 1 || room < 2) return undefined;
  const numbers = (digits: number): string =>
    `(${whole(Math.min(digits, integerDigits))}|(0|${whole(digits)})\\.\\d{1,${scale}})`;
  return `0|${numbers(room)}|-${numbers(room - 1)}`;
}

/** The texts that a column of the type may have beside others of its type; undefined = none that can be told. */
export function patternOf(type: LogicalType): string | undefined {
  switch (type.kind) {
    case 'boolean':
      return '[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]';
    case 'integer':
      return `0|-?${whole(integerDigits)}`;
    case 'decimal':
      return type.precision === undefined ? undefined : decimalOf(type.precision, type.scale ?? 0);
    case 'date':
      return day;
    case 'timestamp':
      return type.zone ? `${day}${clock}${zone}` : `${day}(${clock})?`;
    case 'uuid':
      return '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
    default:
      return undefined;
  }
}

/** A table with states that are filled one by one. */
class Table {
  readonly steps = new Uint16Array(256 * 256);
  readonly #written: Written;

  constructor(written: Written) {
    this.#written = written;
  }

  /** A value may end here. `behindReturn` = the state behind the carriage return of a line end. */
  ends(state: number, behindReturn: number): void {
    const { delimiter, crlf } = this.#written;
    this.steps[state + delimiter.charCodeAt(0)] = fieldEnd;
    this.steps[state + (crlf ? 0x0d : 0x0a)] = crlf ? behindReturn : recordEnd;
    this.steps[behindReturn + 0x0a] = recordEnd;
  }

  quotes(state: number, next: number): void {
    const { quote } = this.#written;
    if (quote !== '') this.steps[state + quote.charCodeAt(0)] = next;
  }
}

/** A column whose values are all NULL or match; undefined = too many states. */
export function typedColumn(pattern: string, written: Written): Uint16Array | undefined {
  const bare = automaton(pattern, columnStart);
  const quotedStart = columnStart + (bare.steps.length << 8);
  const quoted = automaton(pattern, quotedStart);
  const closed = quotedStart + (quoted.steps.length << 8);
  const behindReturn = closed + 256;
  if (behindReturn + 256 > 256 * 256) return undefined;
  const table = new Table(written);
  for (const [at, step] of [...bare.steps, ...quoted.steps].entries()) table.steps.set(step, columnStart + (at << 8));
  for (const state of [columnStart, ...bare.accepting]) table.ends(state, behindReturn);
  table.quotes(columnStart, quotedStart);
  for (const state of quoted.accepting) table.quotes(state, closed);
  table.ends(closed, behindReturn);
  return table.steps;
}

/** A column without a value. */
export function emptyColumn(written: Written): Uint16Array {
  const table = new Table(written);
  table.ends(columnStart, columnStart + 256);
  return table.steps;
}

/** A column of any texts; apostrophes that may be quotes do not begin one. */
export function textColumn(written: Written): Uint16Array {
  const [bare, inside, closed, behindReturn] = [1, 2, 3, 4].map((at) => columnStart + (at << 8)) as [
    number,
    number,
    number,
    number,
  ]; // four of four
  const table = new Table(written);
  const { steps } = table;
  for (let byte = 1; byte < 256; byte++) {
    if (byte !== 0x0a && byte !== 0x0d) {
      if (byte !== 0x27) steps[columnStart + byte] = bare;
      steps[bare + byte] = bare;
    }
    steps[inside + byte] = inside;
  }
  if (written.quote !== '') steps[bare + written.quote.charCodeAt(0)] = 0;
  table.quotes(columnStart, inside);
  table.quotes(inside, closed);
  table.quotes(closed, inside);
  for (const state of [columnStart, bare, closed]) table.ends(state, behindReturn);
  return steps;
}
