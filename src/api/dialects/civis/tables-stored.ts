/** Tables of databases under numbers, with what people said about them: which columns identify a row, which say how new it is. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { discoverConnection } from '../../../operations/connections/discover.ts';
import { perform } from '../../../operations/operation.ts';
import type { RouteContext } from '../../dialect.ts';
import { runOutputs } from '../../../operations/runs/outputs.ts';
import type { Database } from './hosts.ts';
import { findJob } from './jobs.ts';
import { isActive, runsOf } from './runs.ts';
import { sqlOfType } from './sql-types.ts';
import { statisticsOf, type Statistics } from './statistics.ts';

const kind = 'table';

export interface TableData {
  readonly schema: string;
  readonly table: string;
  readonly database: number;
  readonly description?: string | undefined;
  readonly primaryKeys?: readonly string[] | undefined;
  readonly lastModifiedKeys?: readonly string[] | undefined;
  readonly ontologyMapping?: Json | undefined;
  /** The job that looked at its values last. */
  readonly scan?: number | undefined;
  /** Whether a load has put statistics off, and nobody has asked for them since. */
  readonly late?: boolean | undefined;
}

type Stream = Awaited<ReturnType<typeof discoverConnection.run>>['streams'][number];

export interface Table {
  readonly number: number;
  readonly schema: string;
  readonly name: string;
  readonly stream: Stream;
  readonly data: TableData;
}

/** Names as they stand in the catalog; a database has one schema that people leave out. */
function placeOf(stream: string): { readonly schema: string; readonly name: string } {
  const dot = stream.indexOf('.');
  return dot < 0 ? { schema: 'public', name: stream } : { schema: stream.slice(0, dot), name: stream.slice(dot + 1) };
}

/** Nothing where there is no connection yet, or nothing was ever written. Throws what dialling throws. */
async function discovered(context: RouteContext, { connection }: Database, stream?: string): Promise<readonly Stream[]> {
  if (connection === undefined) return [];
  try {
    return (await perform(discoverConnection, context, { connection, ...(stream !== undefined && { stream }) })).streams;
  } catch (error) {
    if (error instanceof HeadgateError && ['stream.missing', 'connect.missing', 'file.missing'].includes(error.code)) return [];
    throw error;
  }
}

const nameOf = (holder: string | number, { schema, name }: { readonly schema: string; readonly name: string }): string =>
  `${holder}/${schema}.${name}`;

/** What people said about a table that may not be there yet. */
export async function saidOf(
  { objects }: RouteContext,
  connection: string,
  place: { readonly schema: string; readonly name: string },
): Promise<Partial<TableData>> {
  const [row] = await objects.of(kind, [nameOf(connection, place)]);
  return (row?.data ?? {}) as Partial<TableData>; // written below
}

/** Its number, where somebody has ever asked for it. */
export async function tableNumber(
  { objects }: RouteContext,
  connection: string,
  place: { readonly schema: string; readonly name: string },
): Promise<number | undefined> {
  const [row] = await objects.of(kind, [nameOf(connection, place)]);
  return row && Number(row.external_id);
}

/** What a load says of its table. */
export async function remember(
  context: RouteContext,
  { connection, ...place }: TableData & { readonly connection: string },
): Promise<void> {
  const name = { schema: place.schema, name: place.table };
  const row = await context.objects.numbered(kind, nameOf(connection, name), kind);
  await context.objects.update(kind, row.external_id, plain({ ...(row.data as Partial<TableData>), ...place })); // jsonb of ours
}

async function numbered({ objects }: RouteContext, database: Database, stream: Stream): Promise<Table> {
  const { schema, name } = placeOf(stream.stream);
  const object = nameOf(database.connection ?? database.number, { schema, name });
  const row = await objects.numbered(kind, object, kind);
  const data: TableData = { ...(row.data as Partial<TableData>), schema, table: name, database: database.number }; // written below
  if (!('database' in (row.data as object))) await objects.update(kind, row.external_id, plain(data)); // jsonb of ours
  return { number: Number(row.external_id), schema, name, stream, data };
}

