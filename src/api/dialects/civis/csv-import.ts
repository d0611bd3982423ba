/** Imports of CSV files whose form is known: their fields, and the flow that they are. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import type { RunTask } from '../../../domain/run.ts';
import type { RouteContext } from '../../dialect.ts';
import { contentsOf } from './files-stored.ts';
import { connectionFor } from './hosts.ts';
import type { FoundJob, Job, Plan } from './jobs.ts';
import { delimiter, existingRows, maxErrors, plainName, writing } from './load.ts';
import { typeOfSql } from './sql-types.ts';
import { storageFor } from './storage-host.ts';
import { remember, saidOf } from './tables-stored.ts';
import { id, listOf } from './wire.ts';

const names = listOf(z.string().min(1).max(500));

const storagePath = z.object({ storageHostId: id, credentialId: id, filePaths: names });

const sourceIn = z.object({ fileIds: listOf(id).optional(), storagePath: storagePath.optional() });

const destinationIn = z.object({
  schema: plainName,
  table: plainName,
  remoteHostId: id,
  credentialId: id,
  primaryKeys: names.optional(),
  lastModifiedKeys: names.optional(),
});

const columnIn = z.object({ name: z.string().min(1).max(500), sqlType: z.string().max(200).optional() });

const redshiftIn = z.object({
  diststyle: z.enum(['even', 'all', 'key']).optional(),
  distkey: z.string().optional(),
  sortkeys: listOf(z.string()).optional(),
});

/** In the order in which clients take them. */
export const csvPut = z.object({
  name: z.string().min(1).max(1000).optional(),
  source: sourceIn,
  destination: destinationIn,
  firstRowIsHeader: z.boolean(),
  columnDelimiter: delimiter.optional(),
  escaped: z.boolean().optional(),
  compression: z.enum(['gzip', 'none']).optional(),
  existingTableRows: z.enum([...existingRows.options, 'upsert']).optional(),
  maxErrors: maxErrors.optional(),
  tableColumns: listOf(columnIn).optional(),
  loosenTypes: z.boolean().optional(),
  execution: z.enum(['delayed', 'immediate']).optional(),
  redshiftDestinationOptions: redshiftIn.optional(),
});

export const csvPost = csvPut.extend({ hidden: z.boolean().optional() });

export const csvPatch = csvPut.partial().extend({ destination: destinationIn.partial().optional() });

export type CsvBody = z.output<typeof csvPut>;

const nullable = z.string().nullable();

export const csvView = z.object({
  id: z.number().int(),
  name: z.string(),
  source: z.object({
    fileIds: z.array(z.number().int()),
    storagePath: z.object({
      storageHostId: z.number().int().nullable(),
      credentialId: z.number().int().nullable(),
      filePaths: z.array(z.string()),
    }),
  }),
  destination: z.object({
    schema: z.string(),
    table: z.string(),
    remoteHostId: z.number().int(),
    credentialId: z.number().int(),
    primaryKeys: z.array(z.string()),
    lastModifiedKeys: z.array(z.string()),
  }),
  firstRowIsHeader: z.boolean(),
  columnDelimiter: z.string(),
  escaped: z.boolean(),
  compression: z.string(),
  existingTableRows: z.string(),
  maxErrors: z.number().int().nullable(),
  tableColumns: z.array(z.object({ name: z.string(), sqlType: nullable })),
  loosenTypes: z.boolean(),
  execution: z.string(),
  redshiftDestinationOptions: z.object({ diststyle: nullable, distkey: nullable, sortkeys: z.array(z.string()) }),
  hidden: z.boolean(),
  myPermissionLevel: z.string(),
});

export const csvInputs = csvView.omit({ id: true, myPermissionLevel: true });

/** All fields with what they are when nobody says it. */
export function showInputs({ name, hidden, body }: Job['data']): z.input<typeof csvInputs> {
  const given = csvPut.parse(body);
  const { source, destination, redshiftDestinationOptions: redshift = {} } = given;
  const { storagePath: path } = source;
  return {
    name,
    source: {
      fileIds: source.fileIds ?? [],
      storagePath: {
        storageHostId: path?.storageHostId ?? null,
        credentialId: path?.credentialId ?? null,
        filePaths: path?.filePaths ?? [],
      },
    },
    destination: {
      ...destination,
      primaryKeys: destination.primaryKeys ?? [],
      lastModifiedKeys: destination.lastModifiedKeys ?? [],
    },
    firstRowIsHeader: given.firstRowIsHeader,
    columnDelimiter: given.columnDelimiter ?? 'comma',
    escaped: given.escaped ?? false,
    compression: given.compression ?? 'none',
    existingTableRows: given.existingTableRows ?? 'fail',
    maxErrors: given.maxErrors ?? null,
    tableColumns: (given.tableColumns ?? []).map((column) => ({ name: column.name, sqlType: column.sqlType ?? null })),
    loosenTypes: given.loosenTypes ?? false,
    execution: given.execution ?? 'delayed',
    redshiftDestinationOptions: {
      diststyle: redshift.diststyle ?? (redshift.distkey === undefined ? null : 'key'),
      distkey: redshift.distkey ?? null,
      sortkeys: (redshift.sortkeys ?? []).slice(0, 2),
    },
    hidden,
  };
}

