/**
 * An incremental read. MySQL does not say who wrote a row, so what a late commit can bring is bounded from outside: first a
 * snapshot for the greatest value, then the list of open transactions, then the snapshot that is read.
 *
 * - Times: the next read starts no later than the oldest transaction that was open.
 * - Numbers that grow with every insert: a lower one that is still to come was drawn before the first snapshot, so its
 *   transaction is in the list, or it has committed before the second snapshot and is read. While one of the list is still
 *   open then, the position stays where it is, and rows are read again.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { HeadgateError } from '../../domain/error.ts';
import { refName, type Field } from '../../domain/schema.ts';
import type { FlowRead, ReadRequest, SourceEvent } from '../../sdk/index.ts';
import { cursorKind, defaultLookback } from '../_sql/cursor.ts';
import { quoteName } from '../_sql/names.ts';
import { cursorOf, indexWarnings, refuseNulls, type Reading as SqlReading } from '../_sql/reading.ts';
import { rangePredicate, whereClause } from '../_sql/select.ts';
import { readIndexes, readRelations } from './catalog.ts';
import { cursorPosition, startOf, type CursorPosition, type Start } from './position.ts';
import { readRows } from './read.ts';
import { formsOf, keysPredicate, literal, readSelect, rowsFrom } from './select.ts';
import type { Session } from './session.ts';
import { beginSnapshot, openTransactions, type OpenTransactions } from './transactions.ts';

type Reading = SqlReading<Session, Start>;

export async function* readIncremental(session: Session, flow: FlowRead, request: ReadRequest): AsyncGenerator<SourceEvent> {
  const reading = await prepare(session, flow, request);
  const { field, doing, predicates, warnings } = reading;
  // Before all that follows: what begins after this moment is stamped later.
  const now = await clock(session, field);
  await session.rows(beginSnapshot, doing);
  if (reading.cursor.nulls === 'fail') await refuseNulls(reading, rowsFrom(flow));
  const greatest = await greatestValue(reading);
  const open = await openTransactions(session);
  await session.rows('commit', doing);
  const held = cursorKind(field) !== 'time' && (await stillOpen(session, open));
  await session.rows(beginSnapshot, doing);
  const result = readRows(session, readSelect(flow, predicates), formsOf(flow), doing);
  for await (const data of result.chunks) yield { type: 'bytes', stream: flow.stream, data };
  const rows = result.rows();
  const saved = cursorPosition(request.from, field.name);
  const next = rows === 0 ? undefined : await nextPosition(reading, greatest, open, held, now, saved);
  const same = saved && next && saved.bound === next.bound && saved.value === next.value && saved.visible === next.visible;
  yield {
    type: 'checkpoint',
    position: next === undefined ? (request.from ?? null) : same ? saved : next,
    proof: {
      rows: { [refName(flow.stream)]: rows },
      evidence: evidence(reading, rows, now),
      guarantee: rows === 0 ? 'nothing was read: the position stays' : guarantee(reading, open, held),
      warnings,
    },
  };
}

async function prepare(session: Session, flow: FlowRead, request: ReadRequest): Promise<Reading> {
  const { cursor, field } = cursorOf(flow, request);
  const doing = `reading ${refName(flow.stream)}`;
  const start = startOf(cursor, field, request.from);
  const warnings = [...start.warnings];
  if (flow.stream.query === undefined) {
    const { name } = flow.stream;
    const [relation] = await readRelations(session, name);
    if (!relation) throw new HeadgateError('stream.missing', `${doing}: there is no such table`);
    const indexes = (await readIndexes(session, [name])).get(name) ?? [];
    warnings.push(...indexWarnings(name, relation.bytes, indexes, field));
    if (relation.kind === 'table' && relation.engine !== 'InnoDB')
      warnings.push(`${name} is kept by ${relation.engine}, which has no snapshots`);
  }
  const predicates = [rangePredicate(cursor, start, field.nullable), keysPredicate(flow, request.keys)];
  return { session, flow, cursor, field, doing, start, predicates, warnings };
}

/** All digits of a time, so that texts compare as times do. */
const timeText = (expression: string): string => `date_format(${expression}, '%Y-%m-%d %H:%i:%s.%f')`;

function valueText({ type }: Field, expression: string): string {
  if (type.kind === 'timestamp') return timeText(expression);
  if (type.kind === 'bytes') return `concat('\\x', lower(hex(${expression})))`;
  return type.kind === 'float' && type.bits === 32
    ? `cast(cast(${expression} as double) as char)`
    : `cast(${expression} as char)`;
}

async function greatestValue({ session, flow, field, doing, predicates }: Reading): Promise<string | null> {
  const name = quoteName(field.name);
  const where = whereClause([flow.projection.where, ...predicates]);
  const row = await session.row(`select ${valueText(field, `max(${name})`)} as value from ${rowsFrom(flow)}${where}`, doing);
  return row['value'] ?? null;
}

