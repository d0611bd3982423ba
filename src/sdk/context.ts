/** What a connector may use of the process that it runs in. */
export interface Context {
  /** Aborted when the run is cancelled: every wait must end soon after. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** A directory for this run's own temporary files; removed with the run. */
  readonly scratch: string;
  readonly net: Net;
  readonly files: Files;
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

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Where this process may connect to. Every connection asks here first, and goes to one of the addresses of the answer. */
export interface Net {
  /** Does the process act for the person who started it? Then the machine's sockets, key files and agents are theirs to use. */
  readonly personal: boolean;
  /** Resolves a host once. `redirect`: a server named it. Throws `connect.forbidden`, and the resolver's own errors. */
  addresses(host: string, by?: 'settings' | 'redirect'): Promise<readonly Address[]>;
  /** For a host that another machine will resolve. Throws `connect.forbidden` for an address that no tunnel may lead to. */
  behind(host: string): void;
}

/** Which files of this machine a connector may touch for the person who named them. */
export interface Files {
  /** A path that leads to the file that is there now, until the context ends. Throws `file.forbidden`, `file.missing`, `access.denied`. */
  open(path: string): Promise<string>;
  /** The absolute path of what is, or will be, written there. Throws `file.forbidden`, `access.denied`. */
  place(path: string): Promise<string>;
}
