/** What a failure of server, socket or driver means. Facts as data; messages never carry DETAIL, values or SQL. */
import type { ErrorCode } from '../../domain/codes.ts';
import { HeadgateError } from '../../domain/error.ts';
import { tlsMeaning } from '../_net/tls-meaning.ts';

interface Meaning {
  readonly code: ErrorCode;
  readonly says: string;
  readonly hint?: string;
}

/** Longest prefix of the SQLSTATE or of the system's error name wins. */
const meanings: Readonly<Record<string, Meaning>> = {
  ECONNREFUSED: { code: 'connect.unreachable', says: 'nothing listens there' },
  ENOTFOUND: { code: 'connect.unreachable', says: 'the host name is unknown' },
  EAI_AGAIN: { code: 'connect.unreachable', says: 'the host name cannot be resolved now' },
  EHOSTUNREACH: { code: 'connect.unreachable', says: 'there is no way to the host' },
  ENETUNREACH: { code: 'connect.unreachable', says: 'there is no way to the network' },
  ETIMEDOUT: { code: 'connect.unreachable', says: 'no answer in time' },
  ENOENT: { code: 'connect.unreachable', says: 'there is no such socket' },
  EACCES: { code: 'connect.unreachable', says: 'the system denies the connection' },
  ECONNRESET: { code: 'connect.lost', says: 'the connection broke' },
  EPIPE: { code: 'connect.lost', says: 'the connection broke' },
  '08': { code: 'connect.lost', says: 'the connection broke' },
  '0A000': { code: 'schema.incompatible', says: 'the server does not support this' },
  '21000': { code: 'key.duplicate', says: 'several rows have the same key' },
  '22': { code: 'value.invalid', says: 'a value does not fit' },
  '22P04': { code: 'file.format', says: 'a record does not fit the columns' },
  '23502': { code: 'key.null', says: 'a column that must have a value is NULL' },
  '23503': { code: 'value.invalid', says: 'a foreign key forbids it' },
  '23505': { code: 'key.duplicate', says: 'several rows have the same key' },
  '23514': { code: 'value.invalid', says: 'a check constraint forbids a value' },
  '23P01': { code: 'value.invalid', says: 'an exclusion constraint forbids a value' },
  '25001': { code: 'stream.query', says: 'the statement wants a transaction of another kind' },
  '25P03': { code: 'connect.lost', says: 'the session waited in its transaction for too long' },
  '25006': { code: 'access.denied', says: 'the session is read-only' },
  '28': { code: 'connect.refused', says: 'the server refused the user or the password' },
  '2BP01': { code: 'schema.incompatible', says: 'other objects depend on it' },
  '3D000': { code: 'connect.missing', says: 'there is no such database' },
  '40': { code: 'publish.busy', says: 'another session was in the way' },
  '42': { code: 'stream.query', says: 'the server refused the statement' },
  '42501': { code: 'access.denied', says: 'a right is missing' },
  '42703': { code: 'stream.query', says: 'a column does not exist' },
  '42P01': { code: 'stream.missing', says: 'the table does not exist' },
  '42P07': { code: 'stream.changed', says: 'the table has appeared in the meantime' },
  '53100': { code: 'disk.full', says: "the server's disk is full" },
  '53300': { code: 'connect.unreachable', says: 'the server has no free connection' },
  '53': { code: 'connect.lost', says: 'the server is out of resources' },
  '55000': { code: 'schema.incompatible', says: 'the table cannot be written like this; it may be a view' },
  '55P03': { code: 'publish.busy', says: 'another session holds a lock' },
  '57014': { code: 'run.cancelled', says: 'the statement was cancelled' },
  '57': { code: 'connect.lost', says: 'the server ended the connection' },
  '58': { code: 'connect.lost', says: 'the server has trouble with its own system' },
};

/** What the driver says without a code of its own. */
const sayings: readonly (readonly [RegExp, Meaning])[] = [
  [/timeout expired|due to timeout/i, { code: 'connect.unreachable', says: 'no answer in time' }],
  [/password must be a (?:non-empty )?string/i, { code: 'connect.refused', says: 'the server wants a password' }],
  [
    /terminated|not queryable|closed|socket hang up|ended by other party/i,
    { code: 'connect.lost', says: 'the connection broke' },
  ],
];

function meaningOf(code: string, message: string): Meaning | undefined {
  for (let length = code.length; length >= 2; length--) {
    const prefix = code.slice(0, length);
    if (Object.hasOwn(meanings, prefix)) return meanings[prefix];
  }
  return tlsMeaning(code) ?? sayings.find(([pattern]) => pattern.test(message))?.[1];
}

/** The names that the server's error carries: they tell a person where to look, and hold no values. */
function place(error: object): string {
  const text = (name: string): string | undefined => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const schema = text('schema');
  const table = text('table');
  const parts = [
    table && `table ${schema ? `${schema}.` : ''}${table}`,
    text('column') && `column ${text('column')}`,
    text('constraint') && `constraint ${text('constraint')}`,
    copyColumn(text('where')),
  ];
  const given = parts.filter((part) => part !== undefined);
  return given.length === 0 ? '' : ` (${given.join(', ')})`;
}

/**
 * `COPY stage, line 7, column amount: "x"`, where a line about JSON may stand before it: line and column name the place; the
 * values behind them stay out.
 */
function copyColumn(where: string | undefined): string | undefined {
  const match =
    where === undefined ? null : /^(?:JSON data, line \d+: [^\n]*\n)?COPY .*?, (line \d+)(?:, column ([^:"]+))?/.exec(where);
  return match ? `${match[1]}${match[2] ? `, column ${match[2]}` : ''}` : undefined;
}

export function sqlState(error: unknown): string | undefined {
  if (error instanceof HeadgateError) return sqlState(error.cause);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The driver's failure as ours. `doing` says what we did, in words and without secrets. */
export function pgError(error: unknown, doing: string): HeadgateError {
  if (error instanceof HeadgateError) return error;
  if (!(error instanceof Error)) return new HeadgateError('internal.unexpected', `${doing}: unexpected ${typeof error}`);
  // Connecting to all addresses of a name fails with one error around the others.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  if (first instanceof Error) return pgError(first, doing);
  const code = sqlState(error) ?? '';
  const meaning = meaningOf(code, error.message);
  if (!meaning) return new HeadgateError('internal.unexpected', `${doing}: unexpected ${code || error.name}`, { cause: error });
  const state = /^[0-9A-Z]{5}$/.test(code) ? ` [${code}]` : '';
  return new HeadgateError(meaning.code, `${doing}: ${meaning.says}${place(error)}${state}`, {
    cause: error,
    ...(meaning.hint !== undefined && { hint: meaning.hint }),
  });
}

/** Failures of connecting that waiting does not change the name of: a broken socket before the first answer. */
export function connectError(error: unknown, doing: string): HeadgateError {
  const mapped = pgError(error, doing);
  if (mapped.code !== 'connect.lost') return mapped;
  return new HeadgateError('connect.unreachable', mapped.message, { cause: error });
}
