/** Flows that read uploaded files: the connection that each of them has for itself. */
import { HeadgateError } from '../../domain/error.ts';
import type { FlowSpec, Uploads } from '../../domain/pipeline.ts';
import { refName } from '../../domain/schema.ts';
import { targetOf } from '../../engine/targets.ts';
import { uploadIn } from '../../files/uploads.ts';
import type { Connection, Context } from '../../sdk/index.ts';
import { requireGrant } from '../access.ts';
import { loadConnector } from '../connections/connection.ts';
import { requireState } from '../files/file.ts';
import { requireScope, type OpContext } from '../operation.ts';
import type { Ends } from './ends.ts';

/** With the names of the files behind their ids, for messages. Throws `access.scope`, `access.grant`, `object.missing`, `object.conflict`. */
export async function namedUploads(context: OpContext, files: Uploads): Promise<Uploads> {
  requireScope(context.actor, 'files:read');
  if (!files.ids) return files;
  const ids: string[] = [];
  for (const given of files.ids) {
    const id = uploadIn(given);
    if (id === undefined) throw new HeadgateError('object.missing', 'there is no such file');
    await requireGrant(context, { kind: 'file', ref: id, level: 'read' });
    const { name } = await requireState(context, id, 'ready');
    // Of a path they would mean more than themselves.
    ids.push(`${id}/${name.replaceAll(/[*{}]/g, '_')}`);
  }
  return { ...files, ids };
}

const delimiters = { comma: ',', tab: '\t', pipe: '|', semicolon: ';' } as const;
const escapes = { quote: '"', backslash: '\\' } as const;

/**
 * The identity is that of the files: other ones are another stream. Throws `file.format`, `usage.mode` for paths of a source that
 * holds no files, and what describing the table throws.
 */
export async function uploadsAsSource(spec: FlowSpec, files: Uploads, ends: Ends, context: Context): Promise<Ends['source']> {
  const [path = '', ...more] = files.ids ?? files.paths ?? [];
  const columns = files.by_place ? ((await columnsOfTable(spec, ends, context)) ?? requireTyped(files)) : files.columns;
  const settings = uploadSettings(files, { path, more, columns });
  const { source, identity } = files.ids ? (await loadConnector('file')).configure(settings) : filesOf(ends.source, settings);
  if (!source) throw new Error('files are a source');
  const own = files.ids ? `uploads:${files.ids.join(',')}` : [identity, ...more].join(',');
  return { connector: 'file', identity: own, source };
}

/** Throws `usage.mode`. */
function filesOf(source: Ends['source'], settings: Readonly<Record<string, unknown>>): Connection {
  if (source.with) return source.with(settings);
  throw new HeadgateError('usage.mode', 'reading paths of the source: it is no bucket');
}

interface Told {
  readonly path: string;
  readonly more: readonly string[];
  readonly columns: Uploads['columns'];
}

/** As the connector of files takes them. Pure. */
export function uploadSettings(
  files: Omit<Uploads, 'ids' | 'paths'>,
  { path, more, columns }: Told,
): Readonly<Record<string, unknown>> {
  const { delimiter, escape, header, infer, naming, overrides } = files;
  return {
    path,
    format: 'csv',
    infer,
    naming,
    ...(more.length > 0 && { more }),
    ...(delimiter && { delimiter: delimiters[delimiter] }),
    ...(escape && { escape: escapes[escape] }),
    ...(header !== undefined && { header }),
    ...(columns && { columns }),
    ...(overrides && { overrides }),
  };
}

/** The columns that stand in `columns`, else all of them; undefined where there is no table, or it is made anew. */
async function columnsOfTable(
  { into, existing, files }: FlowSpec,
  { source, destination }: Ends,
  context: Context,
): Promise<Uploads['columns'] | undefined> {
  if (existing === 'recreate') return undefined;
  const sides = {
    sourceNamespace: source.source.defaultNamespace,
    identifiers: destination.destination.identifiers,
    single: false,
  };
  const ref = targetOf({ name: 'files' }, into, sides);
  await using opened = await destination.destination.open(context);
  const table = await opened.describe(ref);
  if (!table) return undefined;
  const names = table.schema.fields.map(({ name }) => name);
  const fold = sides.identifiers.foldsCase ? (name: string) => name.toLowerCase() : (name: string) => name;
  const known = new Map(names.map((name) => [fold(name), name]));
  // Types are the table's own.
  return (files?.columns ?? names.map((name) => ({ name }))).map(({ name }) => {
    const found = known.get(fold(name));
    if (found !== undefined) return { name: found };
    throw new HeadgateError('schema.incompatible', `table ${refName(ref)} has no column ${name}`);
  });
}

/** Where nothing may be guessed, nothing is guessed about a table that is not there. */
function requireTyped({ columns, infer }: Uploads): Uploads['columns'] {
  if (infer || columns?.every(({ type }) => type !== undefined)) return columns;
  throw new HeadgateError('schema.incompatible', 'the table is to be made, and the types of its columns are not said', {
    hint: 'name each column with its type, or create the table first',
  });
}