export const showCsv = (job: Pick<FoundJob, 'number' | 'data'>, level: string): z.input<typeof csvView> => ({
  id: job.number,
  ...showInputs(job.data),
  myPermissionLevel: level,
});

/** Several loads that come together may be staged together. */
const usualDelay = '3s';

/** Throws `request.invalid` for what can be said to be wrong before it runs. */
export async function planOf(context: RouteContext, body: CsvBody): Promise<Plan> {
  const { source, destination } = body;
  if ((source.fileIds === undefined) === (source.storagePath === undefined)) {
    throw new HeadgateError('request.invalid', 'source: name fileIds or a storagePath');
  }
  const existing = body.existingTableRows ?? 'fail';
  const keys = { primary: destination.primaryKeys ?? [], modified: destination.lastModifiedKeys ?? [] };
  if (existing === 'upsert' && keys.primary.length === 0) {
    throw new HeadgateError('request.invalid', 'destination/primaryKeys: an upsert needs them');
  }
  const into = await connectionFor(context, destination);
  const shared = { source: into, destination: into };
  const modified = existing === 'upsert' ? await modifiedKeys(context, body, into) : keys.modified;
  const read = await readOf(context, source);
  const columns = columnsOf(body);
  const flow = {
    files: {
      ...read.files,
      delimiter: body.columnDelimiter ?? 'comma',
      escape: body.escaped ? 'backslash' : 'quote',
      header: body.firstRowIsHeader,
      infer: false,
      by_place: true,
      ...(columns.length > 0 && { columns }),
    },
    into: `${destination.schema}.${destination.table}`,
    max_rejects: String(body.maxErrors ?? 0),
    ...writing(existing, { ...keys, modified }),
    ...(existing === 'upsert' && body.execution !== 'immediate' && { publish_after: context.mergeDelay ?? usualDelay }),
  };
  return { ...shared, ...(read.source !== undefined && { source: read.source }), flows: [flow] };
}

/** Uploaded files, or what lies in a bucket: then that is the source. */
async function readOf(
  context: RouteContext,
  { fileIds, storagePath }: CsvBody['source'],
): Promise<{ readonly files: Readonly<Record<string, Json>>; readonly source?: string }> {
  if (storagePath) {
    if (storagePath.filePaths.length === 0) throw new HeadgateError('request.invalid', 'source/storagePath: name a path');
    return { files: { paths: [...storagePath.filePaths] }, source: await storageFor(context, storagePath) };
  }
  const ids = await contentsOf(context, fileIds ?? []);
  if (ids.length === 0) throw new HeadgateError('request.invalid', 'source/fileIds: name at least one file');
  return { files: { ids: [...ids] } };
}

/** Those of the load, else those that are known of the table; what a load says is known from then on. */
async function modifiedKeys(context: RouteContext, { destination }: CsvBody, connection: string): Promise<readonly string[]> {
  const { schema, table, remoteHostId: database, primaryKeys, lastModifiedKeys: given = [] } = destination;
  if (given.length === 0) return (await saidOf(context, connection, { schema, name: table })).lastModifiedKeys ?? [];
  await remember(context, { connection, schema, table, database, primaryKeys, lastModifiedKeys: given });
  return given;
}

/** Stands for what this server cannot read: a run of it says so. */
export const nothing: Json = { stream: 'nothing that this server can read' };

/** Throws `request.invalid`. */
function columnsOf({ tableColumns = [], loosenTypes = false }: CsvBody): { readonly name: string; readonly type?: string }[] {
  return tableColumns.map(({ name, sqlType }) => {
    if (sqlType === undefined) return { name };
    const type = typeOfSql(sqlType, loosenTypes);
    if (type !== undefined) return { name, type };
    throw new HeadgateError('request.invalid', `tableColumns: ${sqlType.slice(0, 100)} is no type that this server knows`);
  });
}

/** Columns that lay out a table. */
const layoutOf = ({ redshiftDestinationOptions: { distkey, sortkeys = [] } = {} }: CsvBody): readonly string[] => [
  ...(distkey === undefined ? [] : [distkey]),
  ...sortkeys,
];

/** What cannot be run says why. */
export async function csvTask(context: RouteContext, { body }: Pick<Job['data'], 'body'>): Promise<RunTask | undefined> {
  const given = csvPut.parse(body);
  const connection = await connectionFor(context, given.destination);
  if (given.existingTableRows === 'upsert') {
    const keys = await modifiedKeys(context, given, connection);
    if (keys.length === 0) return { kind: 'refuse', reason: 'an upsert needs lastModifiedKeys, by itself or of its table' };
  }
  const unknown = layoutOf(given).find((name) => !(given.tableColumns ?? [{ name }]).some((column) => column.name === name));
  if (unknown !== undefined)
    return { kind: 'refuse', reason: `redshiftDestinationOptions: there is no column ${unknown.slice(0, 100)}` };
  const { schema, table, remoteHostId: database } = given.destination;
  await remember(context, { connection, schema, table, database, late: given.execution !== 'immediate' });
  return undefined;
}
