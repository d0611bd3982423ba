/** What the warehouse has of a pipeline behind a mark, in words that all systems have that keep events and profiles. */
import { createHash } from 'node:crypto';
import { eventBatch, userBatch } from '../../domain/event-batch.ts';
import type { Forwarded, ForwardLabels, Mark } from '../../domain/forward.ts';
import { HeadgateError } from '../../domain/error.ts';
import { firstRows } from '../../engine/first-rows.ts';
import { quoteName, quoteText } from '../../sdk/duck-sql.ts';
import type { Connection, Context } from '../../sdk/index.ts';

export interface Place {
  readonly source: NonNullable<Connection['source']>;
  readonly context: Context;
  readonly namespace: string;
  /** What the warehouse calls the flow. */
  readonly import: string;
  readonly labels: ForwardLabels;
}

export interface Page {
  readonly batches: readonly string[];
  /** Of each batch. */
  readonly marks: readonly Mark[];
  /** Nothing is behind it. */
  readonly last: boolean;
}

/** Rows of one question. */
const mostRows = 1000;
/** Of all attributes of one user there must be room. */
const mostValues = 5000;

export async function readPage(place: Place, what: Forwarded, after: Mark | undefined): Promise<Page> {
  return what === 'events' ? await readEvents(place, after) : await readUsers(place, after);
}

type Row = Readonly<Record<string, string | null>>;

/** In the order of `n`, which the system has counted: the order of its texts is its own. */
async function ask({ source, context }: Place, query: string): Promise<readonly Row[]> {
  const asked = { rows: Infinity, size: Infinity };
  const { columns, rows } = await firstRows(source, context, { name: 'forwarded', query }, asked);
  const named = rows.map((row) => Object.fromEntries(columns.map(({ name }, i) => [name, row[i] ?? null])));
  return named.toSorted((a, b) => Number(a['n']) - Number(b['n']));
}

const behind = (mark: Mark | undefined, seq: string, id: string): string =>
  mark === undefined ? '' : ` and (${seq} > ${mark.seq} or (${seq} = ${mark.seq} and ${id} > ${quoteText(mark.id)}))`;

async function readEvents(place: Place, after: Mark | undefined): Promise<Page> {
  const table = (name: string): string => `${quoteName(place.namespace)}.${quoteName(name)}`;
  const at = 'cast(cast(extract(epoch from e.time) * 1000 as bigint) as varchar)';
  const rows = await ask(
    place,
    `select row_number() over (order by e.seq, e.id) as n, ${at} as at_ms, e.* from ${table('events')} e
     where e.import = (select m.import from ${table('imports')} m where m.pipeline = ${quoteText(place.import)})${behind(after, 'e.seq', 'e.id')}
     order by e.seq, e.id limit ${mostRows}`,
  );
  return {
    batches: rows.map((row) => {
      const event = { id: text(row, 'id'), at: text(row, 'at_ms'), properties: row['properties'] ?? '{}' };
      return eventBatch(event, labelsOf(row, place.labels));
    }),
    marks: rows.map((row) => ({ seq: text(row, 'seq'), id: text(row, 'id') })),
    last: rows.length < mostRows,
  };
}

/** An event says itself what it was labelled with; labels of others are columns without a value. */
function labelsOf(row: Row, labels: ForwardLabels): ForwardLabels {
  const own = (['environment', 'data_plan', 'data_plan_version', 'feed'] as const).flatMap((name) =>
    row[name] == null ? [] : [[name, row[name]]],
  );
  return own.length === 0 ? labels : (Object.fromEntries(own) as ForwardLabels); // of the names above, all of them texts
}

async function readUsers(place: Place, after: Mark | undefined): Promise<Page> {
  const table = (name: string): string => `${quoteName(place.namespace)}.${quoteName(name)}`;
  const order = 'v.seq, v.id, v.property';
  const values = await ask(
    place,
    `select row_number() over (order by ${order}) as n, v.seq, v.id, v.property, cast(v.value as varchar) as value
     from ${table('profile_properties')} v
     where v.pipeline = ${quoteText(place.import)} and v.kind = 'user' and v.current${behind(after, 'v.seq', 'v.id')}
     order by ${order} limit ${mostValues}`,
  );
  const last = values.length < mostValues;
  const users = [...Map.groupBy(values, (row) => `${text(row, 'seq')} ${text(row, 'id')}`).values()];
  // The last one may go on in the next page.
  const whole = last ? users : users.slice(0, -1);
  const known = await identitiesOf(place, table('identities'), whole);
  return {
    batches: whole.map((rows) => {
      const [seq, profile] = [text(rows[0], 'seq'), text(rows[0], 'id')];
      const id = createHash('sha256').update(`${place.import}\n${seq}\n${profile}`).digest('hex').slice(0, 32);
      const attributes = rows.map((row) => [text(row, 'property'), row['value'] ?? 'null'] as const);
      return userBatch({ id, profile, identities: known.get(profile) ?? {}, attributes }, place.labels);
    }),
    marks: whole.map(([row]) => ({ seq: text(row, 'seq'), id: text(row, 'id') })),
    last,
  };
}

/** Of several values of one type, the first in their order. */
async function identitiesOf(
  place: Place,
  table: string,
  users: readonly (readonly Row[])[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  if (users.length === 0) return new Map();
  const ids = users.map(([row]) => quoteText(text(row, 'id')));
  const rows = await ask(
    place,
    `select 1 as n, i.profile, i.type, min(i.value) as value from ${table} i
     where i.kind = 'user' and i.profile in (${ids.join(', ')}) group by i.profile, i.type order by i.profile, i.type`,
  );
  const found = Map.groupBy(rows, (row) => text(row, 'profile'));
  const entries = (of: readonly Row[]) => Object.fromEntries(of.map((row) => [text(row, 'type'), text(row, 'value')]));
  return new Map([...found].map(([profile, of]) => [profile, entries(of)]));
}

function text(row: Row | undefined, name: string): string {
  const value = row?.[name];
  if (value != null) return value;
  throw new HeadgateError('schema.incompatible', `reading what is to be forwarded: a row has no ${name}`);
}
