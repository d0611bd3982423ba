/** One table, file or sheet of an import on its way into one table: its fields, and the flow that it is. */
import { z } from 'zod';
import { HeadgateError } from '../../../domain/error.ts';
import type { Json } from '../../../domain/json.ts';
import { delimiter, existingRows, layout, maxErrors, noKeys, writing } from './load.ts';
import { typeOfSql } from './sql-types.ts';
import { id } from './wire.ts';

const text = z.string().max(10_000);

const databaseTable = z.object({ schema: text, table: text, useWithoutSchema: z.boolean().optional() });
const sheet = z.object({
  spreadsheet: text,
  spreadsheetId: text.optional(),
  worksheet: text,
  worksheetId: z.number().int().optional(),
});

export const sourceIn = z.object({
  path: text.optional(),
  databaseTable: databaseTable.optional(),
  file: z.object({ id }).optional(),
  googleWorksheet: sheet.optional(),
  salesforce: z.object({ objectName: text }).optional(),
});

export const destinationIn = z.object({
  path: text.optional(),
  databaseTable: databaseTable.optional(),
  googleWorksheet: sheet.optional(),
});

const override = z.object({ name: z.string().min(1).max(500).optional(), type: z.string().max(200).optional() });

/** What nobody reads any more is taken and dropped. */
export const optionsIn = z.object({
  maxErrors: maxErrors.optional(),
  existingTableRows: existingRows.optional(),
  diststyle: text.optional(),
  distkey: text.optional(),
  sortkey1: text.optional(),
  sortkey2: text.optional(),
  columnDelimiter: delimiter.optional(),
  columnOverrides: z.record(z.string().regex(/^\d{1,5}$/, 'the place of a column, from 0 on'), override).optional(),
  escaped: z.boolean().optional(),
  identityColumn: text.optional(),
  rowChunkSize: z.number().int().min(1).optional(),
  wipeDestinationTable: z.boolean().optional(),
  truncateLongLines: z.boolean().optional(),
  invalidCharReplacement: z
    .string()
    .regex(/^[\x00-\x7f]?$/, 'one ASCII character')
    .optional(),
  verifyTableRowCounts: z.boolean().optional(),
  partitionColumnName: text.optional(),
  partitionSchemaName: text.optional(),
  partitionTableName: text.optional(),
  partitionTablePartitionColumnMinName: text.optional(),
  partitionTablePartitionColumnMaxName: text.optional(),
  lastModifiedColumn: text.optional(),
  mysqlCatalogMatchesSchema: z.boolean().optional(),
  chunkingMethod: text.optional(),
  firstRowIsHeader: z.boolean().optional(),
  exportAction: z.enum(['newsprsht', 'newwksht', 'updatewksht', 'appendwksht']).optional(),
  sqlQuery: text.optional(),
  contactLists: text.optional(),
  soqlQuery: text.optional(),
  includeDeletedRecords: z.boolean().optional(),
});

export const syncIn = z.object({ source: sourceIn, destination: destinationIn, advancedOptions: optionsIn.optional() });

export type SyncBody = z.output<typeof syncIn>;

const said = z.string().nullable();
const table = z.object({ schema: z.string(), table: z.string(), useWithoutSchema: z.boolean() }).nullable();
const sheetOut = z
  .object({ spreadsheet: z.string(), spreadsheetId: said, worksheet: z.string(), worksheetId: z.number().int().nullable() })
  .nullable();

const optionsOut = z.object({
  maxErrors: z.number().int().nullable(),
  existingTableRows: said,
  diststyle: said,
  distkey: said,
  sortkey1: said,
  sortkey2: said,
  columnDelimiter: said,
  columnOverrides: z.record(z.string(), z.json()),
  escaped: z.boolean(),
  identityColumn: said,
  rowChunkSize: z.number().int().nullable(),
  wipeDestinationTable: z.boolean(),
  truncateLongLines: z.boolean(),
  invalidCharReplacement: said,
  verifyTableRowCounts: z.boolean(),
  partitionColumnName: said,
  partitionSchemaName: said,
  partitionTableName: said,
  partitionTablePartitionColumnMinName: said,
  partitionTablePartitionColumnMaxName: said,
  lastModifiedColumn: said,
  mysqlCatalogMatchesSchema: z.boolean(),
  chunkingMethod: said,
  firstRowIsHeader: z.boolean().nullable(),
  exportAction: said,
  sqlQuery: said,
  contactLists: said,
  soqlQuery: said,
  includeDeletedRecords: z.boolean().nullable(),
});

