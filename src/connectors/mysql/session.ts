import type { Connection, ConnectionOptions, FieldPacket, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { setMaxListeners } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { HeadgateError } from '../../domain/error.ts';
import { quoteText } from '../_sql/names.ts';
import { identity, type Config } from './config.ts';
import { connectError, mysqlError } from './errors.ts';

export type Row = Readonly<Record<string, string | null>>;

export interface SessionOptions {
  readonly signal: AbortSignal;
  /** A source's session cannot write, whatever statement it is given. */
  readonly readOnly: boolean;
  /** May this session load a stream? Only then does it tell the server that it can send a file. */
  readonly loads?: boolean;
}

/** What a statement that answers no rows did. `warnings` counts notes as well: they are how the server says that it rounded. */
export interface Outcome {
  readonly changed: number;
  readonly warnings: number;
}

/**
 * `"name"` is a name and `'it''s'` a text, as in every other SQL database, and a value that does not fit is an error.
 * NO_ZERO_DATE is left out: zero dates are values that MySQL has, and they are kept from MySQL to MySQL.
 */
const sqlMode =
  'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,ERROR_FOR_DIVISION_BY_ZERO';

/** Nothing may depend on how the server is configured. A copy takes as long as it takes; a lock that we wait for does not. */
const settings: readonly string[] = [
  `sql_mode = '${sqlMode}'`,
  `time_zone = '+00:00'`,
  'sql_notes = 1',
  'autocommit = 1',
  'lock_wait_timeout = 30',
  'innodb_lock_wait_timeout = 30',
  'net_read_timeout = 86400',
  'net_write_timeout = 86400',
  'wait_timeout = 86400',
  'group_concat_max_len = 1048576',
];

const cancelWait = 1500;

/** One connection. All values are text; a failure is a HeadgateError that says what we were `doing`. */
export class Session implements AsyncDisposable {
  readonly mariadb: boolean;
  readonly #connection: Connection;
  readonly #config: Config;
  readonly #signal: AbortSignal;
  readonly #abort = (): void => void this.cancel();
  #cancelled = false;
  #ended = false;

  private constructor(connection: Connection, mariadb: boolean, config: Config, signal: AbortSignal) {
    this.#connection = connection;
    this.mariadb = mariadb;
    this.#config = config;
    this.#signal = signal;
    // A socket that breaks while idle says so here; the next statement's own error is the one that counts.
    connection.on('error', () => (this.#ended = true));
    connection.on('end', () => (this.#ended = true));
    setMaxListeners(0, signal);
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  static async open(config: Config, options: SessionOptions): Promise<Session> {
    const doing = `connecting to ${identity(config)}`;
    if (options.signal.aborted) throw new HeadgateError('run.cancelled', `${doing}: the run was cancelled`);
    let connection: Connection | undefined;
    try {
      connection = await connect(config, options.loads ?? false);
      const [rows] = await connection.query<RowDataPacket[]>({ sql: 'select version() as version', ...noFile(doing) });
      const mariadb = Array.isArray(rows) && /mariadb/i.test(String(rows[0]?.['version']));
      const session = new Session(connection, mariadb, config, options.signal);
      const unlimited = mariadb ? 'max_statement_time = 0' : 'max_execution_time = 0';
      await session.rows(`set names utf8mb4 collate utf8mb4_bin`, doing);
      await session.rows(`set session ${[...settings, unlimited].join(', ')}`, doing);
      if (options.readOnly) await session.rows('set session transaction read only', doing);
      return session;
    } catch (error) {
      connection?.destroy();
      throw connectError(error, doing);
    }
  }

  get alive(): boolean {
    return !this.#ended && !this.#cancelled;
  }

  get database(): string {
    return this.#config.database;
  }

  /** The statement's columns and its rows; neither for one that answers none. */
  async query(sql: string, doing: string): Promise<{ readonly rows: readonly Row[]; readonly fields: readonly FieldPacket[] }> {
    try {
      const [rows, fields] = await this.#connection.query<RowDataPacket[][]>({
        sql,
        ...noFile(doing),
        rowsAsArray: true,
        typeCast: (field) => field.string(),
      });
      const names = Array.isArray(fields) ? fields.map(({ name }) => name) : [];
      // By `rowsAsArray` and `typeCast`; a statement without rows answers an object.
      const values = Array.isArray(rows) ? (rows as unknown as (string | null)[][]) : [];
      return {
        rows: values.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]))),
        fields: fields ?? [],
      };
    } catch (error) {
      throw this.#broken(error, doing);
    }
  }

  async rows(sql: string, doing: string): Promise<readonly Row[]> {
    return (await this.query(sql, doing)).rows;
  }

  /** The first row of a statement that has one. */
  async row(sql: string, doing: string): Promise<Row> {
    const [row] = await this.rows(sql, doing);
    if (!row) throw new HeadgateError('internal.unexpected', `${doing}: the server answered no row`);
    return row;
  }

  /** How many rows the statement changed. */
  async run(sql: string, doing: string): Promise<Outcome> {
    return this.#change({ sql, ...noFile(doing) }, doing);
  }

  /** LOAD DATA LOCAL from a stream of ours: the server may ask for `name` and for nothing else. */
  async load(sql: string, name: string, stream: Readable, doing: string): Promise<Outcome> {
    const infileStreamFactory = (asked: string): Duplex => {
      if (asked !== name) return refuseFile(doing);
      return stream as Duplex; // the driver only reads from it
    };
    return this.#change({ sql, infileStreamFactory }, doing);
  }

  async #change(options: { sql: string; infileStreamFactory?: (path: string) => Duplex }, doing: string): Promise<Outcome> {
    try {
      const [result] = await this.#connection.query<ResultSetHeader>(options);
      return { changed: result.affectedRows, warnings: result.warningStatus };
    } catch (error) {
      throw this.#broken(error, doing);
    }
  }

  /** What the driver calls fatal leaves a connection that nobody can use. */
  #broken(error: unknown, doing: string): HeadgateError {
    if (error instanceof Error && 'fatal' in error && error.fatal === true) this.destroy();
    return this.explain(error, doing);
  }

  /** The socket under the driver, and the way to have it for ourselves while the driver is idle. */
  takeOver(read: (chunk: Buffer) => void, failed: (error: unknown) => void): { readonly stream: Duplex; release(): void } {
    const { stream } = (this.#connection as unknown as { connection: { stream: Duplex } }).connection;
    const listeners = stream.listeners('data') as ((chunk: Buffer) => void)[]; // no encoding is set, so events carry bytes
    const closed = (): void => failed(Object.assign(new Error('the socket closed'), { code: 'ECONNRESET' }));
    for (const listener of listeners) stream.off('data', listener);
    stream.on('data', read).on('error', failed).on('close', closed);
    return {
      stream,
      release: () => {
        stream.off('data', read).off('error', failed).off('close', closed);
        for (const listener of listeners) stream.on('data', listener);
      },
    };
  }

  /** A failure of this session as ours. After a cancel that is the reason, whatever the driver says. */
  explain(error: unknown, doing: string): HeadgateError {
    if (this.#signal.aborted) return new HeadgateError('run.cancelled', `${doing}: the run was cancelled`, { cause: error });
    return mysqlError(error, doing);
  }

  /** Stops the running statement at the server, over a connection of its own, then ends this one. */
  async cancel(): Promise<void> {
    if (this.#ended || this.#cancelled) return;
    this.#cancelled = true;
    const killed = kill(this.#config, this.#connection.threadId).catch(() => undefined);
    await Promise.race([killed, new Promise((resolve) => setTimeout(resolve, cancelWait).unref())]);
    this.destroy();
  }

  /** Ends the socket at once; the server rolls back. */
  destroy(): void {
    this.#ended = true;
    this.#signal.removeEventListener('abort', this.#abort);
    this.#connection.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    if (this.#ended || this.#cancelled) return this.destroy();
    this.#ended = true;
    await this.#connection.end().catch(() => undefined);
  }
}

/** Thrown inside the driver, which then drops the connection: nothing is sent. */
function refuseFile(doing: string): never {
  throw new HeadgateError('connect.refused', `${doing}: the server asked for a file, which it was not offered`, {
    hint: 'a server that does this is not to be trusted: check where the location leads',
  });
}

/** A server may ask for any file of the client's at any time: no statement but our own LOAD DATA is answered with one. */
const noFile = (doing: string): { readonly infileStreamFactory: () => Duplex } => ({
  infileStreamFactory: () => refuseFile(doing),
});

async function kill(config: Config, thread: number): Promise<void> {
  const connection = await connect({ ...config, connect_timeout: 1 }, false);
  try {
    await connection.query(`kill query ${Number(thread)}`);
  } finally {
    connection.destroy();
  }
}

async function connect(config: Config, loads: boolean): Promise<Connection> {
  const { createConnection } = await import('mysql2/promise');
  const attempt = async (ssl: ConnectionOptions['ssl']): Promise<Connection> => {
    const connection = await createConnection({
      host: config.host,
      port: config.port,
      database: config.database,
      user: config.user,
      password: config.password ?? '',
      charset: 'utf8mb4_bin',
      connectTimeout: config.connect_timeout * 1000,
      enableKeepAlive: true,
      keepAliveInitialDelay: 30_000,
      multipleStatements: false,
      // The driver would write and compile a parser for each result.
      disableEval: true,
      // FOUND_ROWS would count rows that an update left as they were.
      flags: ['-FOUND_ROWS', loads ? '+LOCAL_FILES' : '-LOCAL_FILES'],
      ...(ssl !== undefined && { ssl }),
    });
    connection.on('error', () => undefined);
    return connection;
  };
  if (config.sslmode === 'disable') return attempt(undefined);
  if (config.sslmode === 'verify-full') return attempt({ rejectUnauthorized: true, verifyIdentity: true });
  if (config.sslmode === 'verify-ca') return attempt({ rejectUnauthorized: true });
  try {
    return await attempt({ rejectUnauthorized: false });
  } catch (error) {
    const plain = error instanceof Error && 'code' in error && error.code === 'HANDSHAKE_NO_SSL_SUPPORT';
    if (config.sslmode !== 'prefer' || !plain) throw error;
    return attempt(undefined);
  }
}

/** A list of texts for `in (…)`. */
export const textList = (texts: readonly string[]): string => texts.map(quoteText).join(', ');
