import { HeadgateError } from '../../domain/error.ts';
import { refName, type Field, type Schema, type StreamInfo, type StreamRef } from '../../domain/schema.ts';
import type { Duck } from '../../sdk/index.ts';
import { matchStreams } from '../_sql/match.ts';
import { fromClause, queryText } from '../_sql/select.ts';
import { defaultNamespace, fieldOf, ownSchema, readTable, stagePrefix } from './catalog.ts';

interface Relation {
  readonly stream: StreamRef;
  readonly kind: 'table' | 'view';
}

/** All tables and views, or the wanted ones and queries. Throws `stream.missing`, `stream.query`. */
export async function discoverStreams(duck: Duck, wanted?: readonly StreamRef[]): Promise<readonly StreamInfo[]> {
  const names = wanted?.filter((ref) => ref.query === undefined);
  const infos: StreamInfo[] = [];
  if (names === undefined || names.length > 0) {
    const all = await readRelations(duck);
    const relations = names === undefined ? all : matchStreams(names, all, defaultNamespace);
    for (const relation of relations) infos.push(await describeRelation(duck, relation));
  }
  for (const query of wanted?.filter((ref) => ref.query !== undefined) ?? []) infos.push(await describeQuery(duck, query));
  return infos;
}

async function readRelations(duck: Duck): Promise<readonly Relation[]> {
  const rows = await duck.rows(
    `select schema_name, table_name, 'table' from duckdb_tables() where database_name = current_database() and not internal ` +
      `union all select schema_name, view_name, 'view' from duckdb_views() where database_name = current_database() and not internal ` +
      `order by all`,
  );
  return rows.flatMap(([namespace, name, kind]) =>
    namespace == null || name == null || namespace === ownSchema || name.startsWith(stagePrefix)
      ? []
      : [{ stream: { namespace, name }, kind: kind === 'view' ? 'view' : 'table' }],
  );
}

async function describeRelation(duck: Duck, { stream, kind }: Relation): Promise<StreamInfo> {
  const table = kind === 'table' ? await readTable(duck, stream) : undefined;
  if (!table) {
    const schema = { fields: await fieldsOf(duck, stream) };
    return { stream, kind, schema, cursors: cursorCandidates(schema) };
  }
  const { schema, estimatedRows } = table;
  return { stream, kind, schema, cursors: cursorCandidates(schema), ...(estimatedRows !== undefined && { estimatedRows }) };
}

async function describeQuery(duck: Duck, stream: StreamRef): Promise<StreamInfo> {
  const doing = `reading the query ${refName(stream)}`;
  let fields: readonly Field[];
  let names: readonly string[];
  try {
    // By itself first: a text that only makes sense inside our brackets would be more than one query.
    names = (await duck.rows(`describe ${queryText(stream.query ?? '')}`)).map(([name]) => (name ?? '').toLowerCase());
    fields = await fieldsOf(duck, stream);
  } catch (error) {
    if (!(error instanceof HeadgateError) || error.code !== 'query.invalid') throw error;
    throw new HeadgateError('stream.query', `${doing}: ${error.message}`, { cause: error.cause });
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new HeadgateError('stream.query', `${doing}: two columns are named ${JSON.stringify(twice)}`);
  return { stream, kind: 'query', schema: { fields }, cursors: cursorCandidates({ fields }) };
}

async function fieldsOf(duck: Duck, stream: StreamRef): Promise<readonly Field[]> {
  const rows = await duck.rows(`describe select * from ${fromClause(stream, defaultNamespace)}`);
  return rows.map(([name, type]) => fieldOf(name ?? '', type ?? '', true));
}

const changeNames = /^(last_?)?(updat|modif|chang)/i;

/** Times first, those that name a change before others; numbers where they are the key. */
function cursorCandidates({ fields, key }: Schema): readonly string[] {
  const scored = fields.flatMap((field) => {
    const { type, name } = field;
    const time = type.kind === 'timestamp' || type.kind === 'date';
    const counts = type.kind === 'integer' && key?.length === 1 && key[0] === name;
    if (!time && !counts) return [];
    return [{ name, score: (time ? (type.kind === 'timestamp' ? 3 : 2) : 1) + (changeNames.test(name) ? 4 : 0) }];
  });
  return scored.toSorted((a, b) => b.score - a.score).map(({ name }) => name);
}