export const syncView = z.object({
  id: z.number().int(),
  source: z.object({
    id: z.number().int().nullable(),
    path: said,
    databaseTable: table,
    file: z.object({ id: z.number().int() }).nullable(),
    googleWorksheet: sheetOut,
    salesforce: z.object({ objectName: z.string() }).nullable(),
  }),
  destination: z.object({ path: said, databaseTable: table, googleWorksheet: sheetOut }),
  advancedOptions: optionsOut,
});

export interface TablePlace {
  readonly schema: string;
  readonly table: string;
}

/** `schema.table`, `"schema"."ta.ble"`; undefined = it is none. */
export function readPath(path: string): TablePlace | undefined {
  const match = /^\s*(?:"((?:[^"]|"")+)"|([^".]+))\s*\.\s*(?:"((?:[^"]|"")+)"|([^"]+?))\s*$/.exec(path);
  const plain = (quoted: string | undefined, bare: string | undefined): string =>
    quoted?.replaceAll('""', '"') ?? bare?.trim() ?? '';
  return match ? { schema: plain(match[1], match[2]), table: plain(match[3], match[4]) } : undefined;
}

const quoted = ({ schema, table: name }: TablePlace): string =>
  [schema, name].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');

/** The table that one side names, by its parts or by its path. */
export function tableOf({
  databaseTable: given,
  path,
}: {
  readonly databaseTable?: TablePlace | undefined;
  readonly path?: string | undefined;
}): TablePlace | undefined {
  return given ?? (path === undefined ? undefined : readPath(path));
}

const tableOut = (place: TablePlace | undefined): z.input<typeof table> =>
  place ? { schema: place.schema, table: place.table, useWithoutSchema: false } : null;

const sheetShown = (given: z.output<typeof sheet> | undefined): z.input<typeof sheetOut> =>
  given
    ? {
        spreadsheet: given.spreadsheet,
        spreadsheetId: given.spreadsheetId ?? null,
        worksheet: given.worksheet,
        worksheetId: given.worksheetId ?? null,
      }
    : null;

const sheetPath = (given: z.output<typeof sheet>, quote: boolean): string =>
  quote ? `"${given.spreadsheet}"."${given.worksheet}"` : `${given.spreadsheet}.${given.worksheet}`;

export interface Sync {
  readonly number: number;
  readonly archived: boolean;
  readonly body: SyncBody;
}

/** `fileName` = of the file that is its source. */
export function showSync({ number, body }: Sync, fileName?: string): z.input<typeof syncView> {
  const { source, destination, advancedOptions: given = {} } = body;
  const [from, into] = [tableOf(source), tableOf(destination)];
  const isFile = source.file !== undefined;
  const sheetFrom = source.googleWorksheet;
  return {
    id: number,
    source: {
      id: source.file?.id ?? (sheetFrom ? number : null),
      path: isFile
        ? (fileName ?? null)
        : sheetFrom
          ? sheetPath(sheetFrom, true)
          : (given.sqlQuery ?? (from && !source.salesforce ? quoted(from) : (source.path ?? null))),
      databaseTable: isFile || given.sqlQuery !== undefined ? null : tableOut(from),
      file: source.file ?? null,
      googleWorksheet: sheetShown(sheetFrom),
      salesforce: source.salesforce ?? null,
    },
    destination: {
      path: destination.googleWorksheet
        ? sheetPath(destination.googleWorksheet, false)
        : into
          ? quoted(into)
          : (destination.path ?? null),
      databaseTable: tableOut(into),
      googleWorksheet: sheetShown(destination.googleWorksheet),
    },
    advancedOptions: showOptions(body),
  };
}

