import type { DuckDBConnection } from '@duckdb/node-api';
import { HeadgateError } from '../domain/error.ts';
import type { Duck, DuckOptions, DuckResult } from '../sdk/context.ts';
import { logicalType, toWire } from '../sdk/duck-sql.ts';
import { duckError } from './duck-errors.ts';
import { disksOf, lease, type Place } from './duck-instance.ts';
import { interrupted, interruptEveryMs, Reading, type Row } from './duck-reading.ts';

export interface DuckEnv extends Place {
  /** Aborting it interrupts the running statement (`run.cancelled`) and refuses later ones. */
  readonly signal: AbortSignal;
}

/**
 * Opens a DuckDB database for a connector or the staging hub. Values arrive as wire text (docs/wire.md).
 * Throws `warehouse.locked`, `warehouse.damaged`, `file.missing`.
 */
export async function openDuck(options: DuckOptions, env: DuckEnv): Promise<Duck> {
  const { connection, release } = await lease(options, env);
  const what = options.path === undefined ? 'DuckDB' : `DuckDB (${options.path})`;
  const { enter, guard, close } = turnstile(connection, env.signal, disksOf(options, env.scratch));

  /** One at a time: the turnstile lets nobody in before it is done. */
  let reading: Reading | undefined;
  const stream = async (sql: string): Promise<DuckResult> => {
    const done = await enter();
    try {
      return await guard(`querying ${what}`, async () => {
        const { columns, text } = await asText(connection, sql);
        const result = await connection.stream(text);
        reading = new Reading(connection, result, async (work) => await guard(`reading from ${what}`, work), done);
        return { columns, batches: reading.batches };
      });
    } catch (error) {
      done();
      throw error;
    }
  };

  return {
    run: async (sql) => {
      const done = await enter();
      try {
        return await guard(`running a statement in ${what}`, async () => {
          if (options.locked) await asText(connection, sql);
          const result = await connection.run(sql);
          if (result.rowsChanged > 0 || result.columnCount !== 1 || result.columnName(0) !== 'Count') return result.rowsChanged;
          // `create table … as` reports its rows as a result instead.
          return Number((await result.getRows())[0]?.[0] ?? 0);
        });
      } finally {
        done();
      }
    },
    rows: async (sql) => {
      const rows: Row[] = [];
      for await (const batch of (await stream(sql)).batches) for (const row of batch) rows.push(row);
      return rows;
    },
    stream,
    [Symbol.asyncDispose]: async () => {
      if (await close(async () => await reading?.leave())) release();
    },
  };
}

/** One statement at a time on a connection, each of them interrupted when the signal aborts. */
function turnstile(connection: DuckDBConnection, signal: AbortSignal, disks: string) {
  let turn: Promise<unknown> = Promise.resolve();
  let closed = false;
  return {
    /** Takes the connection for one statement; calling the answer gives it to the next. */
    enter: async (): Promise<() => void> => {
      const before = turn;
      let done = (): void => {};
      turn = new Promise<void>((resolve) => (done = resolve));
      await before;
      return done;
    },
    guard: async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
      if (closed) throw new HeadgateError('internal.unexpected', `${doing}: the connection is closed`);
      if (signal.aborted) throw new HeadgateError('run.cancelled', `${doing}: stopped on request`);
      let timer: ReturnType<typeof setInterval> | undefined;
      const stop = (): void => {
        connection.interrupt();
        timer ??= setInterval(() => connection.interrupt(), interruptEveryMs);
      };
      signal.addEventListener('abort', stop, { once: true });
      try {
        return await work();
      } catch (error) {
        throw duckError(error, doing, disks);
      } finally {
        signal.removeEventListener('abort', stop);
        clearInterval(timer);
      }
    },
    /** Resolves when no statement is at work any more, to false where it was closed before. */
    close: async (leave: () => Promise<void>): Promise<boolean> => {
      if (closed) return false;
      closed = true;
      await leave();
      await interrupted(connection, turn);
      return true;
    },
  };
}

/** The statement with every column as wire text, and the columns as they were. Only one SELECT (or EXPLAIN) passes. */
async function asText(connection: DuckDBConnection, sql: string): Promise<{ columns: DuckResult['columns']; text: string }> {
  const { StatementType } = await import('@duckdb/node-api');
  const extracted = await connection.extractStatements(sql);
  if (extracted.count !== 1)
    throw new HeadgateError('query.invalid', `reading a query: ${extracted.count} statements instead of one`);
  const prepared = await extracted.prepare(0);
  try {
    const columns = Array.from({ length: prepared.columnCount }, (_, i) => ({
      name: prepared.columnName(i),
      type: prepared.columnType(i).toString(),
    }));
    if (prepared.statementType === StatementType.EXPLAIN) return { columns, text: sql };
    if (prepared.statementType !== StatementType.SELECT)
      throw new HeadgateError('query.invalid', 'reading a query: it is not a SELECT');
    const values = columns.map(({ type }, i) => toWire(logicalType(type), `c${i}`));
    const names = columns.map((_, i) => `c${i}`);
    // The line break ends a trailing comment. Without a quote behind it, the last semicolon cannot be inside a text.
    const bare = sql.replace(/;\s*(?:--[^\n'"$]*\s*)*$/, '');
    return { columns, text: `select ${values.join(', ')} from (${bare}\n) as result(${names.join(', ')})` };
  } finally {
    prepared.destroySync();
  }
}
