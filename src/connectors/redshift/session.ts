import { HeadgateError } from '../../domain/error.ts';
import type { Config } from '../_pg/config.ts';
import { sqlState } from '../_pg/errors.ts';
import { WireSession, type SessionOptions } from '../_pg/session.ts';
import { milliseconds } from '../_sql/time-limit.ts';
import { identity } from './config.ts';

/** The settings that a cluster knows; a double has all its digits with two more than usual. */
const settings = [
  `set client_encoding to 'UTF8'`,
  `set timezone to 'UTC'`,
  `set datestyle to 'ISO, YMD'`,
  'set extra_float_digits to 2',
];

/** Milliseconds: looking at a catalog takes few of them. */
const catalogTimeout = 300_000;

const limit = (ms: number): string => `set statement_timeout to ${ms}`;

export class Session extends WireSession {
  static async open(config: Config, options: Omit<SessionOptions, 'readOnly'>): Promise<Session> {
    const login = { ...options, config, place: identity(config), readOnly: true };
    return await WireSession.login(
      login,
      (client) => new Session(client, login),
      async (session, doing) => {
        for (const sql of [...settings, limit(catalogTimeout)]) await session.rows(sql, doing);
      },
    );
  }

  /** A transaction that cannot write, whatever statement it is given; it lasts as long as the session. */
  async begin(doing: string): Promise<void> {
    await this.rows('begin read only', doing);
  }

  /** From here on the session reads rows, for as long as its location allows. */
  async readsRows(doing: string): Promise<void> {
    await this.rows(limit(milliseconds(this.config.statement_timeout)), doing);
  }

  /** What the nodes have to say against a statement has no class of its own. */
  override explain(error: unknown, doing: string): HeadgateError {
    const explained = super.explain(error, doing);
    if (explained.code !== 'internal.unexpected' || sqlState(error) !== 'XX000') return explained;
    return new HeadgateError('stream.query', `${doing}: the cluster could not run the statement [XX000]`, { cause: error });
  }
}
