import type { Field, Schema } from '../../domain/schema.ts';
import type { LogicalType } from '../../domain/types.ts';
import { duckType, fromWire, logicalType, quoteName, quoteText, readCsv, toWire, tryFromWire } from '../../sdk/duck-sql.ts';
import type { FileRef, FormatName, Target } from '../../sdk/index.ts';

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

export function loadCsv(stage: string, fields: readonly Field[], path: string, dialect?: FileRef['csv']): string {
  const values = fields.map((field) => typed(field, quoteName(field.name)));
  return `insert into ${stage} select ${values.join(', ')} from ${csvOf(fields, path, dialect)}`;
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

/** How DuckDB reads a file that states its own names; only csv does not. */
export function fileRelation(format: FormatName, file: FileRef): string | undefined {
  if (format === 'parquet') return `read_parquet(${quoteText(file.path)})`;
  if (format !== 'ndjson') return undefined;
  const columns = file.schema.fields.map((field) => `${quoteText(field.name)}: 'JSON'`);
  return `read_ndjson(${quoteText(file.path)}, columns = {${columns.join(', ')}}, maximum_object_size = 33554432)`;
}

/** `types` are what DuckDB says about the columns of the relation, in file order. */
export function loadRelation(
  stage: string,
  fields: readonly Field[],
  relation: string,
  file: FileRef,
  types: readonly string[],
): string {
  const values = fields.map((field, i) => {
    const column = quoteName(file.schema.fields[i]?.name ?? '');
    const type = types[i] ?? 'VARCHAR';
    if (type === nativeType(field)) return type === 'JSON' ? `nullif(${column}, 'null')` : column;
    if (type !== 'JSON') return typed(field, toWire(logicalType(type), column));
    return typed(field, jsonText(column, exactNumber(field)));
  });
  return `insert into ${stage} select ${values.join(', ')} from ${relation}`;
}

const exactNumber = (field: Field): boolean => logicalType(nativeType(field)).kind !== 'float';

/**
 * The wire text of a JSON value. DuckDB reads numbers that no 64-bit integer holds as floats: a float of 16 digits or more
 * may stand for a longer number, so it is let through as a float only.
 */
function jsonText(column: string, exact: boolean): string {
  const value = `${column} ->> '$'`;
  if (!exact) return value;
  const doubtful = `json_type(${column}) = 'DOUBLE' and strlen(regexp_replace(${value}, '[eE].*|[^0-9]', '', 'g')) > 15`;
  return `case when ${doubtful} then 'a number of more digits than DuckDB reads' else ${value} end`;
}
