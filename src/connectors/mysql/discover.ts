import type { FieldPacket } from 'mysql2/promise';
import { HeadgateError } from '../../domain/error.ts';
import type { Field, Schema, StreamInfo, StreamRef } from '../../domain/schema.ts';
import { matchStreams } from '../_sql/match.ts';
import { fromClause } from '../_sql/select.ts';
import { cursorCandidates, schemaOf } from '../_sql/table-facts.ts';
import { readColumns, readIndexes, readRelations, type Relation } from './catalog.ts';
import type { Session } from './session.ts';
import { columnTypes, fieldOf } from './types.ts';

/** All streams, or the wanted ones. Throws `stream.missing`. */
export async function discoverStreams(session: Session, wanted?: readonly StreamRef[]): Promise<readonly StreamInfo[]> {
  const queries = wanted?.filter((ref) => ref.query !== undefined) ?? [];
  const names = wanted?.filter((ref) => ref.query === undefined);
  const infos: StreamInfo[] = [];
  if (names === undefined || names.length > 0) {
    const all = (await readRelations(session)).map((relation) => ({ relation, stream: { name: relation.name } }));
    const found = names === undefined ? all : matchStreams(names, all, session.database);
    infos.push(
      ...(await describeRelations(
        session,
        found.map(({ relation }) => relation),
      )),
    );
  }
  for (const query of queries) infos.push(await describeQuery(session, query));
  return infos;
}

async function describeRelations(session: Session, relations: readonly Relation[]): Promise<readonly StreamInfo[]> {
  const names = relations.map(({ name }) => name);
  const columns = await readColumns(session, names);
  const indexes = await readIndexes(session, names);
  return relations.map(({ name, kind, rows, bytes }) => {
    const own = indexes.get(name) ?? [];
    const schema = schemaOf(columns.get(name) ?? [], own);
    return {
      stream: { name },
      kind,
      schema,
      cursors: cursorCandidates(schema, own),
      ...(rows !== undefined && { estimatedRows: rows }),
      ...(bytes !== undefined && { estimatedBytes: bytes }),
    };
  });
}

/** A query's columns, as the server describes a result of no rows. */
async function describeQuery(session: Session, stream: StreamRef): Promise<StreamInfo> {
  const doing = `reading the query ${stream.name}`;
  const { fields } = await session.query(`select * from ${fromClause(stream)} limit 0`, doing);
  const seen = new Set<string>();
  const schema: Schema = {
    fields: fields.map((field): Field => {
      if (seen.has(field.name))
        throw new HeadgateError('stream.query', `${doing}: two columns are named ${JSON.stringify(field.name)}`);
      seen.add(field.name);
      const { type, native } = columnTypes(resultType(field), '');
      return fieldOf(field.name, type, native, true);
    }),
  };
  return { stream, kind: 'query', schema, cursors: cursorCandidates(schema, []) };
}

const names: Readonly<Record<number, string>> = {
  1: 'tinyint(4)', 2: 'smallint(6)', 3: 'int(11)', 8: 'bigint(20)', 9: 'mediumint(9)', 13: 'year(4)', 4: 'float', 5: 'double',
  10: 'date', 14: 'date', 11: 'time(6)', 19: 'time(6)', 12: 'datetime(6)', 18: 'datetime(6)', 7: 'timestamp(6)', 17: 'timestamp(6)', 245: 'json',
}; // prettier-ignore

const unsignedFlag = 32;
const binaryCharset = 63;

/** The type of a result's column, by the name that a table's column would have. */
function resultType(field: FieldPacket): string {
  // The driver's declaration leaves these out; they are in every column packet.
  const {
    columnType = 253,
    flags,
    columnLength,
    characterSet,
    decimals,
  } = field as unknown as Record<string, number | undefined>;
  const unsigned = ((flags ?? 0) & unsignedFlag) !== 0;
  if (columnType === 0 || columnType === 246) {
    const scale = decimals ?? 0;
    return `decimal(${(columnLength ?? 0) - (scale > 0 ? 1 : 0) - (unsigned ? 0 : 1)},${scale})`;
  }
  if (columnType === 16) return `bit(${columnLength ?? 64})`;
  const name = names[columnType];
  if (name !== undefined) return unsigned && columnType !== 13 && columnType < 10 ? `${name} unsigned` : name;
  return characterSet === binaryCharset ? 'longblob' : 'longtext';
}
