import type { Field, Schema } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import { duckType, fromWire, logicalType, quoteName, quoteText, readCsv, toWire, tryFromWire } from '../../sdk/duck-sql.ts';
import type { FileRef, Target } from '../../sdk/index.ts';
import { ndjsonDocuments, ndjsonJson, ndjsonText } from '../../sdk/ndjson-sql.ts';

const text: LogicalType = { kind: 'text' };

/** Columns that lead the records of a change stream. */
export const changeFields: readonly Field[] = [
  { name: '_op', type: text, nullable: false },
  { name: '_seq', type: { kind: 'integer', bits: 128 }, nullable: false },
  { name: '_unchanged', type: text, nullable: true },
];

/** The columns of a stage, in the order of the bytes. */
export function stageFields(target: Target): readonly Field[] {
  return target.content === 'changes' ? [...changeFields, ...target.schema.fields] : target.schema.fields;
}

export const nativeType = (field: Field): string => field.native?.type ?? duckType(field.type);

export const addColumn = (table: string, field: Field): string =>
  `alter table ${table} add column ${quoteName(field.name)} ${nativeType(field)}`;

export const widenColumn = (table: string, field: Field): string =>
  `alter table ${table} alter column ${quoteName(field.name)} set data type ${nativeType(field)}`;

export const columnList = (fields: readonly Field[]): string =>
  fields.map((field) => `${quoteName(field.name)} ${nativeType(field)}`).join(', ');

/** The value of a field out of its wire text. What the column holds decides, not what the field was called at the source. */
const typed = (field: Field, expression: string): string =>
  fromWire(logicalType(nativeType(field)), expression, nativeType(field));

const asText = (fields: readonly Field[]): Schema => ({ fields: fields.map((field) => ({ ...field, type: text })) });

/** DuckDB's reader rounds what does not fit a number, so it parses only those that fit: less work than a text that is looked at first. */
function isParsed(field: Field): boolean {
  const type = logicalType(nativeType(field));
  return field.exact === true && (type.kind === 'integer' || (type.kind === 'decimal' && type.precision !== undefined));
}

export function loadCsv(stage: string, fields: readonly Field[], path: string, dialect?: FileRef['csv']): string {
  const values = fields.map((field) => (isParsed(field) ? quoteName(field.name) : typed(field, quoteName(field.name))));
  const types = fields.map((field) => (isParsed(field) ? nativeType(field) : 'VARCHAR'));
  const csv = readCsv([path], asText(fields), { types, ...(dialect && { dialect }) });
  return `insert into ${stage} select ${values.join(', ')} from ${csv}`;
}

const csvOf = (fields: readonly Field[], path: string, dialect?: FileRef['csv']): string =>
  readCsv([path], asText(fields), dialect && { dialect });

/** Per field, how many values of a CSV do not fit: one number per column. */
export function countMisfits(fields: readonly Field[], path: string, dialect?: FileRef['csv']): string {
  const counts = fields.map((field) => {
    const [name, native] = [quoteName(field.name), nativeType(field)];
    const value = tryFromWire(logicalType(native), name, native);
    return `count(*) filter (where ${name} is not null and ${value} is null)`;
  });
  return `select ${counts.join(', ')} from ${csvOf(fields, path, dialect)}`;
}

/** JSON lines through texts: DuckDB's own reader passes numbers through doubles, also those inside of a value. */
export function loadNdjson(stage: string, fields: readonly Field[], { path, schema }: FileRef): string {
  const values = fields.map((field, i) => {
    const key = schema.fields[i]?.name ?? '';
    return typed(field, nativeType(field) === 'JSON' ? ndjsonJson(key) : ndjsonText(key));
  });
  return `insert into ${stage} select ${values.join(', ')} from ${ndjsonDocuments([path])}`;
}

export const parquetOf = ({ path }: FileRef): string => `read_parquet(${quoteText(path)})`;

/** `types` are what DuckDB says about the columns, in file order. */
export function loadParquet(stage: string, fields: readonly Field[], file: FileRef, types: readonly string[]): string {
  const values = fields.map((field, i) => {
    const column = quoteName(file.schema.fields[i]?.name ?? '');
    const type = types[i] ?? 'VARCHAR';
    return type === nativeType(field) ? column : typed(field, toWire(logicalType(type), column));
  });
  return `insert into ${stage} select ${values.join(', ')} from ${parquetOf(file)}`;
}