/** Milliseconds that short transactions get to end before the position is held for them. */
const patience = 2000;

/** Is a transaction of the list still open? The session has none of its own meanwhile. */
async function stillOpen(session: Session, before: OpenTransactions): Promise<boolean> {
  if (!before.visible || before.ids.size === 0) return false;
  for (let waited = 0; waited <= patience; waited += 150) {
    await session.rows(beginSnapshot, 'looking for open transactions');
    const { ids } = await openTransactions(session);
    await session.rows('commit', 'looking for open transactions');
    if (![...ids].some((id) => before.ids.has(id))) return false;
    await wait(150);
  }
  return true;
}

/** The server's clock as it stamps the field: UTC for instants, the server's own zone for times without one. */
async function clock(session: Session, { type }: Field): Promise<string> {
  const zoned = type.kind === 'timestamp' && type.zone;
  if (!zoned) await session.rows('set session time_zone = @@global.time_zone', 'asking for the time');
  const row = await session.row(`select ${timeText('now(6)')} as now`, 'asking for the time');
  if (!zoned) await session.rows(`set session time_zone = '+00:00'`, 'asking for the time');
  return row['now'] ?? '';
}

async function nextPosition(
  { session, cursor, field, doing, warnings }: Reading,
  greatest: string | null,
  open: OpenTransactions,
  held: boolean,
  now: string,
  saved: CursorPosition | undefined,
): Promise<CursorPosition> {
  const base = { kind: 'cursor', field: field.name, at: now, visible: open.visible } as const;
  const { window } = cursor;
  if (window.advance === 'range-end' && window.to !== undefined) return { ...base, value: window.to, bound: window.to };
  const kept = window.from === undefined ? (saved?.bound ?? null) : null;
  if (greatest === null || held) return { ...base, value: saved?.value ?? null, bound: kept };
  const kind = cursorKind(field);
  if (kind === 'other') return { ...base, value: greatest, bound: greatest };
  if (kind === 'number') {
    if (kept === null) return { ...base, value: greatest, bound: greatest };
    const row = await session.row(
      `select cast(greatest(${literal(field.type, greatest)}, ${literal(field.type, kept)}) as char) as bound`,
      doing,
    );
    return { ...base, value: greatest, bound: row['bound'] ?? greatest };
  }
  // Ages are whole seconds, and a stamp may have fewer digits than the clock.
  const { safe } = await session.row(
    `select ${timeText(`timestamp'${now}' - interval ${Math.round(open.age) + 2_000_000} microsecond`)} as safe`,
    doing,
  );
  const digits = field.type.kind === 'date' ? 10 : 26;
  const edge = (safe ?? now).slice(0, digits);
  const today = now.slice(0, digits);
  if (greatest > today)
    warnings.push(`rows have a ${field.name} in the future: the position stops at the server's clock, they are read again`);
  const bound = [greatest, edge].toSorted()[0] ?? greatest;
  return { ...base, value: greatest > today ? today : greatest, bound: kept !== null && kept > bound ? kept : bound };
}

function evidence({ field, start }: Reading, rows: number, now: string): string {
  if (rows > 0) return `${rows} rows to the end of one SELECT in one snapshot`;
  const from = start.lower === undefined ? 'the stream is empty' : `no row has a ${field.name} from ${start.lower} on`;
  return `${from}, in one snapshot taken after ${now}`;
}

function guarantee({ cursor, field, flow }: Reading, open: OpenTransactions, held: boolean): string {
  const { window } = cursor;
  const asked = window.lookback === undefined ? '' : `, less the lookback of ${window.lookback}`;
  const edge = window.fromInclusive ? '' : '; the lower bound itself is left out, so a row that ties with it can be missed';
  const kind = cursorKind(field);
  if (!open.visible) {
    const why = 'open transactions cannot be seen here (grant PROCESS, or read from the primary)';
    if (kind === 'time')
      return `lookback ${window.lookback ?? defaultLookback}: ${why}, so later commits are caught for that long${edge}`;
    return window.lookback === undefined
      ? `not commit-safe: ${why}, so a lower ${field.name} that commits later is missed${edge}`
      : `lookback ${window.lookback}: ${why}; rows that commit later and lie further back are missed${edge}`;
  }
  if (kind === 'time') {
    return `bounded by transactions: the next read starts no later than the oldest one that was open (${open.ids.size})${asked}; a row stamped earlier than its transaction began and committed later is missed${edge}`;
  }
  if (kind === 'other') return `not commit-safe: a lower ${field.name} that commits later is missed${edge}`;
  const rows = flow.stream.query === undefined ? '' : ' of the query';
  return held
    ? `the position stays: transactions were open that may bring a lower ${field.name}${asked}${edge}`
    : `bounded by transactions: no transaction was open that could bring a lower ${field.name}${rows} drawn before the read; updates do not count unless they raise it${asked}${edge}`;
}
