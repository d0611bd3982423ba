/**
 * An incremental read, safe against late commits (design section 4, rule 4): first note the clock and the oldest open
 * transaction, then take the snapshot, then read. What was open may still write rows that belong before the greatest
 * value read; the next read starts where the oldest of them could have.
 */
import { HeadgateError } from '../../domain/error.ts';
import { refName, type Field } from '../../domain/schema.ts';
import type { FlowRead, ReadProof, ReadRequest, SourceEvent } from '../../sdk/index.ts';
import { cursorKind, defaultLookback } from '../_sql/cursor.ts';
import { quoteName, quoteText } from '../_sql/names.ts';
import { cursorOf, indexWarnings, refuseNulls, type Reading as SqlReading } from '../_sql/reading.ts';
import { rangePredicate, whereClause } from '../_sql/select.ts';
import { findRelation, readIndexes } from './catalog.ts';
import { copyOut } from './copy-out.ts';
import { boundExpression, cursorPosition, inCursorTerms, startOf, type CursorPosition, type Start } from './position.ts';
import { copySelect, keysPredicate, rowsFrom } from './select.ts';
import { requireSameTypes } from './same-types.ts';
import type { Session } from './session.ts';
import { beginSnapshot, countAgain, openTransactions, type OpenTransactions } from './transactions.ts';

type Reading = SqlReading<Session, Start>;

export async function* readIncremental(session: Session, flow: FlowRead, request: ReadRequest): AsyncGenerator<SourceEvent> {
  const { cursor, field } = cursorOf(flow, request);
  const doing = `reading ${refName(flow.stream)}`;
  const source = await lookAt(session, flow, field);
  const before = await openTransactions(session);
  const start = startOf(cursor, field, request.from, source.hasXmin);
  await session.rows(beginSnapshot, doing);
  const { snapshot } = await session.row(`select pg_current_snapshot()::text as snapshot, ${session.readsRows}`, doing);
  const open = await countAgain(session, before);
  await requireSameTypes(session, flow, request.format, doing);
  const reading: Reading = {
    session,
    flow,
    cursor,
    field,
    doing,
    start,
    predicates: [rangePredicate(cursor, start, field.nullable), keysPredicate(flow, request.keys)],
    warnings: [...start.warnings, ...source.warnings, ...open.warnings],
  };
  if (cursor.nulls === 'fail') await refuseNulls(reading, rowsFrom(flow));
  const greatest = await greatestValue(reading);
  if (greatest === undefined) {
    yield { type: 'checkpoint', position: request.from ?? null, proof: emptyProof(reading, open) };
    return;
  }
  const copy = copyOut(session, copySelect(flow, request.format, reading.predicates), doing);
  const saved = cursorPosition(request.from, field.name);
  const next = await nextPosition(reading, greatest, open, snapshot ?? '', saved);
  for await (const data of copy.chunks) yield { type: 'bytes', stream: flow.stream, data };
  const rows = copy.rows();
  yield {
    type: 'checkpoint',
    position: saved && saysNothingNew(saved, next) ? saved : next,
    proof: {
      rows: { [refName(flow.stream)]: rows },
      evidence: `COPY ${rows} of one snapshot, ${field.name} up to the greatest value that it shows`,
      guarantee: guarantee(reading, open, source.hasXmin),
      warnings: reading.warnings,
    },
  };
}

async function lookAt(session: Session, flow: FlowRead, field: Field): Promise<{ hasXmin: boolean; warnings: string[] }> {
  if (flow.stream.query !== undefined) return { hasXmin: false, warnings: [] };
  const relation = await findRelation(session, flow.stream);
  if (!relation) throw new HeadgateError('stream.missing', `reading ${refName(flow.stream)}: there is no such table`);
  const indexes = (await readIndexes(session, [relation.oid])).get(relation.oid) ?? [];
  const warnings = indexWarnings(refName(flow.stream), relation.bytes, indexes, field);
  return { hasXmin: relation.relkind === 'r' || relation.relkind === 'p', warnings };
}

/**
 * The greatest cursor of the rows that the read will deliver, in the read's own snapshot; null where they all have none,
 * undefined where there are no rows. Values that mean "beyond everything" do not count: nothing would ever come after.
 */
