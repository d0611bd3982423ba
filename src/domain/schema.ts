import type { LogicalType } from './types.ts';

/**
 * A column's type in the words of the system that holds it. `portable` is false where another server of the same
 * system may not know the type (enums, domains, extension types).
 */
export interface NativeType {
  readonly system: string;
  /** Name with its modifier, as DDL takes it: `numeric(12,2)`. */
  readonly type: string;
  readonly portable: boolean;
}

export interface Field {
  readonly name: string;
  readonly type: LogicalType;
  readonly nullable: boolean;
  readonly native?: NativeType;
  /** Somebody has said that a new column takes texts of at most so many characters. */
  readonly characters?: number;
  /** The system also has values that the type's wire text has no form for (days that do not exist): their text is sent as it is. */
  readonly loose?: boolean;
  /** The type is that of a sample of the values: whoever reads them all stops with `value.invalid` at one that would make it another. */
  readonly guessed?: boolean;
  /** Of a column that is written: every value comes from a column whose type this one holds, as its source makes sure of: no text can be rounded. */
  readonly exact?: boolean;
}

export interface Schema {
  readonly fields: readonly Field[];
  /** The columns that identify a row, where the system guarantees it (primary key). */
  readonly key?: readonly string[];
}

/** One readable thing: a table or view, a query with a name, or a file (its path is the name). */
export interface StreamRef {
  readonly namespace?: string;
  readonly name: string;
  readonly query?: string;
}

export interface TableRef {
  readonly namespace?: string;
  readonly name: string;
}

export interface StreamInfo {
  readonly stream: StreamRef;
  readonly kind: 'table' | 'view' | 'file' | 'query';
  readonly schema: Schema;
  /** Fields that an incremental read could follow, best first. */
  readonly cursors: readonly string[];
  readonly estimatedRows?: number;
  readonly estimatedBytes?: number;
  /** Bytes of the longest value of each field that is text, where somebody asked for them. */
  readonly longest?: readonly number[];
  /** Changes with the content, where the source can tell without reading (a file's size and time). */
  readonly revision?: string;
  /** A file whose bytes, but for header and line ends, are a `csv` document of docs/wire.md as they are. */
  readonly wire?: boolean;
  /** Why its records must be looked at on the way, whatever else the flow asks for. */
  readonly judged?: string;
  /** What was found out about a file and how, for people: its encoding, names that were made unique, dates nobody can tell. */
  readonly notes?: readonly string[];
  /** A file of which only the beginning was looked at: whoever reads it must notice where the rest is not like that. */
  readonly guessed?: boolean;
  /** Fields of a spreadsheet with a cell that may show something else than it holds. */
  readonly shows?: readonly string[];
}

/** A table at a destination as it stands: null-safe facts that the planner decides by. */
export interface TableInfo {
  readonly schema: Schema;
  /** Every set of columns that a unique index or constraint covers. */
  readonly unique: readonly (readonly string[])[];
  /** Columns that a new row must name: not null and without default. */
  readonly required: readonly string[];
  readonly estimatedRows?: number;
}

export function refName(ref: TableRef): string {
  return ref.namespace === undefined ? ref.name : `${ref.namespace}.${ref.name}`;
}
