/** What a database holds, with the catalog and the words that a cluster has in common with PostgreSQL 8. */
import { HeadgateError } from '../../domain/error.ts';
import type { Field, StreamInfo, StreamRef } from '../../domain/schema.ts';
import { matchStreams } from '../_sql/match.ts';
import { fromClause, queryText } from '../_sql/select.ts';
import type { Row } from '../_pg/session.ts';
import type { Session } from './session.ts';
import { logicalType } from './types.ts';

interface Relation {
  readonly oid: string;
  readonly kind: 'table' | 'view';
  readonly stream: { readonly namespace: string; readonly name: string };
}

const relationsSql = `
  select c.oid, n.nspname, c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v') and n.nspname not in ('information_schema', 'catalog_history') and n.nspname !~ '^pg_'
  order by n.nspname, c.relname`;

const columnsSql = (oids: readonly string[]): string => `
  select a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod) as native, a.attnotnull
  from pg_attribute a where a.attrelid in (${oids.join(', ')}) and a.attnum > 0 and not a.attisdropped
  order by a.attrelid, a.attnum`;

/** All streams, or the wanted ones. Throws `stream.missing`. */
export async function discoverStreams(session: Session, wanted?: readonly StreamRef[]): Promise<readonly StreamInfo[]> {
  await session.begin('looking at the catalog');
  const infos: StreamInfo[] = [];
  const names = wanted?.filter((ref) => ref.query === undefined);
  if (names === undefined || names.length > 0) {
    const all = (await session.rows(relationsSql, 'listing the tables')).map(relation);
    infos.push(...(await describe(session, names === undefined ? all : matchStreams(names, all, 'public'))));
  }
  for (const ref of wanted ?? []) if (ref.query !== undefined) infos.push(await describeQuery(session, ref));
  return infos;
}

const relation = ({ oid, nspname, relname, relkind }: Row): Relation => ({
  oid: oid ?? '',
  kind: relkind === 'v' ? 'view' : 'table',
  stream: { namespace: nspname ?? '', name: relname ?? '' },
});

/** Keys are declared there and never enforced: none is reported. */
async function describe(session: Session, relations: readonly Relation[]): Promise<readonly StreamInfo[]> {
  if (relations.length === 0) return [];
  const rows = await session.rows(columnsSql(relations.map(({ oid }) => oid)), 'listing the columns');
  const columns = Map.groupBy(rows, ({ attrelid }) => attrelid ?? '');
  return relations.map(({ oid, kind, stream }) => {
    const fields = (columns.get(oid) ?? []).map((row) => field(row.attname ?? '', row.native ?? '', row.attnotnull !== 't'));
    return { stream, kind, schema: { fields }, cursors: [] };
  });
}

const field = (name: string, native: string, nullable: boolean): Field => ({
  name,
  type: logicalType(native),
  nullable,
  native: { system: 'redshift', type: native, portable: true },
});

/** A query's columns; nothing of it runs but its plan. */
async function describeQuery(session: Session, stream: StreamRef): Promise<StreamInfo> {
  const doing = `reading the query ${stream.name}`;
  // By itself first: a text that only makes sense inside our brackets would be more than one query.
  await session.describe(`prepare headgate_query as\n${queryText(stream.query ?? '')}\n`, doing);
  await session.rows('deallocate headgate_query', doing);
  const described = await session.describe(`select * from ${fromClause(stream)} limit 0`, doing);
  const names = new Set(described.map(({ name }) => name));
  if (names.size < described.length) {
    throw new HeadgateError('stream.query', `${doing}: two columns have the same name`);
  }
  if (described.length === 0) return { stream, kind: 'query', schema: { fields: [] }, cursors: [] };
  // The names of types belong to the first node alone, which has no lists of values.
  const texts = described.map(({ oid, modifier }, i) => `format_type(${oid}, ${modifier}) as c${i}`);
  const types = await session.row(`select ${texts.join(', ')}`, doing);
  return {
    stream,
    kind: 'query',
    schema: { fields: described.map(({ name }, i) => field(name, types[`c${i}`] ?? 'text', true)) },
    cursors: [],
  };
}
