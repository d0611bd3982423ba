/** What the conformance suite asks of a connector's test: places to work in, and what the connector is excused from. */
import type { ErrorCode } from '../../src/domain/codes.ts';
import type { StreamRef, TableRef } from '../../src/domain/schema.ts';
import type { LogicalType } from '../../src/domain/types.ts';
import type { Connection, Context, Staged } from '../../src/sdk/index.ts';

/** A value in wire text; null = NULL. */
export type Cell = string | null;
export type Row = readonly Cell[];

export interface Table extends TableRef {
  readonly fields: readonly { readonly name: string; readonly type: LogicalType }[];
  readonly key?: readonly string[];
  readonly rows: readonly Row[];
}

/** A stream that the kit has made, and the connection that reads it. */
export interface Origin {
  readonly connection: Connection;
  readonly stream: StreamRef;
}

/** A fresh, empty database or directory, looked at by other means than the connector's. Disposing it removes it. */
export interface Place extends AsyncDisposable {
  /** Reads and writes here. */
  readonly connection: Connection;
  /** Makes a table with these rows, as people would who do not know us. */
  create(table: Table): Promise<Origin>;
  drop(table: TableRef): Promise<void>;
  insert(table: TableRef, fields: Table['fields'], rows: readonly Row[]): Promise<void>;
  /** The rows with the named columns as wire text, in any order; undefined = there is no such table. */
  rows(table: TableRef, fields: Table['fields']): Promise<readonly Row[] | undefined>;
  /** Names of everything that exists here, ours included: tables of a database, files of a directory. */
  inventory(): Promise<readonly string[]>;
  /** Sessions and files that this process holds open here. */
  handles(): Promise<number>;
  /** Takes away what a writer staged, as a crash of an unlogged table would. */
  lose?(staged: Staged): Promise<void>;
  /** Makes the ledger say that a later version of Headgate wrote it. */
  renewLedger?(): Promise<void>;
}

export interface Kit {
  /** Of the connector, or of one of its forms: `file (csv)`. */
  readonly name: string;
  place(): Promise<Place>;
  /** Can a table of this system have a column of this type, told apart from text? */
  holds(type: LogicalType): boolean;
  /** Settings that cannot work, and the code that says so. */
  readonly broken: readonly { readonly what: string; readonly connection: Connection; readonly code: ErrorCode }[];
  /** Name of a guarantee → why this connector does not give it. One that passes after all is a failure. */
  readonly waivers: Readonly<Record<string, string>>;
}

/** What a guarantee is tried with. */
export interface Trial {
  readonly kit: Kit;
  readonly place: Place;
  readonly context: Context;
  /** A context of its own, for what is to be aborted. */
  cancellable(): Promise<{ readonly context: Context; abort(): void }>;
}

export interface Facts {
  readonly source: Connection['source'];
  readonly destination: Connection['destination'];
  readonly place: Place;
  holds(type: LogicalType): boolean;
}

/** One promise that every connector which it applies to must keep. */
export interface Guarantee {
  readonly name: string;
  readonly needs: 'source' | 'destination';
  /** Absent = to all that have the side. */
  applies?(facts: Facts): boolean;
  run(trial: Trial): Promise<void>;
}
