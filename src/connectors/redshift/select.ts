/** The statements of a read. Pure. */
import { HeadgateError } from '../../domain/error.ts';
import { refName, type Field } from '../../domain/schema.ts';
import type { FlowRead, ReadRequest } from '../../sdk/index.ts';
import { quoteName, quoteText } from '../_sql/names.ts';
import { fromClause, selectList, whereClause } from '../_sql/select.ts';

/** A session can have one. */
export const cursor = 'headgate_cursor';

/** As many as a cluster of a single node gives at once. */
export const rowsAtOnce = 1000;

export const fetchSql = `fetch forward ${rowsAtOnce} from ${cursor}`;

/** The wire's text of a value. A real has all its digits only as a double. */
function delivered(expression: string, { type }: Field): string {
  if (type.kind === 'boolean') return `case when ${expression} then 'true' when not ${expression} then 'false' end`;
  return type.kind === 'float' && type.bits === 32 ? `${expression}::double precision` : expression;
}

function fieldOf({ stream, schema }: FlowRead, name: string): Field {
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (field) return field;
  throw new HeadgateError('field.missing', `${refName(stream)} has no field ${JSON.stringify(name)}`);
}

const unplanned = (): never => {
  throw new HeadgateError('usage.mode', 'Redshift neither casts nor masks by itself');
};

export function declareSql(flow: FlowRead, keys?: ReadRequest['keys']): string {
  const { stream, projection } = flow;
  const columns = selectList(projection, {
    cast: unplanned,
    hash: unplanned,
    plain: (expression, name) => delivered(expression, fieldOf(flow, name)),
  });
  const given = projection.where === undefined ? undefined : `\n${projection.where}`;
  const where = whereClause([given, keysPredicate(flow, keys)]);
  return `declare ${cursor} cursor for\nselect ${columns}\nfrom ${fromClause(stream, 'public')}${where}`;
}

/** There are no lists of rows to compare with. */
function keysPredicate(flow: FlowRead, keys: ReadRequest['keys']): string | undefined {
  if (!keys) return undefined;
  const names = keys.fields.map((name) => {
    const from = flow.projection.columns.find((column) => column.as === name)?.from ?? name;
    return `cast(${quoteName(fieldOf(flow, from).name)} as varchar)`;
  });
  const equal = (row: readonly string[]): string => row.map((value, i) => `${names[i]} = ${quoteText(value)}`).join(' and ');
  return keys.values.length === 0 ? 'false' : keys.values.map((row) => `(${equal(row)})`).join(' or ');
}