const plain = (data: TableData): Readonly<Record<string, Json>> =>
  JSON.parse(JSON.stringify(data)) as Readonly<Record<string, Json>>; // plain data

export async function schemasOf(context: RouteContext, database: Database): Promise<readonly string[]> {
  const found = (await discovered(context, database)).map(({ stream }) => placeOf(stream).schema);
  return [...new Set(['public', ...found])].toSorted();
}

/** `%` and `*` in the name stand for anything. */
export async function tablesOf(
  context: RouteContext,
  database: Database,
  wanted: { readonly schema?: string | undefined; readonly name?: string | undefined },
): Promise<readonly Table[]> {
  const fits = (pattern: string | undefined, text: string): boolean => {
    if (pattern === undefined) return true;
    const pieces = pattern.split(/[%*]/).map((piece) => piece.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    return new RegExp(`^${pieces.join('.*')}$`, 'is').test(text);
  };
  const found: Table[] = [];
  for (const stream of await discovered(context, database)) {
    const { schema, name } = placeOf(stream.stream);
    if (fits(wanted.schema, schema) && fits(wanted.name, name)) found.push(await numbered(context, database, stream));
  }
  return found;
}

/** Undefined = there is none; without regard to case where no name is spelled alike. */
export async function tableIn(
  context: RouteContext,
  database: Database,
  schema: string,
  name: string,
): Promise<Table | undefined> {
  const all = await discovered(context, database);
  const spelled = (fold: (text: string) => string) =>
    all.find(({ stream }) => {
      const place = placeOf(stream);
      return fold(place.schema) === fold(schema) && fold(place.name) === fold(name);
    });
  const stream = spelled((text) => text) ?? spelled((text) => text.toLowerCase());
  return stream && (await numbered(context, database, stream));
}

export async function findTableData({ objects }: RouteContext, number: string): Promise<TableData | undefined> {
  const row = await objects.find(kind, number);
  return row ? (row.data as unknown as TableData) : undefined; // written above
}

export async function updateTable(context: RouteContext, table: Table, changes: Partial<TableData>): Promise<Table> {
  const data = { ...table.data, ...changes };
  await context.objects.update(kind, String(table.number), plain(data));
  return { ...table, data };
}

const text = z.string().nullable();
const count = z.number().nullable();

export const tableSummary = z.object({
  id: z.number().int(),
  databaseId: z.number().int(),
  schema: z.string(),
  name: z.string(),
  description: text,
  isView: z.boolean(),
  rowCount: count,
  columnCount: count,
  sizeMb: count,
  owner: text,
  distkey: text,
  sortkeys: text,
  refreshStatus: z.enum(['refreshing', 'stale', 'current']),
  lastRefresh: text,
  refreshId: text,
  lastRun: z.json(),
  tableTags: z.array(z.json()),
});

export const columnView = z.object({
  name: z.string(),
  civisDataType: z.string(),
  sqlType: z.string(),
  sampleValues: z.array(z.string()),
  encoding: text,
  description: text,
  order: z.number().int(),
  minValue: text,
  maxValue: text,
  avgValue: count,
  stddev: count,
  valueDistributionPercent: z.record(z.string(), z.json()),
  coverageCount: count,
  nullCount: count,
  possibleDependentVariableTypes: z.array(z.string()),
  useableAsIndependentVariable: z.boolean(),
  useableAsPrimaryKey: z.boolean(),
  valueDistribution: z.record(z.string(), z.json()),
  distinctCount: count,
});

export const tableDetail = tableSummary.extend({
  dataUpdatedAt: text,
  schemaUpdatedAt: text,
  primaryKeys: z.array(z.string()),
  lastModifiedKeys: z.array(z.string()),
  ontologyMapping: z.json(),
  columns: z.array(columnView),
  joins: z.array(z.json()),
  multipartKey: z.array(z.string()),
  enhancements: z.array(z.json()),
  viewDef: text,
  tableDef: text,
  outgoingTableMatches: z.array(z.json()),
});

export const showSummary = (database: Database, { number, schema, name, stream, data }: Table): z.input<typeof tableSummary> => ({
  id: number,
  databaseId: database.number,
  schema,
  name,
  description: data.description ?? null,
  isView: stream.kind === 'view',
  rowCount: stream.estimated_rows,
  columnCount: stream.fields.length,
  sizeMb: stream.estimated_bytes === null ? null : stream.estimated_bytes / 1_048_576,
  owner: null,
  distkey: null,
  sortkeys: null,
  refreshStatus: data.late === true ? 'stale' : 'current',
  lastRefresh: null,
  refreshId: null,
  lastRun: null,
  tableTags: [],
});

interface Known {
  readonly status: 'refreshing' | 'current';
  readonly at: string | null;
  readonly columns: ReadonlyMap<string, Statistics>;
}

const nothing: Known = { status: 'current', at: null, columns: new Map() };

/** What the last scan has found out, where the caller may see it. */
export async function knownOf(context: RouteContext, { data, stream }: Table): Promise<Known> {
  const job = data.scan === undefined ? undefined : await findJob(context, data.scan);
  if (!job) return nothing;
  try {
    const [last] = await runsOf(context, job, 1);
    if (!last) return nothing;
    if (isActive(last.run)) return { ...nothing, status: 'refreshing' };
    const [made] = (await perform(runOutputs, context, { run: last.run.id })).data;
    const columns = statisticsOf(
      made?.value,
      stream.fields.map(({ name }) => name),
    );
    return columns ? { status: 'current', at: last.run.finished_at, columns } : nothing;
  } catch (error) {
    if (error instanceof HeadgateError && /^(?:access\.|object\.missing)/.test(error.code)) return nothing;
    throw error;
  }
}

export const isScanned = async (context: RouteContext, table: Table): Promise<boolean> =>
  (await knownOf(context, table)).status === 'refreshing';

export function columnsOf({ stream }: Table, { columns }: Known = nothing): readonly z.input<typeof columnView>[] {
  return stream.fields.map(({ name, type, native }, at) => {
    const known = columns.get(name);
    return {
      name,
      civisDataType: type,
      sqlType: native ?? sqlOfType(type),
      sampleValues: [],
      encoding: null,
      description: null,
      order: at,
      minValue: known?.least ?? null,
      maxValue: known?.greatest ?? null,
      avgValue: known?.average ?? null,
      stddev: known?.deviation ?? null,
      valueDistributionPercent: {},
      coverageCount: known?.values ?? null,
      nullCount: known ? known.rows - known.values : null,
      possibleDependentVariableTypes: [],
      useableAsIndependentVariable: true,
      useableAsPrimaryKey: stream.key?.length === 1 && stream.key[0] === name,
      valueDistribution: {},
      distinctCount: known?.distinct ?? null,
    };
  });
}

export async function showTable(context: RouteContext, database: Database, table: Table): Promise<z.input<typeof tableDetail>> {
  const { data, stream } = table;
  const known = await knownOf(context, table);
  return {
    ...showSummary(database, table),
    ...(known.status === 'refreshing' && { refreshStatus: known.status }),
    lastRefresh: known.at,
    dataUpdatedAt: null,
    schemaUpdatedAt: null,
    primaryKeys: [...(data.primaryKeys ?? stream.key ?? [])],
    lastModifiedKeys: [...(data.lastModifiedKeys ?? [])],
    ontologyMapping: (data.ontologyMapping ?? {}) as z.core.util.JSONType, // as it was sent
    columns: [...columnsOf(table, known)],
    joins: [],
    multipartKey: [],
    enhancements: [],
    viewDef: null,
    tableDef: null,
    outgoingTableMatches: [],
  };
}
