/** The one door to our own state: PostgreSQL through a pool, statements with bound values, transactions as functions. */
import { Pool, type PoolClient } from 'pg';
import { HeadgateError } from '../domain/error.ts';

export interface Db {
  /**
   * All rows of one statement. What is asked all the time has a `name`, its own and its text's alone: each session plans it once.
   * Throws `state.unreachable`, `state.conflict` (a unique key is taken), `object.conflict` (a foreign key has lost its object).
   */
  query<R>(text: string, values?: readonly unknown[], name?: string): Promise<readonly R[]>;
  /** Commits when `work` resolves, rolls back when it throws. Inside a transaction it joins it. */
  tx<T>(work: (db: Db) => Promise<T>): Promise<T>;
}

/** The row that an `insert … returning` answers, with `on conflict do update` as well. */
export function insertedRow<R>([row]: readonly R[]): R {
  if (row === undefined) throw new Error('an insert answers its row');
  return row;
}

export interface OpenDb extends Db, AsyncDisposable {
  /** For the queue, which brings statements of its own. */
  readonly pool: Pool;
}

export const isDatabaseUrl = (text: string): boolean => /^postgres(?:ql)?:\/\/./.test(text);

/** At most `connections` sessions, opened when they are needed. */
export function openDb(connectionString: string, connections = 10): OpenDb {
  const pool = new Pool({ connectionString, max: connections, application_name: 'headgate', connectionTimeoutMillis: 10_000 });
  // A session that the server ends while nobody uses it: the next query opens another one.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return new PoolDb(pool);
}

class PoolDb implements OpenDb {
  readonly pool: Pool;

  constructor(pool: Pool) {
    this.pool = pool;
  }

  async query<R>(text: string, values: readonly unknown[] = [], name?: string): Promise<readonly R[]> {
    try {
      return (await this.pool.query<R & object>({ text, values: [...values], ...(name !== undefined && { name }) })).rows;
    } catch (error) {
      throw stateError(error);
    }
  }

  async tx<T>(work: (db: Db) => Promise<T>): Promise<T> {
    let client: PoolClient;
    try {
      client = await this.pool.connect();
    } catch (error) {
      throw stateError(error);
    }
    let broken: Error | undefined;
    try {
      const db = new ClientDb(client);
      await db.query('begin');
      const result = await work(db);
      await db.query('commit');
      return result;
    } catch (error) {
      // A session whose transaction cannot be rolled back is not given to anyone else.
      await client.query('rollback').catch((lost: Error) => (broken = lost));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool.end();
  }
}

class ClientDb implements Db {
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  async query<R>(text: string, values: readonly unknown[] = [], name?: string): Promise<readonly R[]> {
    try {
      return (await this.#client.query<R & object>({ text, values: [...values], ...(name !== undefined && { name }) })).rows;
    } catch (error) {
      throw stateError(error);
    }
  }

  async tx<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return await work(this);
  }
}

const uniqueViolation = '23505';
const foreignKeyViolation = '23503';
/** Classes of SQLSTATE: connection exception, insufficient resources, operator intervention. */
const away = /^(08|53|57)/;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Is it the database that is missing, rather than the statement that is wrong? */
export function isAway(error: unknown): boolean {
  const code = codeOf(error);
  return away.test(code) || /^E[A-Z]+$/.test(code) || /terminated|timeout exceeded/.test(String(error));
}

function stateError(error: unknown): unknown {
  if (codeOf(error) === uniqueViolation) {
    const constraint = error instanceof Error && 'constraint' in error ? String(error.constraint) : '';
    return new HeadgateError('state.conflict', `writing state: ${constraint} is taken`, { cause: error });
  }
  if (codeOf(error) === foreignKeyViolation) {
    // What was there when it was looked for went before it was named; or was named before it went.
    return new HeadgateError('object.conflict', 'writing state: one request names what another one has just deleted', {
      cause: error,
    });
  }
  if (isAway(error)) {
    return new HeadgateError('state.unreachable', 'asking the state database: it does not answer', { cause: error });
  }
  return error;
}