async function greatestValue({ session, flow, cursor, field, doing, predicates }: Reading): Promise<string | null | undefined> {
  const name = quoteName(cursor.field);
  const endless =
    field.type.kind === 'float' || field.type.kind === 'decimal' ? `${name}::text not in ('NaN', 'Infinity')` : undefined;
  const where = [flow.projection.where, ...predicates];
  const rows = rowsFrom(flow);
  const filter = whereClause([...where, `${name} is not null`, endless]);
  const [found] = await session.rows(`select ${name}::text as value from ${rows}${filter}\norder by ${name} desc limit 1`, doing);
  if (found) return found.value ?? null;
  const [any] = await session.rows(`select 1 as found from ${rows}${whereClause(where)} limit 1`, doing);
  return any ? null : undefined;
}

async function nextPosition(
  reading: Reading,
  greatest: string | null,
  open: OpenTransactions,
  snapshot: string,
  saved: CursorPosition | undefined,
): Promise<CursorPosition> {
  const { session, cursor, field, doing } = reading;
  const base = { kind: 'cursor', field: field.name, snapshot, at: open.now, open: open.count, visible: open.visible } as const;
  const { window } = cursor;
  if (window.advance === 'range-end' && window.to !== undefined) return { ...base, value: window.to, bound: window.to };
  if (greatest === null) return { ...base, value: saved?.value ?? null, bound: saved?.bound ?? null };
  const type = field.native?.type ?? 'text';
  const literal = (text: string): string => `${quoteText(text)}::${type}`;
  const time = cursorKind(field) === 'time';
  const now = inCursorTerms(`${quoteText(open.now)}::timestamptz`, field, open.zone);
  // Never backwards, unless a person names the range.
  const kept = saved?.bound != null && window.from === undefined ? `, ${literal(saved.bound)}` : '';
  const { value, bound, ahead } = await session.row(
    `select ${time ? `least(${literal(greatest)}, ${now})` : literal(greatest)}::text as value,
       greatest((${boundExpression(cursorKind(field), field, greatest, open)})${kept})::text as bound,
       ${time ? `(${literal(greatest)} > ${now})::text` : `'false'`} as ahead`,
    doing,
  );
  if (ahead === 'true') {
    reading.warnings.push(
      `rows have a ${field.name} in the future: the position stops at the server's clock, they are read again`,
    );
  }
  return { ...base, value: value ?? null, bound: bound ?? null };
}

/** An idle read leaves the position as it is, byte for byte. An open transaction is news: its snapshot is asked for next time. */
function saysNothingNew(saved: CursorPosition, next: CursorPosition): boolean {
  return saved.value === next.value && saved.bound === next.bound && saved.open === 0 && next.open === 0;
}

function emptyProof(reading: Reading, open: OpenTransactions): ReadProof {
  const { flow, field, start, warnings } = reading;
  const from = start.lower === undefined ? 'the stream is empty' : `no row has a ${field.name} from ${start.lower} on`;
  return {
    rows: { [refName(flow.stream)]: 0 },
    evidence: `${from}, in one snapshot taken after ${open.now}`,
    guarantee: 'nothing was read: the position stays',
    warnings,
  };
}

function guarantee({ cursor, field, start }: Reading, open: OpenTransactions, hasXmin: boolean): string {
  const { window } = cursor;
  const strict = cursor.strict && hasXmin ? '; strict: also rows that the last snapshot could not see' : '';
  const asked = window.lookback === undefined ? '' : `, less the lookback of ${window.lookback}`;
  const edge = window.fromInclusive ? '' : '; the lower bound itself is left out, so a row that ties with it can be missed';
  if (cursorKind(field) === 'time') {
    const zone = field.type.kind === 'timestamp' && field.type.zone ? '' : `, taking ${field.name} to be stamped in ${open.zone}`;
    if (!open.visible && window.lookback === undefined) {
      return `lookback ${defaultLookback}: open transactions cannot be seen here, so later commits are caught for that long${strict}${edge}`;
    }
    return `commit-safe: the next read starts no later than the oldest transaction that was open (${open.count})${asked}${zone}${strict}${edge}`;
  }
  if (start.unseen !== undefined || (hasXmin && window.lookback === undefined)) {
    return `commit-safe: rows of transactions that were still open are read next time, whatever their ${field.name}${strict}${edge}`;
  }
  if (window.lookback !== undefined)
    return `lookback ${window.lookback}: rows that commit later and lie further back are missed${edge}`;
  return `not commit-safe: a view or query does not say who wrote a row, so a lower ${field.name} that commits later is missed${edge}`;
}
