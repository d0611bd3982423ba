/** A statement whose rows are taken off the socket as bytes: the driver's parser would make an object and an event of every row. */
import type { Connection, Submittable } from 'pg';
import { giveBack } from '../../domain/give-back.ts';
import type { WireSession } from './session.ts';

export interface Unframed {
  /** What the rows became, in order. */
  readonly data: Buffer;
  /** Copies of all other messages, for the driver's own parser. */
  readonly others: readonly Buffer[];
  /** The rows are over: what comes from now on is all for the driver. */
  readonly ended: boolean;
}

/** Takes rows out of what the server sends. */
export interface Frames {
  /** May overwrite the chunk, and make data of it. */
  take(chunk: Buffer): Unframed;
}

export interface Streamed {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** As the server counted them; known when the chunks have ended. */
  rows(): number;
}

/** Chunks that may wait: two socket reads ahead of the destination keep both ends busy. */
const ahead = 2;

interface Waiting {
  readonly data: Buffer;
  /** What the socket gave. */
  readonly chunk: Buffer;
}

/** The statement as the driver's client runs it, reading the socket itself until the data is over. */
class StreamedQuery implements Submittable {
  rows = 0;
  readonly #sql: string;
  readonly #frames: Frames;
  readonly #waiting: Waiting[] = [];
  #socket: Connection['stream'] | undefined;
  #release = (): void => undefined;
  #wake = (): void => undefined;
  #done = false;
  #failure: unknown;

  constructor(sql: string, frames: Frames) {
    this.#sql = sql;
    this.#frames = frames;
  }

  submit(connection: Connection): void {
    const socket = connection.stream;
    const [driver] = socket.listeners('data') as ((bytes: Buffer) => void)[]; // no encoding is set, so events carry bytes
    if (!driver) throw new Error('the connection has no reader');
    const read = (chunk: Buffer): void => {
      const { data, others, ended } = this.#frames.take(chunk);
      if (data.length > 0) this.#waiting.push({ data, chunk });
      if (ended) this.#release();
      for (const bytes of others) driver(bytes);
      if (!ended && this.#waiting.length >= ahead) socket.pause();
      this.#wake();
    };
    this.#release = () => {
      socket.off('data', read);
      if (!socket.listeners('data').includes(driver)) socket.on('data', driver);
    };
    this.#socket = socket;
    socket.off('data', driver);
    socket.on('data', read);
    // The protocol with one statement per text, for the same reason as in all of a source's sessions.
    connection.parse({ name: '', text: this.#sql, types: [] }, true);
    connection.bind({ portal: '', statement: '', values: [] }, true);
    connection.execute({ portal: '' }, true);
    connection.sync();
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.rows = Number(/^(?:COPY|FETCH) (\d+)$/.exec(text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.#done = true;
    this.#wake();
  }

  handleError(error: unknown): void {
    this.#failure = error;
    this.#release();
    this.#wake();
  }

  /** Ends when the server has said that the statement is done. */
  async *chunks(session: WireSession, doing: string): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      session.submit(this);
      for (;;) {
        // A cancelled session may have the rest of the rows already; it is not to be taken for a whole read.
        if (session.cancelled) throw session.explain(this.#failure ?? new Error('the read was cancelled'), doing);
        const next = this.#waiting.shift();
        if (next) {
          yield next.data;
          giveBack(next.chunk);
        } else if (this.#failure !== undefined) throw session.explain(this.#failure, doing);
        else if (this.#done) return;
        else {
          const woken = new Promise<void>((wake) => (this.#wake = wake));
          this.#socket?.resume();
          await woken;
        }
      }
    } finally {
      if (!this.#done) await session.cancel();
    }
  }
}

/** Runs one statement. Leaving its chunks early cancels it at the server. */
export function streamed(session: WireSession, sql: string, frames: Frames, doing: string): Streamed {
  const query = new StreamedQuery(sql, frames);
  return { chunks: query.chunks(session, doing), rows: () => query.rows };
}
