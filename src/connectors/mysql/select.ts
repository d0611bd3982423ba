/** The statements of a read. Pure. */
import { HeadgateError } from '../../domain/error.ts';
import { refName, type Field } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import type { FlowRead, ReadRequest } from '../../sdk/index.ts';
import { quoteName, quoteText } from '../_sql/names.ts';
import { fromClause, selectList, whereClause } from '../_sql/select.ts';
import { formOf, type Form } from './row-csv.ts';

export function fieldOf({ schema, stream }: FlowRead, name: string): Field {
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (!field) throw new HeadgateError('field.missing', `${refName(stream)} has no field ${JSON.stringify(name)}`);
  return field;
}

/** How a field is asked for, where its own text would not be exact: a FLOAT shows six digits, BIT raw bytes, ZEROFILL its zeros. */
function expression({ type, native }: Field, name: string): string {
  const own = native?.type ?? '';
  if (type.kind === 'boolean') return `case when ${name} then 'true' when not ${name} then 'false' end`;
  if (/^(?:year|bit)\b/.test(own) || / zerofill/.test(own)) return `${name} + 0`;
  return type.kind === 'float' && type.bits === 32 ? `cast(${name} as double)` : name;
}

export const rowsFrom = (flow: FlowRead): string => fromClause({ ...flow.stream });

export function readSelect(flow: FlowRead, predicates: readonly (string | undefined)[]): string {
  const plain = (name: string, field: string): string => expression(fieldOf(flow, field), name);
  // A mask is of the wire text, which is made here; casts are not among the steps that this source takes over.
  const columns = selectList(flow.projection, { cast: (name) => name, hash: (name) => name, plain });
  const where = whereClause([flow.projection.where === undefined ? undefined : `\n${flow.projection.where}`, ...predicates]);
  return `select ${columns}\nfrom ${rowsFrom(flow)}${where}`;
}

export const formsOf = (flow: FlowRead): readonly Form[] =>
  flow.projection.columns.map(({ from, mask }) => formOf(fieldOf(flow, from).type, mask !== undefined));

const shapes: Readonly<Partial<Record<LogicalType['kind'], RegExp>>> = {
  integer: /^[+-]?\d+$/,
  decimal: /^[+-]?\d+(\.\d+)?$/,
  float: /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i,
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^-?\d+:\d\d(:\d\d(\.\d{1,6})?)?$/,
  timestamp: /^\d{4}-\d\d-\d\d([ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?(\+00(:00)?|Z)?$/,
  bytes: /^\\x([0-9a-f]{2})*$/,
  boolean: /^(true|false|t|f)$/,
};

/**
 * A wire text as a literal of the type. The server compares a text that is no number or date as whatever it can make of it,
 * so the form is held here. Throws `usage.arguments`.
 */
export function literal(type: LogicalType, text: string): string {
  const shape = shapes[type.kind];
  if (shape && !shape.test(text))
    throw new HeadgateError('usage.arguments', `a bound is no ${type.kind} as this source has them`);
  switch (type.kind) {
    case 'integer':
    case 'decimal':
    case 'float':
      return text;
    case 'boolean':
      return text.startsWith('t') ? '1' : '0';
    case 'bytes':
      return `x'${text.slice(2)}'`;
    case 'timestamp':
      return `timestamp'${text.replace(/(\+00(:00)?|Z)$/, '').replace('T', ' ')}'`;
    default:
      return quoteText(text);
  }
}

export function keysPredicate(flow: FlowRead, keys: ReadRequest['keys']): string | undefined {
  if (!keys) return undefined;
  const fields = keys.fields.map((name) =>
    fieldOf(flow, flow.projection.columns.find((column) => column.as === name)?.from ?? name),
  );
  const rows = keys.values.map((row) => {
    const parts = fields.flatMap(({ name, type }, index) => {
      const value = literal(type, row[index] ?? '');
      const equal = `${quoteName(name)} = ${value}`;
      // A collation may call two texts equal that are not.
      return type.kind === 'text' ? [equal, `cast(${quoteName(name)} as binary) = cast(${value} as binary)`] : [equal];
    });
    return `(${parts.join(' and ')})`;
  });
  return rows.length === 0 ? 'false' : rows.join(' or ');
}
