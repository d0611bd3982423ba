/** What a connector may use of the process that it runs in. */
export interface Context {
  /** Aborted when the run is cancelled: every wait must end soon after. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** A directory for this run's own temporary files; removed with the run. */
  readonly scratch: string;
  /** Opens a DuckDB database: a file, or one in memory that spills into `scratch`. One process, one instance per file. */
  duck(options?: DuckOptions): Promise<Duck>;
  /** A named boundary of the commit protocol, where the kill harness may end the process. */
  failpoint(name: string): Promise<void>;
}

export interface DuckOptions {
  /** Absent = in memory. */
  readonly path?: string;
  readonly readOnly?: boolean;
  /** For statements that users wrote: no files, no extensions, configuration locked. */
  readonly locked?: boolean;
}

/** One connection to a DuckDB database. Values cross as text. Statements run one after the other. */
export interface Duck extends AsyncDisposable {
  /** Runs statements; resolves to the number of rows that the last one changed. */
  run(sql: string): Promise<number>;
  /** All rows of a small result, each value as text, NULL as null. */
  rows(sql: string): Promise<readonly (readonly (string | null)[])[]>;
  /** A result of any size, in batches. */
  stream(sql: string): Promise<DuckResult>;
}

export interface DuckResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly batches: AsyncIterable<readonly (readonly (string | null)[])[]>;
}

/** Messages carry no row values, secrets or SQL text. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
  warn(message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
}
