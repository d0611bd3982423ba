import { WireSession, type SessionOptions } from '../_pg/session.ts';
import type { Config } from '../_pg/config.ts';
import { quoteText } from '../_sql/names.ts';
import { identity } from './config.ts';

/** Text must be the same whoever configured the server; nothing here may depend on the process's own zone or locale. */
const settings: Readonly<Record<string, string>> = {
  client_encoding: 'UTF8',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '3',
  standard_conforming_strings: 'on',
  // A lock that we wait for must not hold up others behind us.
  lock_timeout: '30s',
  // A snapshot that partitions share waits in an open transaction; a lost process must not hold it for ever.
  idle_in_transaction_session_timeout: '24h',
};

/** Looking at a catalog takes milliseconds; where it does not, something is wrong with the source that we must not add to. */
const catalogTimeout = '5min';

/**
 * A server that computes and sends nothing would not notice that we are gone. Servers before 14, and those on Windows,
 * cannot look.
 */
const watchfulSql = `(select set_config(name, '5s', false) from pg_settings
  where name = 'client_connection_check_interval' and version() !~* 'visual c|mingw|windows')`;

/** A source's session cannot write, whatever statement it is given. */
export class Session extends WireSession {
  static async open(config: Config, options: SessionOptions): Promise<Session> {
    const login = { ...options, config, place: identity(config) };
    return await WireSession.login(
      login,
      (client) => new Session(client, login),
      async (session, doing) => await session.rows(`select ${initial(options.readOnly).join(', ')}`, doing),
    );
  }

  /** An expression that lifts the limit of catalog queries: from here on the session reads rows, for as long as its location allows. */
  get readsRows(): string {
    return `set_config('statement_timeout', ${quoteText(this.config.statement_timeout)}, false)`;
  }
}

function initial(readOnly: boolean): readonly string[] {
  const side = readOnly
    ? { default_transaction_read_only: 'on', statement_timeout: catalogTimeout }
    : { default_transaction_read_only: 'off', statement_timeout: '0' };
  const all = { ...settings, ...side };
  const calls = Object.entries(all).map(([name, value]) => `set_config(${quoteText(name)}, ${quoteText(value)}, false)`);
  // A database that does not wait for its disk may forget a publish that the source was already told about.
  const durable = `set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), false)`;
  return [...calls, durable, watchfulSql];
}
