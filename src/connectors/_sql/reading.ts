/** What every read of a SQL database asks for before its first row. */
import { HeadgateError } from '../../domain/error.ts';
import type { CursorPolicy } from '../../domain/policy.ts';
import { refName, type Field } from '../../domain/schema.ts';
import type { FlowRead, ReadRequest } from '../../sdk/index.ts';
import { quoteName } from './names.ts';
import { whereClause } from './select.ts';
import type { IndexFacts } from './table-facts.ts';

/** The flow of a read of one stream. Throws `usage.mode` with the sentence. */
export function onlyFlow({ flows }: ReadRequest, sentence: string): FlowRead {
  const [flow, ...others] = flows;
  if (!flow || others.length > 0) throw new HeadgateError('usage.mode', sentence);
  return flow;
}

export interface CursorOf {
  readonly cursor: CursorPolicy;
  readonly field: Field;
}

/** The cursor of an incremental read and its field. Throws `cursor.missing`. */
export function cursorOf({ stream, schema }: FlowRead, { cursor }: ReadRequest): CursorOf {
  const field = schema.fields.find(({ name }) => name === cursor?.field);
  if (cursor && field) return { cursor, field };
  const name = JSON.stringify(cursor?.field ?? '');
  throw new HeadgateError('cursor.missing', `reading ${refName(stream)}: the stream has no field ${name}`);
}

/** One incremental read, as its steps see it; `Start` is where this system begins. */
export interface Reading<Session, Start> extends CursorOf {
  readonly session: Session;
  readonly flow: FlowRead;
  readonly doing: string;
  readonly start: Start;
  readonly predicates: readonly (string | undefined)[];
  readonly warnings: string[];
}

/** A table of so many bytes or more without an index on the cursor is worth a word. */
const bigTable = 100_000_000;

export function indexWarnings(name: string, bytes: number | undefined, indexes: readonly IndexFacts[], { name: field }: Field) {
  const slow = (bytes ?? 0) >= bigTable && !indexes.some(({ columns }) => columns[0] === field);
  return slow ? [`${name} has no index on ${field}: every read scans the whole table`] : [];
}

interface Answers {
  rows(sql: string, doing: string): Promise<readonly unknown[]>;
}

/** Throws `cursor.null` where one of `rows`, given as what follows `from`, has no cursor. */
export async function refuseNulls({ session, flow, cursor, doing }: Reading<Answers, unknown>, rows: string): Promise<void> {
  const where = whereClause([flow.projection.where, `${quoteName(cursor.field)} is null`]);
  const [row] = await session.rows(`select 1 as found from ${rows}${where} limit 1`, doing);
  if (row) throw new HeadgateError('cursor.null', `${doing}: rows have no ${cursor.field}`);
}