function showOptions({ source, advancedOptions }: SyncBody): z.input<typeof optionsOut> {
  const { salesforce, googleWorksheet: sheet } = source;
  const given = advancedOptions ?? {};
  return {
    maxErrors: given.maxErrors ?? null,
    existingTableRows: given.existingTableRows ?? (sheet ? 'fail' : null),
    diststyle: given.diststyle ?? (given.distkey === undefined ? null : 'key'),
    distkey: given.distkey ?? null,
    sortkey1: given.sortkey1 ?? null,
    sortkey2: given.sortkey2 ?? null,
    columnDelimiter: given.columnDelimiter ?? null,
    columnOverrides: JSON.parse(JSON.stringify(given.columnOverrides ?? {})) as Record<string, never>, // plain data
    escaped: given.escaped ?? false,
    identityColumn: given.identityColumn ?? (advancedOptions === undefined ? '' : null),
    rowChunkSize: given.rowChunkSize ?? null,
    wipeDestinationTable: given.wipeDestinationTable ?? false,
    truncateLongLines: given.truncateLongLines ?? false,
    invalidCharReplacement: given.invalidCharReplacement ?? null,
    verifyTableRowCounts: given.verifyTableRowCounts ?? false,
    partitionColumnName: null,
    partitionSchemaName: null,
    partitionTableName: null,
    partitionTablePartitionColumnMinName: null,
    partitionTablePartitionColumnMaxName: null,
    lastModifiedColumn: given.lastModifiedColumn ?? null,
    mysqlCatalogMatchesSchema: true,
    chunkingMethod: null,
    firstRowIsHeader: given.firstRowIsHeader ?? null,
    exportAction: given.exportAction ?? null,
    sqlQuery: given.sqlQuery ?? null,
    contactLists: salesforce ? (given.contactLists ?? null) : null,
    soqlQuery: salesforce ? (given.soqlQuery ?? null) : null,
    includeDeletedRecords: salesforce ? (given.includeDeletedRecords ?? null) : null,
  };
}

const wrong = (what: string): HeadgateError => new HeadgateError('request.invalid', what);

/** Both names as one of ours, where they can be. Throws `request.invalid`. */
function nameOf(place: TablePlace | undefined, side: string): string {
  if (!place || place.schema === '' || place.table === '') throw wrong(`${side}: name a schema and a table`);
  if (/[.{}]/.test(place.schema) || /[{}]/.test(place.table))
    throw wrong(`${side}: braces, and dots in a schema, stand in no name here`);
  return `${place.schema}.${place.table}`;
}

/** What this server has no connector for yet; undefined = it can be run. */
export function lacking({ source, destination }: SyncBody): string | undefined {
  if (source.googleWorksheet || destination.googleWorksheet) return 'this server has no connector for Google Sheets';
  return source.salesforce ? 'this server has no connector for Salesforce' : undefined;
}

/** `content` = the id of the file of ours. Throws `request.invalid`. */
export function fileFlow({ destination, advancedOptions: given = {} }: SyncBody, content: string): Json {
  const overrides = Object.entries(given.columnOverrides ?? {}).map(([at, { name, type }]) => {
    const own = type === undefined ? undefined : typeOfSql(type, false);
    if (type !== undefined && own === undefined)
      throw wrong(`columnOverrides: ${type.slice(0, 100)} is no type that this server knows`);
    return [at, { ...(name !== undefined && { name }), ...(own !== undefined && { type: own }) }] as const;
  });
  return {
    files: {
      ids: [content],
      naming: 'plain',
      by_place: true,
      escape: given.escaped ? 'backslash' : 'quote',
      ...(given.columnDelimiter && { delimiter: given.columnDelimiter }),
      ...(given.firstRowIsHeader !== undefined && { header: given.firstRowIsHeader }),
      ...(overrides.length > 0 && { overrides: Object.fromEntries(overrides) }),
    },
    into: nameOf(tableOf(destination), 'destination'),
    max_rejects: String(given.maxErrors ?? 0),
    after_failure: 'skip',
    ...layout(given.distkey, given.sortkey1, given.sortkey2),
    ...writing(given.existingTableRows ?? 'fail', noKeys),
  };
}

/** Incremental as far as the table lets it, unless it shall be whole. Throws `request.invalid`. */
export function tableFlow({ source, destination, advancedOptions: given = {} }: SyncBody): Json {
  const stream = nameOf(tableOf(source), 'source');
  const flow = {
    stream,
    into: nameOf(tableOf(destination), 'destination'),
    max_rejects: String(given.maxErrors ?? 0),
    allow_delete: true,
    after_failure: 'skip',
    ...layout(given.distkey, given.sortkey1, given.sortkey2),
    ...(given.rowChunkSize !== undefined && { slice_rows: given.rowChunkSize }),
    ...(given.verifyTableRowCounts && { verify: 'counts' }),
  };
  if (given.existingTableRows !== undefined) return { ...flow, ...writing(given.existingTableRows, noKeys) };
  if (given.wipeDestinationTable) return { ...flow, write: 'replace' };
  const key = (given.identityColumn ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  const cursor = given.lastModifiedColumn?.trim() ?? '';
  return { ...flow, follow: { ...(key.length > 0 && { key }), ...(cursor !== '' && { cursor }) } };
}
