/** Which fields travel, under which name and type, and how the table must look for them. Pure. */
import { HeadgateError } from '../domain/error.ts';
import { holds, join } from '../domain/lattice.ts';
import { nearest } from '../domain/nearest.ts';
import { own } from '../domain/own.ts';
import type { Column, Evolution } from '../domain/policy.ts';
import type { Field, Schema, TableInfo } from '../domain/schema.ts';
import { refName, type TableRef } from '../domain/schema.ts';
import { typeName, type LogicalType } from '../domain/types.ts';
import type { ShapeRequest } from './flow.ts';

/** A field of the stream on its way to a column of the table. */
export interface Mapping {
  readonly column: Column;
  readonly source: Field;
  readonly target: Field;
  /** The existing column is too narrow and becomes `target`. */
  readonly widens?: true;
}

export interface DestinationTypes {
  readonly connector: string;
  types(type: LogicalType): string | undefined;
  texts?(characters: number): string | undefined;
}

export function requireField(schema: Schema, name: string, code: 'field.missing' | 'cursor.missing' | 'key.missing'): Field {
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (field) return field;
  const names = schema.fields.map((candidate) => candidate.name);
  const near = nearest(name, names);
  const hint = near ? `did you mean ${near}?` : `the fields are: ${names.slice(0, 20).join(', ')}`;
  throw new HeadgateError(code, `the stream has no field ${JSON.stringify(name)}`, { hint });
}

/** The columns that a shape keeps, in order. Throws `field.missing` for names that the stream does not have. */
export function shapeColumns(schema: Schema, shape: ShapeRequest): readonly Column[] {
  const named = [...Object.keys(shape.rename), ...Object.keys(shape.cast), ...Object.keys(shape.mask)];
  for (const name of named) requireField(schema, name, 'field.missing');
  const masked = (name: string): 'hash' | 'drop' | undefined => own(shape.mask, name);
  const names = shape.select ?? schema.fields.map((field) => field.name);
  const columns = names.flatMap((name): readonly Column[] => {
    requireField(schema, name, 'field.missing');
    const mask = masked(name);
    if (mask === 'drop') return [];
    const cast = own(shape.cast, name);
    const as = own(shape.rename, name) ?? name;
    return [{ from: name, as, ...(cast && { cast }), ...(mask && { mask }) }];
  });
  const seen = new Set<string>();
  for (const { as } of columns) {
    if (seen.has(as)) throw new HeadgateError('usage.collision', `two fields would become the column ${JSON.stringify(as)}`);
    seen.add(as);
  }
  return columns;
}

/**
 * Each column with its type at the destination: the existing column's, the source's own type where both sides are the
 * same system, or the destination's type for the logical one.
 */
export function mapColumns(
  schema: Schema,
  columns: readonly Column[],
  table: TableInfo | undefined,
  destination: DestinationTypes,
  { parses, keepsTypes, evolution }: { readonly parses: boolean; readonly keepsTypes: boolean; readonly evolution: Evolution },
): readonly Mapping[] {
  /** Such a source checks what a column holds; a cast that is left to the loader is checked by nobody. */
  const exactly = (target: Field, { loose, native }: Field, { cast, mask }: Column): Field =>
    keepsTypes && native?.portable && !loose && !cast && !mask ? { ...target, exact: true } : target;
  return columns.map((column): Mapping => {
    const source = requireField(schema, column.from, 'field.missing');
    const type = arriving(source, column);
    const existing = table?.schema.fields.find((field) => field.name === column.as);
    const native = column.cast || column.mask ? undefined : source.native;
    if (existing) {
      // A file's types are guesses about text: the column's type reads it, and a value that does not fit is an error by itself.
      if (parses && !column.cast && !column.mask) return { column, source, target: existing };
      const incoming: Field = { name: source.name, type, nullable: source.nullable, ...(native && { native }) };
      if (sameNative(existing, incoming) || holds(existing.type, type))
        return { column, source, target: exactly(existing, source, column) };
      const wider = evolution === 'evolve' ? join(existing.type, type) : undefined;
      const own = wider && destination.types(wider);
      if (wider === undefined || own === undefined) throw tooNarrow(existing, incoming, column);
      return { column, source, target: columnOf(existing.name, wider, destination, own), widens: true };
    }
    const same = native?.system === destination.connector && native.portable ? native.type : undefined;
    const own = same ?? sizedText(source, column, destination) ?? destination.types(type);
    if (own === undefined) {
      throw new HeadgateError('type.unsupported', `field ${column.from}: the destination has no type for ${typeName(type)}`);
    }
    return { column, source, target: exactly(columnOf(column.as, type, destination, own), source, column) };
  });
}

/** The type of a text whose length somebody has said. */
function sizedText({ type, characters }: Field, { cast, mask }: Column, destination: DestinationTypes): string | undefined {
  return characters === undefined || type.kind !== 'text' || cast || mask ? undefined : destination.texts?.(characters);
}

/** What arrives of a field: a digest is text whatever it was made of. */
export const arriving = (source: Field, { cast, mask }: Column): LogicalType => (mask ? { kind: 'text' } : (cast ?? source.type));

const columnOf = (name: string, type: LogicalType, { connector }: DestinationTypes, native: string): Field => ({
  name,
  type,
  nullable: true,
  native: { system: connector, type: native, portable: true },
});

/** An existing column must hold every value that may come, or the flow stops before it reads. */
function tooNarrow(existing: Field, incoming: Field, column: Column): HeadgateError {
  const types = `${typeName(incoming.type)} into ${typeName(existing.type)}`;
  return new HeadgateError('schema.incompatible', `column ${column.as}: cannot put ${types} without losing values`, {
    hint: `convert it with --cast ${column.from}=${typeName(existing.type)}, leave it out with --select, or change the column`,
  });
}

export function sameNative(a: Field, b: Field): boolean {
  return (
    a.native !== undefined && b.native !== undefined && a.native.system === b.native.system && a.native.type === b.native.type
  );
}

/** What an existing table lacks: added by the publish. Throws where the table needs what does not arrive, or is frozen. */
export function missingColumns(
  table: TableRef,
  info: TableInfo,
  mappings: readonly Mapping[],
  evolution: Evolution,
): readonly Field[] {
  const arrive = new Set(mappings.map(({ target }) => target.name));
  const unfilled = info.required.filter((name) => !arrive.has(name));
  if (unfilled.length > 0) {
    throw new HeadgateError(
      'schema.incompatible',
      `table ${refName(table)} needs a value for ${unfilled.join(', ')}, which the stream does not have`,
    );
  }
  const known = new Set(info.schema.fields.map((field) => field.name));
  const add = mappings.filter(({ target }) => !known.has(target.name)).map(({ target }) => target);
  if (add.length > 0 && evolution === 'freeze') {
    const names = add.map((field) => field.name).join(', ');
    throw new HeadgateError('schema.incompatible', `table ${refName(table)} has no column ${names}, and its columns are frozen`, {
      hint: 'leave the field out with --select, let it come with --on-schema-change evolve, or leave it out with discard',
    });
  }
  return add;
}

/** The source's own key, if all of it arrives. */
export function streamKey(schema: Schema, mappings: readonly Mapping[]): readonly string[] | undefined {
  const names = schema.key?.map((name) => mappings.find(({ source }) => source.name === name)?.target.name);
  return names?.every((name) => name !== undefined) ? names : undefined;
}
