/** Constants in rules, and which types compare with which. Pure. */
import type { LogicalType } from '../domain/types.ts';
import { typeName } from '../domain/types.ts';

const clock = String.raw`([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?`;
const day = String.raw`\d{4}-\d\d-\d\d`;

const forms: Readonly<Partial<Record<LogicalType['kind'], RegExp>>> = {
  boolean: /^(true|false)$/,
  integer: /^-?\d+$/,
  decimal: /^-?\d+(\.\d+)?$/,
  float: /^-?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/,
  text: /^/,
  date: new RegExp(`^${day}$`),
  time: new RegExp(`^${clock}$`),
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
};

const isDay = (text: string): boolean => {
  const [year = 0, month = 0, date = 0] = text.slice(0, 10).split('-').map(Number);
  const last = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  return year > 0 && month >= 1 && month <= 12 && date >= 1 && date <= last;
};

/** Can values of this type be compared exactly? */
export function isComparable(type: LogicalType): boolean {
  if (type.kind === 'decimal') return type.precision !== undefined && type.precision <= 38;
  return type.kind === 'timestamp' || forms[type.kind] !== undefined;
}

const ordered: readonly LogicalType['kind'][] = ['integer', 'decimal', 'float', 'date', 'time', 'timestamp'];

/** Does a range make sense for it? Texts have a length instead. */
export const isOrdered = (type: LogicalType): boolean => isComparable(type) && ordered.includes(type.kind);

/** What is wrong with a text as a constant of the type; undefined = nothing. */
export function literalProblem(type: LogicalType, text: string): string | undefined {
  if (!isComparable(type)) return `values of type ${typeName(type)} cannot be compared`;
  const zone = type.kind === 'timestamp' && type.zone ? String.raw`(Z|[+-]\d\d(:\d\d)?)` : '';
  const form = type.kind === 'timestamp' ? new RegExp(`^${day}[ T]${clock}${zone}$`) : forms[type.kind];
  return form?.test(text) && isWithin(type, text) ? undefined : `${JSON.stringify(text)} is not a ${typeName(type)}`;
}

function isWithin(type: LogicalType, text: string): boolean {
  switch (type.kind) {
    case 'integer': {
      const [bits, value] = [BigInt(type.bits), BigInt(text)];
      return value >= -(2n ** (bits - 1n)) && value < 2n ** (bits - 1n);
    }
    case 'decimal': {
      const [whole = '', part = ''] = text.replace('-', '').split('.');
      const { precision = 0, scale = 0 } = type;
      return part.length <= scale && whole.replace(/^0+/, '').length <= precision - scale;
    }
    case 'float':
      return Number.isFinite(type.bits === 32 ? Math.fround(Number(text)) : Number(text));
    case 'date':
    case 'timestamp':
      return isDay(text);
    default:
      return true;
  }
}

const digits: Readonly<Record<number, number>> = { 8: 3, 16: 5, 32: 10, 64: 19, 128: 39 };

/** Can values of the two be compared with each other, without rounding either? */
export function compareExactly(a: LogicalType, b: LogicalType): boolean {
  if (!isComparable(a) || !isComparable(b)) return false;
  const [left, right] = [wholeAndScale(a), wholeAndScale(b)];
  if (left && right && (a.kind === 'decimal' || b.kind === 'decimal'))
    return Math.max(left.whole, right.whole) + Math.max(left.scale, right.scale) <= 38;
  if (a.kind === 'timestamp' && b.kind === 'timestamp') return a.zone === b.zone;
  return a.kind === b.kind;
}

function wholeAndScale(type: LogicalType): { readonly whole: number; readonly scale: number } | undefined {
  if (type.kind === 'integer') return { whole: digits[type.bits] ?? 39, scale: 0 };
  if (type.kind !== 'decimal') return undefined;
  return { whole: (type.precision ?? 0) - (type.scale ?? 0), scale: type.scale ?? 0 };
}
