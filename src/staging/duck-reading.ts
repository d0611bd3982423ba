/** A result that is read as it comes, and let go of as a whole. */
import type { DuckDBConnection } from '@duckdb/node-api';

export type Row = readonly (string | null)[];

/** An interrupt that arrives between two statements of one call is lost, so it is repeated until the call ends. */
export const interruptEveryMs = 20;

type Connection = Pick<DuckDBConnection, 'interrupt'>;

/** Waits for the end of what is at work on a connection, and hastens it. */
export async function interrupted(connection: Connection, end: Promise<unknown>): Promise<void> {
  const timer = setInterval(() => connection.interrupt(), interruptEveryMs);
  await end.finally(() => clearInterval(timer));
}

interface Chunk {
  readonly rowCount: number;
  readonly columnCount: number;
  getColumnValues(column: number): unknown[];
}

/** A result of which every column is VARCHAR. */
interface Result {
  fetchChunk(): Promise<Chunk | null>;
}

/** Refuses what may not go on, and says what went wrong. */
export type Guard = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * What DuckDB has still to give keeps its whole instance open, also when its connection and the instance are closed: until somebody
 * collects the result, its file stays locked, whoever opens that gets a second instance, and the first writes into it when it goes.
 */
export class Reading {
  readonly batches: AsyncGenerator<readonly Row[]>;
  readonly #connection: Connection;
  readonly #result: Result;
  readonly #done: () => void;
  #over = false;
  #last: Promise<unknown> = Promise.resolve();
  #left: Promise<void> | undefined;

  /** `done`: the connection is free for the next statement. */
  constructor(connection: Connection, result: Result, guard: Guard, done: () => void) {
    this.#connection = connection;
    this.#result = result;
    this.#done = done;
    this.batches = this.#batches(guard);
  }

  /** Reads nothing more. What is left is interrupted. */
  async leave(): Promise<void> {
    this.#left ??= this.#leave();
    await this.#left;
  }

  async #leave(): Promise<void> {
    if (!this.#over) {
      this.#connection.interrupt();
      await interrupted(this.#connection, this.#drain());
    }
    this.#done();
  }

  async #drain(): Promise<void> {
    await this.#last.catch(() => undefined);
    while (!this.#over) await this.#fetch().catch(() => undefined);
  }

  async #fetch(): Promise<Chunk | null> {
    try {
      const chunk = await this.#result.fetchChunk();
      this.#over = chunk === null || chunk.rowCount === 0;
      return this.#over ? null : chunk;
    } catch (error) {
      this.#over = true;
      throw error;
    }
  }

  /** The next batch is made while one is looked at. */
  async *#batches(guard: Guard): AsyncGenerator<readonly Row[]> {
    const ask = (): Promise<Chunk | null> => {
      const asked = guard(async () => await this.#fetch());
      this.#last = asked;
      // It is looked at later; until then nobody listens.
      asked.catch(() => undefined);
      return asked;
    };
    try {
      let next = ask();
      for (let chunk = await next; chunk !== null; chunk = await next) {
        next = ask();
        yield rowsOf(chunk);
      }
    } finally {
      await this.leave();
    }
  }
}

const nothing: Row = [null];

/** Column by column: a million rows of one column take a third of the time that they take row by row. */
function rowsOf(chunk: Chunk): readonly Row[] {
  const columns = Array.from({ length: chunk.columnCount }, (_, at) => chunk.getColumnValues(at) as (string | null)[]); // VARCHAR
  const [only] = columns;
  // A verdict on a good record is nothing: one row for all of them is less to collect.
  if (only && columns.length === 1) return only.map((value) => (value === null ? nothing : [value]));
  return Array.from({ length: chunk.rowCount }, (_, row) => columns.map((values) => values[row] ?? null));
}
