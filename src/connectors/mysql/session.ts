import type { FieldPacket, ResultSetHeader, RowDataPacket } from 'mysql2/promise';
import { setMaxListeners } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { HeadgateError } from '../../domain/error.ts';
import type { Net } from '../../sdk/index.ts';
import { untilAborted } from '../_net/dial.ts';
import { quoteText } from '../_sql/names.ts';
import { milliseconds } from '../_sql/time-limit.ts';
import { identity, type Config } from './config.ts';
import { explainConnect, killQuery, openWire, type Wire } from './connect.ts';
import { mysqlError } from './errors.ts';
import { serverOf, type Server } from './server.ts';

export type Row = Readonly<Record<string, string | null>>;

export interface SessionOptions {
  readonly signal: AbortSignal;
  readonly net: Net;
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
  readonly server: Server;
  readonly #wire: Wire;
  readonly #config: Config;
  readonly #signal: AbortSignal;
  readonly #net: Net;
  readonly #abort = (): void => void this.cancel();
  #cancelling: Promise<void> | undefined;
  #ended = false;

  private constructor(wire: Wire, server: Server, config: Config, { net, signal }: SessionOptions) {
    this.#wire = wire;
    this.server = server;
    this.#config = config;
    this.#signal = signal;
    this.#net = net;
    // A socket that breaks while idle says so here; the next statement's own error is the one that counts.
    wire.connection.on('error', () => (this.#ended = true));
    wire.connection.on('end', () => (this.#ended = true));
    setMaxListeners(0, signal);
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  static async open(config: Config, options: SessionOptions): Promise<Session> {
    const doing = `connecting to ${identity(config)}`;
    if (options.signal.aborted) throw new HeadgateError('run.cancelled', `${doing}: the run was cancelled`);
    let wire: Wire | undefined;
    try {
      wire = await openWire(config, options.loads ?? false, options.net, options.signal);
      const asked = wire.connection.query<RowDataPacket[]>({ sql: 'select version() as version', ...noFile(doing) });
      const [rows] = await untilAborted(asked, options.signal);
      const version = Array.isArray(rows) ? String(rows[0]?.['version']) : ''; // a rogue server answers no rows
      const session = new Session(wire, serverOf(version), config, options);
      await session.rows(`set names utf8mb4 collate utf8mb4_bin`, doing);
      const limit = session.server.timeLimit(options.readOnly ? milliseconds(config.statement_timeout) : 0);
      await session.rows(`set session ${[...settings, limit].join(', ')}`, doing);
      // Whatever the server's default is: a lower level would take the snapshot from a read and the fence from a publish.
      const access = options.readOnly ? ', read only' : '';
      await session.rows(`set session transaction isolation level repeatable read${access}`, doing);
      return session;
    } catch (error) {
      wire?.destroy();
      if (options.signal.aborted) throw new HeadgateError('run.cancelled', `${doing}: the run was cancelled`);
      throw await explainConnect(error, config, doing);
    }
  }

  get alive(): boolean {
    return !this.#ended && this.#cancelling === undefined;
  }

  get database(): string {
    return this.#config.database;
  }

  /** The statement's columns and its rows; neither for one that answers none. */
  async query(sql: string, doing: string): Promise<{ readonly rows: readonly Row[]; readonly fields: readonly FieldPacket[] }> {
    try {
      const [rows, fields] = await this.#wire.connection.query<RowDataPacket[][]>({
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
      const [result] = await this.#wire.connection.query<ResultSetHeader>(options);
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
    const { stream } = (this.#wire.connection as unknown as { connection: { stream: Duplex } }).connection;
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

  /**
   * Stops the running statement at the server, over a connection of its own, then ends this one. Whoever asks again waits for
   * the first: a process that ends before has told the server nothing.
   */
  async cancel(): Promise<void> {
    if (!this.#ended) this.#cancelling ??= this.#stop();
    await this.#cancelling;
  }

  async #stop(): Promise<void> {
    const wait = AbortSignal.timeout(cancelWait);
    await killQuery(this.#config, this.#wire.connection.threadId, this.#net, wait).catch(() => undefined);
    this.destroy();
  }

  /** Ends the socket at once; the server rolls back. */
  destroy(): void {
    this.#ended = true;
    this.#signal.removeEventListener('abort', this.#abort);
    this.#wire.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    await this.#cancelling;
    if (this.#ended) return this.destroy();
    this.#ended = true;
    await this.#wire.connection.end().catch(() => undefined);
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

/** A list of texts for `in (…)`. */
export const textList = (texts: readonly string[]): string => texts.map(quoteText).join(', ');
