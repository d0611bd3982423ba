import type { Connection, Submittable } from 'pg';
import { HeadgateError } from '../../domain/error.ts';
import type { FormatName } from '../../sdk/index.ts';
import { CopyFrames } from './copy-frames.ts';
import type { Session } from './session.ts';

export const copyFormats: readonly FormatName[] = ['pgcopy-binary', 'csv'];

/** The options of COPY that make the document of a format. */
export function copyOptions(format: FormatName): string {
  if (format === 'pgcopy-binary') return '(format binary)';
  if (format === 'csv') return `(format csv, null '')`;
  throw new HeadgateError('usage.mode', `PostgreSQL cannot copy ${format}`);
}

export interface CopyOut {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** As the server counted them; known when the chunks have ended. */
  rows(): number;
}

/** Chunks that may wait: two socket reads ahead of the destination keep both ends busy. */
const ahead = 2;

/** The statement as the driver's client runs it, reading the socket itself until the data is over. */
class CopyOutQuery implements Submittable {
  rows = 0;
  readonly #sql: string;
  readonly #frames = new CopyFrames();
  readonly #waiting: Buffer[] = [];
  #socket: Connection['stream'] | undefined;
  #release = (): void => undefined;
  #wake = (): void => undefined;
  #done = false;
  #failure: unknown;

  constructor(sql: string) {
    this.#sql = sql;
  }

  submit(connection: Connection): void {
    const socket = connection.stream;
    // The driver's parser would make an object and an event of every row; it gets what is not a row.
    const [driver] = socket.listeners('data') as ((bytes: Buffer) => void)[]; // no encoding is set, so events carry bytes
    if (!driver) throw new Error('the connection has no reader');
    const read = (chunk: Buffer): void => {
      const { data, others, ended } = this.#frames.take(chunk);
      if (data.length > 0) this.#waiting.push(data);
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
    this.rows = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? 0);
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
  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.#waiting.shift();
      if (chunk) yield chunk;
      else if (this.#failure !== undefined) throw this.#failure;
      else if (this.#done) return;
      else {
        const woken = new Promise<void>((wake) => (this.#wake = wake));
        this.#socket?.resume();
        await woken;
      }
    }
  }
}

/** Runs `copy (…) to stdout`. Its chunks are the document; leaving them early cancels the statement at the server. */
export function copyOut(session: Session, sql: string, doing: string): CopyOut {
  const query = new CopyOutQuery(sql);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let ended = false;
    try {
      session.submit(query);
      yield* query.chunks();
      ended = true;
    } catch (error) {
      throw session.explain(error, doing);
    } finally {
      if (!ended) await session.cancel();
    }
  }
  return { chunks: chunks(), rows: () => query.rows };
}
