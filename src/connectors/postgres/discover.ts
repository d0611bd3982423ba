import { HeadgateError } from '../../domain/error.ts';
import type { Field, Schema, StreamInfo, StreamRef } from '../../domain/schema.ts';
import { matchStreams } from '../_sql/match.ts';
import { fromClause, queryText } from '../_sql/select.ts';
import { cursorCandidates, schemaOf } from '../_sql/table-facts.ts';
import { readColumns, readIndexes, readRelations, type Relation } from './catalog.ts';
import type { Session } from './session.ts';
import { logicalType } from './types.ts';

/** All streams, or the wanted ones. Throws `stream.missing`. */
export async function discoverStreams(session: Session, wanted?: readonly StreamRef[]): Promise<readonly StreamInfo[]> {
  const queries = wanted?.filter((ref) => ref.query !== undefined) ?? [];
  const names = wanted?.filter((ref) => ref.query === undefined);
  const infos: StreamInfo[] = [];
  if (names === undefined || names.length > 0) {
    const all = await readRelations(session);
    const relations = names === undefined ? all : matchStreams(names, all, 'public');
    infos.push(...(await describeRelations(session, relations)));
  }
  for (const query of queries) infos.push(await describeQuery(session, query));
  return infos;
}

async function describeRelations(session: Session, relations: readonly Relation[]): Promise<readonly StreamInfo[]> {
  const oids = relations.map(({ oid }) => oid);
  const columns = await readColumns(session, oids);
  const indexes = await readIndexes(session, oids);
  return relations.map(({ oid, stream, relkind, rows, bytes }) => {
    const own = indexes.get(oid) ?? [];
    const schema = schemaOf(columns.get(oid) ?? [], own);
    return {
      stream,
      kind: relkind === 'v' || relkind === 'm' ? 'view' : 'table',
      schema,
      cursors: cursorCandidates(schema, own),
      ...(rows !== undefined && { estimatedRows: rows }),
      ...(bytes !== undefined && { estimatedBytes: bytes }),
    };
  });
}

/** A query's columns, as the server describes a cursor over it: nothing of it runs. */
async function describeQuery(session: Session, stream: StreamRef): Promise<StreamInfo> {
  const doing = `reading the query ${stream.name}`;
  const text = queryText(stream.query ?? '');
  // By itself first: a text that only makes sense inside our brackets would be more than one query.
  await session.describe(`prepare headgate_query as\n${text}\n`, doing);
  await session.rows('deallocate headgate_query', doing);
  const fields = await session.describe(`select * from ${fromClause(stream)} limit 0`, doing);
  const list = fields.map(({ oid, modifier }) => `(${oid}, ${modifier})`).join(', ');
  const types = await session.rows(
    `select format_type(v.oid::oid, v.modifier) as native, (t.oid < 16384)::text as portable
     from (values ${list}) as v(oid, modifier) join pg_type t on t.oid = v.oid::oid`,
    doing,
  );
  const seen = new Set<string>();
  const schema: Schema = {
    fields: fields.map(({ name }, index): Field => {
      if (seen.has(name)) throw new HeadgateError('stream.query', `${doing}: two columns are named ${JSON.stringify(name)}`);
      seen.add(name);
      const native = types[index]?.native ?? 'text';
      return {
        name,
        type: logicalType(native),
        nullable: true,
        native: { system: 'postgres', type: native, portable: types[index]?.portable === 'true' },
      };
    }),
  };
  return { stream, kind: 'query', schema, cursors: cursorCandidates(schema, []) };
}
