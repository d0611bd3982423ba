import { once, setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { Client, QueryConfig, Submittable } from 'pg';
import { HeadgateError } from '../../domain/error.ts';
import type { Net } from '../../sdk/index.ts';
import type { Config } from './config.ts';
import { pgError, sqlState } from './errors.ts';
import { explainConnect, openSocket } from './socket.ts';

export type Row = Readonly<Record<string, string | null>>;

export interface SessionOptions {
  readonly signal: AbortSignal;
  readonly net: Net;
  /** A source's session: one statement per text. */
  readonly readOnly: boolean;
}

export interface Login extends SessionOptions {
  readonly config: Config;
  /** Where it leads, for messages. */
  readonly place: string;
}

/** Milliseconds. */
const cancelWait = 1000;

/** One connection. All values are text; a failure is a HeadgateError that says what we were `doing`. */
export class WireSession implements AsyncDisposable {
  readonly #client: Client;
  protected readonly config: Config;
  readonly #signal: AbortSignal;
  readonly #net: Net;
  /** One statement per text: a filter that closes our brackets cannot bring along a statement of its own. */
  readonly #single: boolean;
  readonly #abort = (): void => void this.cancel();
  #cancelling: Promise<void> | undefined;
  #ended = false;

  protected constructor(client: Client, { config, signal, net, readOnly }: Login) {
    this.#client = client;
    this.config = config;
    this.#signal = signal;
    this.#net = net;
    this.#single = readOnly;
    // A socket that breaks while idle also says so here; the next statement's own error is the one that counts.
    client.on('error', () => (this.#ended = true));
    client.on('end', () => (this.#ended = true));
    // One per session: many sessions of one run are no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', this.#abort, { once: true });
  }

  /** A session that `prepare` has brought into the state in which all of this system's sessions are. */
  protected static async login<S extends WireSession>(
    login: Login,
    make: (client: Client) => S,
    prepare: (session: S, doing: string) => Promise<unknown>,
  ): Promise<S> {
    const { config, place, signal } = login;
    const doing = `connecting to ${place}`;
    const cancelled = (): HeadgateError => new HeadgateError('run.cancelled', `${doing}: the run was cancelled`);
    if (signal.aborted) throw cancelled();
    try {
      const session = make(await connectClient(login));
      await prepare(session, doing);
      return session;
    } catch (error) {
      if (signal.aborted) throw cancelled();
      throw await explainConnect(error, config, doing);
    }
  }

  get alive(): boolean {
    return !this.#ended && !this.cancelled;
  }

  get cancelled(): boolean {
    return this.#cancelling !== undefined;
  }

  /** Rows of one statement. Several (no parameters, not in a read-only session) give the rows of the last. */
  async rows(sql: string, doing: string, parameters?: readonly (string | null)[]): Promise<readonly Row[]> {
    const result = await this.#run(sql, doing, parameters);
    return result.rows;
  }

  /** The first row of a statement that has one. */
  async row(sql: string, doing: string, parameters?: readonly (string | null)[]): Promise<Row> {
    const [row] = await this.rows(sql, doing, parameters);
    if (!row) throw new HeadgateError('internal.unexpected', `${doing}: the server answered no row`);
    return row;
  }

  /** How many rows the statement changed. */
  async run(sql: string, doing: string, parameters?: readonly (string | null)[]): Promise<number> {
    return (await this.#run(sql, doing, parameters)).count;
  }

  /** Runs one statement and answers its columns. Refuses several in one text, which the simple protocol would all run. */
  async describe(sql: string, doing: string): Promise<readonly { name: string; oid: string; modifier: string }[]> {
    try {
      const { fields } = await this.#client.query(singleStatement(sql));
      return fields.map((field) => ({
        name: field.name,
        oid: String(field.dataTypeID),
        modifier: String(field.dataTypeModifier),
      }));
    } catch (error) {
      throw this.explain(error, doing);
    }
  }

  async #run(sql: string, doing: string, parameters?: readonly (string | null)[]): Promise<{ rows: Row[]; count: number }> {
    try {
      // With parameters or not, the driver's own conversions are off: every value is the server's text.
      const query = this.#single ? singleStatement(sql) : sql;
      const answer = await this.#client.query<Record<string, string | null>>(query, parameters && [...parameters]);
      const result = Array.isArray(answer) ? (answer as (typeof answer)[]).at(-1) : answer; // several statements give an array
      return { rows: result?.rows ?? [], count: result?.rowCount ?? 0 };
    } catch (error) {
      throw this.explain(error, doing);
    }
  }

  /** Hands a COPY stream to the connection; its own events tell how it went. */
  submit<T extends Submittable>(query: T): T {
    return this.#client.query(query);
  }

  /** Bytes that were handed to the connection and that the system has not taken yet. */
  get unsent(): number {
    return this.#client.connection.stream.writableLength;
  }

  /** Resolves when there are none any more, or the connection is gone. */
  async sent(): Promise<void> {
    const { stream } = this.#client.connection;
    await new Promise<void>((done) => stream.write('', () => done()));
  }

  /** A failure of this session as ours. After a cancel that is the reason, whatever the driver says. */
  explain(error: unknown, doing: string): HeadgateError {
    if (this.#signal.aborted) return new HeadgateError('run.cancelled', `${doing}: the run was cancelled`, { cause: error });
    if (this.#single && sqlState(error) === '57014') {
      const says = 'the server ended the statement: it took longer than allowed, or somebody cancelled it';
      const hint = 'run the same command again, with a longer statement_timeout in the location where there is one';
      return new HeadgateError('read.incomplete', `${doing}: ${says} [57014]`, { cause: error, hint });
    }
    return pgError(error, doing);
  }

  /**
   * Stops the running statement at the server, then ends the connection; the session is of no use afterwards. Whoever asks
   * again waits for the first: a process that ends before has told the server nothing.
   */
  async cancel(): Promise<void> {
    if (!this.#ended) this.#cancelling ??= this.#stop();
    await this.#cancelling;
  }

  async #stop(): Promise<void> {
    await requestCancel(this.config, this.#net, this.#client).catch(() => undefined);
    this.destroy();
  }

  /** Ends the socket at once; the server rolls back. */
  destroy(): void {
    this.#ended = true;
    this.#signal.removeEventListener('abort', this.#abort);
    // The driver's public `end` waits for the running statement; its socket is what must go.
    const { connection } = this.#client as unknown as { connection: { stream: { destroy(): void } } };
    connection.stream.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#abort);
    await this.#cancelling;
    if (this.#ended) return this.destroy();
    this.#ended = true;
    await this.#client.end().catch(() => undefined);
  }
}

/** The types of the driver do not know the switch that makes it use the protocol with one statement per text. */
function singleStatement(text: string): QueryConfig & { queryMode: 'extended' } {
  return { text, queryMode: 'extended' };
}

async function connectClient({ config, net, signal }: Login): Promise<Client> {
  const { default: pg } = await import('pg');
  const patience = config.connect_timeout * 1000;
  const socket = await openSocket(config, net, AbortSignal.any([signal, AbortSignal.timeout(patience)]));
  const client = new pg.Client({
    host: config.host,
    port: config.port,
    database: config.database,
    user: config.user,
    // A function, so that the driver looks neither at the process's environment nor at password files.
    password: () => config.password ?? '',
    stream: () => handOver(socket),
    ssl: false,
    application_name: config.application_name,
    connectionTimeoutMillis: patience,
    types: { getTypeParser: () => (value: string) => value },
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The driver connects its stream by itself; this one has been, so all that is left is to say so. */
function handOver(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
}

/**
 * PostgreSQL's cancel request: a connection of its own, made in the same way and encrypted alike, that carries the process
 * id and its key and gets no answer.
 */
async function requestCancel(config: Config, net: Net, client: Client): Promise<void> {
  const { processID, secretKey } = client as unknown as { processID: number | null; secretKey: number | null };
  if (processID === null || secretKey === null) return;
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(80877102, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  const signal = AbortSignal.timeout(cancelWait);
  const socket = await openSocket(config, net, signal);
  socket.end(message);
  socket.resume();
  await once(socket, 'close', { signal }).finally(() => socket.destroy());
}
